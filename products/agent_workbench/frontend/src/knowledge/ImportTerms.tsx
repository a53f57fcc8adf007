import { useId, type ReactNode } from 'react';
import type { Terms } from './knowledgeApi';
import { useKnowledgeText } from './useKnowledgeText';

/** How the files are to be read, and what of the version before stays. */
export function ImportTerms({ terms, onChange }: { terms: Terms; onChange: (terms: Terms) => void }) {
  const { t } = useKnowledgeText();
  const wrong = !isAddress(terms.urlBase);
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        label={t('knowledge.import.urlBase')}
        hint={t(wrong ? 'knowledge.import.urlBase.wrong' : 'knowledge.import.urlBase.hint')}
        wrong={wrong}
      >
        {(ids) => (
          <input
            {...ids}
            data-testid="url-base"
            inputMode="url"
            maxLength={500}
            placeholder="https://shop.example.com/help/"
            aria-invalid={wrong}
            value={terms.urlBase}
            onChange={(event) => onChange({ ...terms, urlBase: event.target.value })}
            className={FIELD}
          />
        )}
      </Field>
      <Field label={t('knowledge.import.language')}>
        {(ids) => (
          <select
            {...ids}
            data-testid="import-language"
            value={terms.language}
            onChange={(event) => onChange({ ...terms, language: event.target.value as Terms['language'] })}
            className={FIELD}
          >
            <option value="">{t('knowledge.import.language.auto')}</option>
            <option value="en">{t('language.en')}</option>
            <option value="zh">{t('language.zh')}</option>
          </select>
        )}
      </Field>
      <Field label={t('knowledge.import.note')}>
        {(ids) => (
          <input
            {...ids}
            data-testid="import-note"
            maxLength={500}
            placeholder={t('knowledge.import.note.placeholder')}
            value={terms.note}
            onChange={(event) => onChange({ ...terms, note: event.target.value })}
            className={FIELD}
          />
        )}
      </Field>
      <label className="flex items-start gap-2.5 text-[13px]">
        <input
          type="checkbox"
          data-testid="import-replace"
          checked={terms.replace}
          onChange={(event) => onChange({ ...terms, replace: event.target.checked })}
          className="mt-0.5 size-4 accent-brand"
        />
        <span>
          <span className="block font-medium">{t('knowledge.import.replace')}</span>
          <span className="block text-xs text-muted">{t('knowledge.import.replace.hint')}</span>
        </span>
      </label>
    </div>
  );
}

/** Whether the server would take it for where files stand. */
export function isAddress(urlBase: string): boolean {
  return urlBase.trim() === '' || /^https?:\/\//.test(urlBase.trim());
}

const FIELD = 'h-8 w-full rounded-md border border-line-strong bg-surface px-2.5 text-[13px]';

interface FieldProps {
  label: string;
  hint?: string;
  wrong?: boolean;
  children: (ids: { id: string; 'aria-describedby'?: string }) => ReactNode;
}

function Field({ label, hint, wrong = false, children }: FieldProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-[13px] font-medium">
        {label}
      </label>
      {children({ id, ...(hint !== undefined && { 'aria-describedby': `${id}-hint` }) })}
      {hint !== undefined && (
        <p id={`${id}-hint`} className={`text-xs ${wrong ? 'text-urgent' : 'text-muted'}`}>
          {hint}
        </p>
      )}
    </div>
  );
}
