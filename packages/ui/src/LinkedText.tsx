import { Fragment, type ReactElement } from 'react';
import { splitLinks } from './links';

/** Text in which http(s) addresses are links. */
export function LinkedText({ text }: { readonly text: string }): ReactElement {
  return (
    <>
      {splitLinks(text).map((piece, index) =>
        piece.kind === 'link' ? (
          <a
            key={index}
            href={piece.url}
            target="_blank"
            rel="noopener noreferrer nofollow"
            className="underline underline-offset-2"
          >
            {piece.url}
          </a>
        ) : (
          <Fragment key={index}>{piece.text}</Fragment>
        ),
      )}
    </>
  );
}
