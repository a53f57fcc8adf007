import type { Citation } from '@baton/client';
import { languageOf, SourceView, sourceLabels } from '@baton/ui';
import { type ReactElement, useEffect, useRef } from 'react';
import type { Desk } from './desk';
import { CloseIcon } from './icons';
import type { Translate } from './strings';

interface SourceSheetProps {
  readonly citation: Citation;
  readonly desk: Desk;
  readonly t: Translate;
  readonly onClose: () => void;
}

/** The text that an answer stands on, over the conversation. */
export function SourceSheet({ citation, desk, t, onClose }: SourceSheetProps): ReactElement {
  const closeRef = useRef<HTMLButtonElement>(null);

  useEffect(() => closeRef.current?.focus(), []);

  return (
    <section
      role="dialog"
      aria-modal="true"
      aria-label={`${t('message.source')}: ${citation.title}`}
      data-testid="source"
      className="absolute inset-0 z-10 flex flex-col bg-white"
    >
      <header className="flex items-start gap-2 border-b border-stone-200 px-4 py-3">
        <div className="min-w-0 flex-1">
          <p className="text-xs font-medium text-stone-600">{t('message.source')}</p>
          <h2 className="text-sm font-semibold wrap-anywhere">{citation.title}</h2>
        </div>
        <button
          ref={closeRef}
          type="button"
          data-testid="source-close"
          aria-label={t('source.close')}
          onClick={onClose}
          className="grid size-8 shrink-0 place-items-center rounded-full text-stone-700 hover:bg-stone-100"
        >
          <CloseIcon />
        </button>
      </header>
      <div tabIndex={0} className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-4">
        <SourceView
          id={citation.id}
          labels={sourceLabels(t)}
          load={() => desk.readSource(citation, languageOf(citation))}
        />
      </div>
    </section>
  );
}
