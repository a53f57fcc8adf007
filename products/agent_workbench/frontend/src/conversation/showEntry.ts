import type { Conversation } from '@baton/client';

/** Pages of history that are loaded for an entry that is not on the screen yet. */
const MAX_PAGES = 20;

const FLASH_MS = 1_600;

/** Scrolls to an entry, or to the first one after it when it has no line of its own, and lets it light up. */
export async function showEntry(conversation: Conversation, seq: number): Promise<void> {
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { entries, hasOlder } = conversation.getState();
    if ((entries[0]?.seq ?? 0) <= seq || !hasOlder) break;
    try {
      await conversation.loadOlder();
    } catch {
      break;
    }
  }
  // What was just loaded is on the screen in the next frame.
  requestAnimationFrame(() => flash(lineOf(seq)));
}

function lineOf(seq: number): HTMLElement | null {
  const lines = document.querySelectorAll<HTMLElement>('[data-testid="conversation"] [data-seq]');
  return [...lines].find((line) => Number(line.dataset['seq']) >= seq) ?? null;
}

function flash(line: HTMLElement | null): void {
  if (line === null) return;
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  line.scrollIntoView({ block: 'center', behavior: calm ? 'auto' : 'smooth' });
  const lit = 'color-mix(in srgb, var(--color-accent) 35%, transparent)';
  line.animate([{ background: lit }, { background: lit, offset: 0.4 }, { background: 'transparent' }], FLASH_MS);
}
