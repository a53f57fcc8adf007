/** A conversation as a screen shows it and as a server tells it, in the same words, to be compared. */

/** @typedef {{ seq: number, role: string, text: string }} Said */

const CARD = /\[PRODUCT\](.*?)\[\/PRODUCT\]/gs;

/**
 * What was said, from top to bottom as the page has it. Of a product card its name is read.
 *
 * @param {import('playwright-core').Page} page
 * @returns {Promise<Said[]>}
 */
export function shown(page) {
  return page.locator('[data-testid="message"]').evaluateAll((bubbles) =>
    bubbles.map((bubble) => {
      const parts = [...(bubble.querySelector('[data-testid="content"]')?.children ?? [])];
      const text = parts.map((part) =>
        part.matches('[data-testid="product-card"]') ? `▣ ${part.getAttribute('aria-label')}` : part.textContent,
      );
      const { seq = '', role = '' } = /** @type {HTMLElement} */ (bubble).dataset;
      return { seq: Number(seq), role, text: text.join('\n') };
    }),
  );
}

/**
 * The numbers of all that is shown, messages and what happened between them.
 *
 * @param {import('playwright-core').Page} page
 */
export function shownNumbers(page) {
  return page.locator('[data-seq]').evaluateAll((entries) => entries.map((entry) => Number(entry.dataset['seq'])));
}

/**
 * What was said, as `GET /api/sessions/{name}` has it for the one whose token it is.
 *
 * @param {string} service
 * @param {string} name
 * @param {string} token
 * @returns {Promise<Said[]>}
 */
export async function told(service, name, token) {
  const response = await fetch(`${service}/api/sessions/${name}?limit=500`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`GET /api/sessions/${name}: ${response.status} ${await response.text()}`);
  const { messages } = await response.json();
  return messages.filter(isSaid).map(said);
}

/** @param {{ type: string }} entry */
function isSaid({ type }) {
  return type === 'new_message' || type === 'manual_message' || type === 'note';
}

/**
 * @param {{ seq: number, payload: { role: string, content: string } }} entry
 * @returns {Said}
 */
function said({ seq, payload: { role, content } }) {
  // Split by a pattern with one group, every other piece is what the group matched.
  const pieces = content.split(CARD).map((piece, index) => (index % 2 === 1 ? cardName(piece) : piece.trim()));
  return { seq, role, text: pieces.filter((piece) => piece !== '').join('\n') };
}

/** @param {string} card */
function cardName(card) {
  return `▣ ${card.split('|')[1]?.trim() ?? ''}`;
}
