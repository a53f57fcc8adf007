/** The fields that a key may jump to; one of each is on a page. */
export const SEARCH_FIELD_ID = 'session-search';
export const COMPOSER_ID = 'composer';

export function focusField(id: string): void {
  // After React has drawn what the same key changed.
  requestAnimationFrame(() => document.getElementById(id)?.focus());
}

export function focusQueueItem(name: string): void {
  requestAnimationFrame(() => {
    const item = document.querySelector<HTMLElement>(`[data-testid="queue-item"][data-session="${CSS.escape(name)}"]`);
    item?.focus();
    item?.scrollIntoView({ block: 'nearest' });
  });
}
