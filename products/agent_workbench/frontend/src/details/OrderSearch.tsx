import { useState, type SubmitEvent } from 'react';
import { safeUrl } from '@baton/client';
import { cardLabels, MessageContent } from '@baton/ui';
import type { OrderView, TrackingView } from '../api/workbenchApi';
import { useWorkbench } from '../app/WorkbenchContext';
import { Button } from '../common/Button';
import { Icon } from '../common/Icon';
import { problemText } from '../common/problemText';
import { useText } from '../i18n/LanguageContext';
import { Section } from './Facts';

type Result =
  | { kind: 'none' }
  | { kind: 'searching' }
  | { kind: 'found'; orders: readonly OrderView[] }
  | { kind: 'failed'; error: unknown };

export function OrderSearch({ email }: { email: string }) {
  const { t } = useText();
  const { api } = useWorkbench();
  const [text, setText] = useState('');
  const [result, setResult] = useState<Result>({ kind: 'none' });

  async function search(q: string) {
    if (q.trim() === '' || result.kind === 'searching') return;
    setResult({ kind: 'searching' });
    try {
      setResult({ kind: 'found', orders: await api.orders(q.trim()) });
    } catch (error) {
      setResult({ kind: 'failed', error });
    }
  }

  function submit(event: SubmitEvent) {
    event.preventDefault();
    void search(text);
  }

  return (
    <Section title={t('orders.title')}>
      <form role="search" onSubmit={submit} className="flex gap-1.5">
        <input
          data-testid="order-search"
          aria-label={t('orders.search')}
          placeholder={t('orders.search')}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="h-8 min-w-0 flex-1 rounded-md border border-line-strong px-2 text-[13px]"
        />
        <Button type="submit" data-testid="order-submit" aria-label={t('orders.submit')} className="px-2">
          <Icon name="search" />
        </Button>
      </form>
      {email !== '' && (
        <button
          type="button"
          onClick={() => {
            setText(email);
            void search(email);
          }}
          className="mt-1.5 max-w-full truncate rounded text-left text-xs text-brand underline underline-offset-2"
        >
          {t('orders.fromCustomer', { email })}
        </button>
      )}
      <div aria-live="polite" className="mt-3 flex flex-col gap-4">
        {result.kind === 'searching' && <p className="text-[13px] text-muted">{t('queue.loading')}</p>}
        {result.kind === 'failed' && (
          <p role="alert" className="text-[13px] text-urgent">
            {t('orders.failed', { detail: problemText(result.error, t) })}
          </p>
        )}
        {result.kind === 'found' && result.orders.length === 0 && (
          <p className="text-[13px] text-muted">{t('orders.none')}</p>
        )}
        {result.kind === 'found' && result.orders.map((order) => <Order key={`${order.shop ?? ''}/${order.number}`} order={order} />)}
      </div>
    </Section>
  );
}

function Order({ order }: { order: OrderView }) {
  const { t } = useText();
  return (
    <article data-testid="order" className="flex flex-col gap-2">
      <header className="text-[13px]">
        <p className="flex items-baseline justify-between gap-2 font-semibold">
          {order.number}
          <span className="text-xs font-medium text-soft">{order.status}</span>
        </p>
        <p className="text-xs text-muted">
          {[order.customer_name, order.shop, t('orders.placed', { date: order.placed_on })].filter(Boolean).join(' · ')}
        </p>
        {order.tracking !== null && <Tracking tracking={order.tracking} />}
      </header>
      <MessageContent content={order.cards.join('\n')} labels={cardLabels(t)} />
    </article>
  );
}

/** Where the parcel is: a link where there is a page that shows more. */
function Tracking({ tracking }: { tracking: TrackingView }) {
  const { t } = useText();
  const latest = [tracking.event, tracking.place].filter(Boolean).join(', ');
  const expected = tracking.expected_on === null ? '' : t('orders.expected', { date: tracking.expected_on });
  const url = safeUrl(tracking.url);
  const status = t(`tracking.${tracking.status}`);
  return (
    <p data-testid="tracking" className="wrap-anywhere text-xs text-soft">
      {url === '' ? (
        <span className="font-medium">{status}</span>
      ) : (
        <a href={url} target="_blank" rel="noopener noreferrer nofollow" className="font-medium text-brand underline">
          {status}
        </a>
      )}
      {[latest, expected].filter(Boolean).map((text) => ` · ${text}`)}
    </p>
  );
}
