import type { Card } from '@baton/client';
import { type ReactElement, useState } from 'react';

export interface CardLabels {
  readonly quantity: (quantity: string) => string;
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly track: string;
  readonly opensElsewhere: string;
}

export interface ProductCardProps {
  readonly card: Card;
  readonly labels: CardLabels;
}

/** One item of an order: what it is, and where it is. Empty fields leave no trace. */
export function ProductCard({ card, labels }: ProductCardProps): ReactElement {
  return (
    <article
      aria-label={card.name || labels.trackingNumber}
      data-testid="product-card"
      className="w-full max-w-80 overflow-hidden rounded-xl border border-stone-200 bg-white text-sm text-stone-900"
    >
      <div className="flex gap-3 p-3">
        {card.image_url !== '' && <Picture key={card.image_url} url={card.image_url} name={card.name} />}
        <div className="flex min-w-0 flex-1 flex-col gap-1">
          <p className="wrap-anywhere font-semibold">{card.name}</p>
          <p className="flex flex-wrap items-center gap-x-3 text-stone-600">
            {card.quantity !== '' && <span>{labels.quantity(card.quantity)}</span>}
            {card.price !== '' && <span className="font-medium text-stone-900">{card.price}</span>}
          </p>
          {card.status !== '' && (
            <p>
              <span className="inline-block rounded-full bg-brand-100 px-2 py-0.5 text-xs font-medium text-brand-800">
                {card.status}
              </span>
            </p>
          )}
        </div>
      </div>
      <Shipment card={card} labels={labels} />
    </article>
  );
}

/** The item as a picture; while it does not load, the drawing of a parcel. */
function Picture({ url, name }: { readonly url: string; readonly name: string }): ReactElement {
  const [isBroken, setBroken] = useState(false);
  const frame = 'size-16 shrink-0 rounded-lg bg-brand-50';
  if (isBroken) {
    return (
      <span data-testid="no-picture" aria-hidden="true" className={`grid place-items-center text-brand-400 ${frame}`}>
        <svg
          viewBox="0 0 24 24"
          className="size-8"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinejoin="round"
        >
          <path d="M12 3l8 4.2v9.6L12 21l-8-4.2V7.2zM4 7.2l8 4.3 8-4.3M12 11.5V21M8 5.1l8 4.3" />
        </svg>
      </span>
    );
  }
  return (
    <img
      src={url}
      alt={name}
      loading="lazy"
      referrerPolicy="no-referrer"
      onError={() => setBroken(true)}
      className={`object-cover text-transparent ${frame}`}
    />
  );
}

function Shipment({ card, labels }: ProductCardProps): ReactElement | null {
  if (card.carrier === '' && card.tracking_number === '' && card.tracking_url === '') return null;
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t border-stone-200 bg-stone-50 px-3 py-2 text-xs">
      <dl className="flex min-w-0 flex-wrap gap-x-4 gap-y-1">
        <Fact name={labels.carrier} value={card.carrier} />
        <Fact name={labels.trackingNumber} value={card.tracking_number} />
      </dl>
      {card.tracking_url !== '' && (
        <a
          href={card.tracking_url}
          target="_blank"
          rel="noopener noreferrer nofollow"
          aria-label={`${labels.track} ${card.tracking_number} (${labels.opensElsewhere})`}
          className="rounded-md font-semibold text-brand-700 underline underline-offset-2 hover:text-brand-900"
        >
          {labels.track}
        </a>
      )}
    </div>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }): ReactElement | null {
  if (value === '') return null;
  return (
    <div className="min-w-0">
      <dt className="text-stone-600">{name}</dt>
      <dd className="wrap-anywhere font-medium text-stone-900">{value}</dd>
    </div>
  );
}
