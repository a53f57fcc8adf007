/* global document, HTMLElement, Node, NodeFilter */

/** Names, units and keys are the same in every language; a language switch speaks the language it leads to. */
const SAME_EVERYWHERE = new Set(
  `Aldermoor Heath Fell Tarn Drover Brook Fennel Freight AM FF km kg AI VIP Baton Jun Mina Ada
   Enter Shift Esc EN English Switch to`.split(/\s+/),
);

/** What other customers wrote may be in any language. */
const SAID_ELSEWHERE = '[data-testid="queue-item"]:not([aria-current="true"])';

/**
 * Latin words that somebody who reads Chinese finds on the page: what is written, and what is said to those who do not
 * see it.
 *
 * @param {import('playwright-core').Page} page
 * @param {readonly string[]} known parts of texts that are right as they are, such as a session's name
 */
export async function latinLeftovers(page, known = []) {
  const texts = await page.evaluate(collectTexts, SAID_ELSEWHERE);
  const words = texts
    .map((text) => known.reduce((rest, part) => rest.replaceAll(part, ''), text))
    .flatMap((text) => text.match(/[A-Za-z]{2,}/g) ?? []);
  return [...new Set(words.filter((word) => !SAME_EVERYWHERE.has(word)))];
}

/** @param {string} except */
function collectTexts(except) {
  /** @type {string[]} */
  const texts = [document.title];
  /** @param {Node} root */
  const collect = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      if (node instanceof HTMLElement) {
        for (const name of ['aria-label', 'title', 'placeholder', 'alt']) texts.push(node.getAttribute(name) ?? '');
        if (node.shadowRoot !== null) collect(node.shadowRoot);
      } else if (node.nodeType === Node.TEXT_NODE && !node.parentElement?.closest(`script, style, ${except}`)) {
        texts.push(node.textContent ?? '');
      }
    }
  };
  collect(document.body);
  return texts;
}
