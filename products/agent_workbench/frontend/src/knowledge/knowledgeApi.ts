import { type Api, type CallOptions, createApi, type Language, NetworkError, ProblemError, problemOf } from '@baton/client';
import type { SourceEntry } from '@baton/ui';

export interface Wording {
  title: string;
  body: string;
  questions: string[];
  tags: string[];
}

export interface Entry {
  id: string;
  url: string;
  wordings: Partial<Record<Language, Wording>>;
}

export interface EntryPage {
  entries: Entry[];
  total: number;
}

export interface Version {
  number: number;
  /** Unix seconds. */
  created_at: number;
  author: string;
  note: string;
  /** These four count files. */
  added: number;
  changed: number;
  removed: number;
  unchanged: number;
  documents: number;
  entries: number;
}

export interface Versions {
  current: number;
  /** The version that is answered from. */
  served: number;
  /** Whether that is the demo shop's entries. */
  demo: boolean;
  /** Whether `current` is still being made ready. */
  preparing: boolean;
  versions: Version[];
}

/** An imported file, and how many entries it gives. */
export interface HeldFile {
  name: string;
  entries: number;
}

export interface Match {
  entry: SourceEntry;
  score: number;
  /** 0 to 1. */
  confidence: number;
  /** Whether that is enough for an answer. */
  passes: boolean;
}

export interface Terms {
  /** Empty: as each text's letters say. */
  language: Language | '';
  urlBase: string;
  replace: boolean;
  note: string;
}

/** A file to import, by the name that a later import replaces it by. */
export interface NamedFile {
  name: string;
  file: File;
}

/** One thing that cannot be read in a file; line 0 is the file as a whole. */
export interface FileProblem {
  field: string;
  line: number;
  problem: string;
}

export const ENTRIES_PER_PAGE = 25;
const VERSIONS_PER_PAGE = 50;

/** Reading a handbook of many megabytes takes a server that long. */
const IMPORT_TIMEOUT_MS = 300_000;

/** The knowledge base over HTTP (docs/api/protocol.md). */
export function createKnowledgeApi(fetchAsAgent: typeof fetch, api: Api = createApi({ fetch: fetchAsAgent })) {
  return {
    entries: (q: string, offset: number, options: CallOptions = {}) =>
      api.get<EntryPage>('/api/knowledge', { ...options, query: { q, offset, limit: ENTRIES_PER_PAGE } }),
    versions: (before?: number) =>
      api.get<Versions>('/api/knowledge/versions', { query: { limit: VERSIONS_PER_PAGE, before } }),
    hasMore: ({ versions }: Versions) => versions.length === VERSIONS_PER_PAGE,
    activate: (number: number) => api.post<{ current: number }>(`/api/knowledge/versions/${number}/activate`),
    files: async (version: number, options: CallOptions = {}) =>
      (await api.get<{ files: HeldFile[] }>(`/api/knowledge/versions/${version}/files`, options)).files,
    remove: (name: string, note: string) =>
      api.delete<Version>(`/api/knowledge/files/${pathOf(name)}`, { query: { note: note.trim() || undefined } }),
    test: async (question: string) =>
      (await api.post<{ matches: Match[] }>('/api/knowledge/test', { question, limit: 5 })).matches,
    importFiles: (files: readonly NamedFile[], terms: Terms) => importFiles(fetchAsAgent, files, terms),
  };
}

export type KnowledgeApi = ReturnType<typeof createKnowledgeApi>;

/** A file's name within an address: its slashes stay, which some proxies would not take in another form. */
function pathOf(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

/** As a form: JSON would have to guess the encoding of the files. */
async function importFiles(fetchAsAgent: typeof fetch, files: readonly NamedFile[], terms: Terms): Promise<Version> {
  const form = new FormData();
  for (const { name, file } of files) form.append('files', file, name);
  if (terms.language !== '') form.append('language', terms.language);
  form.append('url_base', terms.urlBase.trim());
  form.append('replace', String(terms.replace));
  form.append('note', terms.note.trim());
  try {
    const signal = AbortSignal.timeout(IMPORT_TIMEOUT_MS);
    const response = await fetchAsAgent('/api/knowledge/import', { method: 'POST', body: form, signal });
    if (!response.ok) throw await problemOf(response);
    return (await response.json()) as Version;
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new NetworkError('POST /api/knowledge/import: no usable answer', { cause: error });
  }
}

/** What is wrong in which file, when files were refused. */
export function fileProblems(error: unknown): readonly FileProblem[] {
  if (!(error instanceof ProblemError) || error.code !== 'files_refused') return [];
  const found: unknown = (error.problem as { errors?: unknown }).errors;
  return Array.isArray(found) ? (found as FileProblem[]) : [];
}
