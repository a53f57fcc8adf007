import type { Citation } from '@baton/client';
import type { ReactElement } from 'react';
import { pageOf } from './sources';

export interface CitationsProps {
  readonly citations: readonly Citation[];
  readonly label: string;
  /** Said after the title of a source that opens in a new tab. */
  readonly opensElsewhere: string;
  /** The bubble stands at the end of the line. */
  readonly mine?: boolean | undefined;
  /** Shows a source that has no page of its own on the net; without it such a source is only named. */
  readonly onOpen?: ((citation: Citation) => void) | undefined;
}

const CHIP =
  'flex max-w-full items-center gap-1.5 rounded-full border border-stone-300 bg-white py-0.5 pr-2.5 pl-1 text-left text-xs text-stone-700';
const CLICKABLE = `${CHIP} cursor-pointer transition-colors hover:border-brand-500 hover:bg-brand-50 hover:text-brand-800`;

/** What an answer stands on, numbered, under its bubble. */
export function Citations({ citations, label, opensElsewhere, mine = false, onOpen }: CitationsProps): ReactElement {
  return (
    <ul aria-label={label} className={`flex max-w-[85%] flex-wrap gap-1 px-1 ${mine ? 'justify-end' : ''}`}>
      {citations.map((citation, index) => {
        const page = pageOf(citation);
        const content = <Content number={index + 1} title={citation.title} />;
        return (
          <li key={citation.id} className="max-w-full min-w-0" data-testid="citation">
            {page !== '' ? (
              <a href={page} target="_blank" rel="noopener noreferrer nofollow" title={opensElsewhere} className={CLICKABLE}>
                {content}
              </a>
            ) : onOpen !== undefined ? (
              <button type="button" aria-haspopup="dialog" onClick={() => onOpen(citation)} className={CLICKABLE}>
                {content}
              </button>
            ) : (
              <span className={CHIP}>{content}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Content({ number, title }: { readonly number: number; readonly title: string }): ReactElement {
  return (
    <>
      <span
        aria-hidden="true"
        className="grid size-4 shrink-0 place-items-center rounded-full bg-brand-100 text-[10px] font-semibold text-brand-800"
      >
        {number}
      </span>
      <span className="truncate">{title}</span>
    </>
  );
}
