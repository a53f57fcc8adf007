import { type Citation, type Language, safeUrl } from '@baton/client';

/** A piece of the knowledge base as the server tells it: text, never markup. */
export interface SourceEntry {
  readonly id: string;
  readonly url: string;
  readonly language: Language;
  readonly title: string;
  readonly body: string;
}

/** RFC 2606 and RFC 6761: names that lead nowhere. */
const NOWHERE = /(?:^|\.)(?:example|test|invalid)\.?$|(?:^|\.)example\.(?:com|net|org)\.?$/i;

/** Where a source can be read on the net; empty when it has no address there, and is read here instead. */
export function pageOf(citation: Citation): string {
  const url = safeUrl(citation.url);
  return url === '' || NOWHERE.test(new URL(url).hostname) ? '' : url;
}

/** The language in which a source was quoted: an entry may have several. */
export function languageOf(citation: Citation): Language {
  return /[\u3400-\u9fff]/.test(citation.title) ? 'zh' : 'en';
}

export function sourcePath(citation: Citation): string {
  return `/api/knowledge/${encodeURIComponent(citation.id)}`;
}
