import type { ReactNode } from 'react';
import { safeUrl } from '@baton/client';
import { pageOf, SourceText } from '@baton/ui';
import { Button } from '../common/Button';
import { Dialog } from '../common/Dialog';
import type { Entry } from './knowledgeApi';
import { useKnowledgeText } from './useKnowledgeText';
import { wordingsOf } from './wordings';

/** An entry in all its languages, as customers read it, and by what it is found. */
export function EntryDialog({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const { t, language } = useKnowledgeText();
  const wordings = wordingsOf(entry, language);
  const title = wordings[0]?.[1].title ?? entry.id;
  return (
    <Dialog title={title} onClose={onClose} wide>
      <div data-testid="entry-dialog" className="mt-3 flex flex-col gap-5">
        {wordings.map(([each, wording], index) => (
          <section key={each} lang={each === 'zh' ? 'zh-CN' : 'en'} className="flex flex-col gap-2">
            {/* The first one's title is the dialog's. */}
            {index > 0 && <h3 className="text-base font-semibold">{wording.title}</h3>}
            <SourceText entry={{ ...entry, language: each, title: wording.title, body: wording.body }} />
            <List name={t('knowledge.entry.questions')} items={wording.questions} />
            <List name={t('knowledge.entry.tags')} items={wording.tags} />
          </section>
        ))}
        <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 border-t border-line pt-3 text-xs">
          <Fact name={t('knowledge.entry.id')}>
            <code className="font-mono">{entry.id}</code>
          </Fact>
          {safeUrl(entry.url) !== '' && (
            <Fact name={t('knowledge.entry.url')}>
              <Address entry={entry} title={title} />
            </Fact>
          )}
        </dl>
      </div>
      <div className="mt-5 flex justify-end">
        <Button data-testid="entry-close" onClick={onClose}>
          {t('knowledge.entry.close')}
        </Button>
      </div>
    </Dialog>
  );
}

function List({ name, items }: { name: string; items: readonly string[] }) {
  if (items.length === 0) return null;
  return (
    <details className="text-[13px]">
      <summary className="text-muted">
        {name} ({items.length})
      </summary>
      <ul className="mt-1 flex flex-wrap gap-1">
        {items.map((item) => (
          <li key={item} className="rounded-md bg-sunken px-2 py-0.5 text-xs text-soft wrap-anywhere">
            {item}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </>
  );
}

/** A link where there is a page; an address that leads nowhere is only shown. */
function Address({ entry, title }: { entry: Entry; title: string }) {
  const page = pageOf({ id: entry.id, title, url: entry.url });
  if (page === '') return entry.url;
  return (
    <a href={page} target="_blank" rel="noopener noreferrer nofollow" className="text-brand underline">
      {entry.url}
    </a>
  );
}
