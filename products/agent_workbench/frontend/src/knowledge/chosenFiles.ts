/** Files that somebody chose or dropped, on their way into an import. */

import type { NamedFile } from './knowledgeApi';

export const ENDINGS = ['.md', '.markdown', '.csv', '.tsv', '.html', '.htm'] as const;

/** What the server takes at once; it says so too, but only after everything was sent. */
export const MAX_FILES = 1_000;
export const MAX_BYTES = 60 * 1024 * 1024;

export interface Chosen {
  files: readonly NamedFile[];
  /** Names of what is of no kind that can be read. */
  ignored: readonly string[];
}

export const NOTHING_CHOSEN: Chosen = { files: [], ignored: [] };

/** With what comes in: a file takes the place of the one with its name. Hidden files are passed over in silence. */
export function withFiles(before: Chosen, incoming: readonly NamedFile[]): Chosen {
  const visible = incoming.filter(({ name }) => !name.split('/').some((part) => part.startsWith('.')));
  const files = new Map(before.files.map((each) => [each.name, each]));
  for (const each of visible.filter(isReadable)) files.set(each.name, each);
  const ignored = visible.filter((each) => !isReadable(each)).map(({ name }) => name);
  return {
    files: [...files.values()].sort((one, other) => (one.name < other.name ? -1 : 1)),
    ignored: [...new Set([...before.ignored, ...ignored])],
  };
}

export function withoutFile(before: Chosen, name: string): Chosen {
  return { ...before, files: before.files.filter((each) => each.name !== name) };
}

export function bytesOf({ files }: Chosen): number {
  return files.reduce((sum, { file }) => sum + file.size, 0);
}

function isReadable({ name }: NamedFile): boolean {
  const lower = name.toLowerCase();
  return ENDINGS.some((ending) => lower.endsWith(ending));
}

/** Of a chosen folder each file is named by its path within it, as `baton knowledge import` does. */
export function filesOfInput(list: FileList): NamedFile[] {
  return [...list].map((file) => ({ file, name: withinFolder(file.webkitRelativePath) || file.name }));
}

function withinFolder(path: string): string {
  return path.slice(path.indexOf('/') + 1);
}

/** What was dropped: files, and those in the folders. To be called while the event is handled. */
export async function filesOfDrop(transfer: DataTransfer): Promise<NamedFile[]> {
  const roots = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  // Dragged from somewhere without a file system.
  if (roots.length === 0) return [...transfer.files].map((file) => ({ file, name: file.name }));
  const found = await Promise.all(roots.map((root) => (root.isDirectory ? inFolder(root, '') : inside(root, ''))));
  return Promise.all(found.flat().map(opened));
}

interface Found {
  entry: FileSystemEntry;
  name: string;
}

async function inFolder(folder: FileSystemEntry, path: string): Promise<Found[]> {
  const reader = (folder as FileSystemDirectoryEntry).createReader();
  const entries: FileSystemEntry[] = [];
  // A reader gives a hundred at a time, and nothing at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    entries.push(...some);
  }
  return (await Promise.all(entries.map((entry) => inside(entry, path)))).flat();
}

async function inside(entry: FileSystemEntry, path: string): Promise<Found[]> {
  const name = `${path}${entry.name}`;
  return entry.isDirectory ? inFolder(entry, `${name}/`) : [{ entry, name }];
}

async function opened({ entry, name }: Found): Promise<NamedFile> {
  const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
  return { file, name };
}
