import type { Language } from '@baton/client';
import type { Entry, Wording } from './knowledgeApi';

/** An entry in all its languages, the reader's own first. */
export function wordingsOf(entry: Entry, reader: Language): [Language, Wording][] {
  const all = Object.entries(entry.wordings) as [Language, Wording][];
  return all.sort(([one], [other]) => Number(other === reader) - Number(one === reader));
}
