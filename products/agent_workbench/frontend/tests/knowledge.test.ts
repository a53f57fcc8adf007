import { NetworkError, ProblemError } from '@baton/client';
import { describe, expect, it } from 'vitest';
import { bytesOf, filesOfInput, NOTHING_CHOSEN, withFiles, withoutFile } from '../src/knowledge/chosenFiles';
import { isAddress } from '../src/knowledge/ImportTerms';
import { createKnowledgeApi, fileProblems, type Terms } from '../src/knowledge/knowledgeApi';
import { filesNamed } from '../src/knowledge/useFiles';
import { wordingsOf } from '../src/knowledge/wordings';

const named = (name: string, text = 'x') => ({ name, file: new File([text], name) });
const names = (chosen: { files: readonly { name: string }[] }) => chosen.files.map(({ name }) => name);

describe('withFiles', () => {
  it('keeps what can be read, in order, and says what cannot', () => {
    const chosen = withFiles(NOTHING_CHOSEN, [named('b.MD'), named('a/faq.csv'), named('logo.png'), named('c.html')]);
    expect(names(chosen)).toEqual(['a/faq.csv', 'b.MD', 'c.html']);
    expect(chosen.ignored).toEqual(['logo.png']);
  });

  it('puts a file in the place of the one with its name', () => {
    const before = withFiles(NOTHING_CHOSEN, [named('a.md', 'old'), named('b.md')]);
    const after = withFiles(before, [named('a.md', 'mended')]);
    expect(names(after)).toEqual(['a.md', 'b.md']);
    expect(bytesOf(after)).toBe('mended'.length + 1);
  });

  it('passes over what is hidden, wherever it is', () => {
    expect(withFiles(NOTHING_CHOSEN, [named('.git/a.md'), named('help/.DS_Store'), named('.a.md')])).toEqual(
      NOTHING_CHOSEN,
    );
  });

  it('leaves out what is taken away', () => {
    expect(names(withoutFile(withFiles(NOTHING_CHOSEN, [named('a.md'), named('b.md')]), 'a.md'))).toEqual(['b.md']);
  });
});

describe('filesOfInput', () => {
  it('names the files of a folder by their path within it', () => {
    const inFolder = Object.assign(new File(['x'], 'bikes.md'), { webkitRelativePath: 'help/returns/bikes.md' });
    const alone = Object.assign(new File(['x'], 'bikes.md'), { webkitRelativePath: '' });
    const list = [inFolder, alone] as unknown as FileList;
    expect(filesOfInput(list).map(({ name }) => name)).toEqual(['returns/bikes.md', 'bikes.md']);
  });
});

describe('importFiles', () => {
  const terms: Terms = { language: '', urlBase: ' https://shop.net/help ', replace: true, note: 'New' };

  function answering(status: number, body: unknown) {
    const sent: FormData[] = [];
    const fetchAsAgent: typeof fetch = (_, init) => {
      sent.push(init?.body as FormData);
      return Promise.resolve(Response.json(body, { status }));
    };
    return { sent, api: createKnowledgeApi(fetchAsAgent) };
  }

  it('sends the files under their names and the terms that were given', async () => {
    const { sent, api } = answering(201, { number: 3 });
    await expect(api.importFiles([named('returns/bikes.md')], terms)).resolves.toEqual({ number: 3 });
    const form = Object.fromEntries(sent[0] ?? []);
    expect(form['files']).toMatchObject({ name: 'returns/bikes.md', size: 1 });
    expect(form).toMatchObject({ url_base: 'https://shop.net/help', replace: 'true', note: 'New' });
    expect(form).not.toHaveProperty('language');
  });

  it('says what is wrong in which line of which file', async () => {
    const errors = [{ field: 'a.csv', line: 2, problem: 'has no answer' }];
    const { api } = answering(422, { code: 'files_refused', title: '', detail: 'a.csv: line 2', errors });
    const error: unknown = await api.importFiles([named('a.csv')], terms).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(ProblemError);
    expect(fileProblems(error)).toEqual(errors);
  });

  it('has no problems of files for any other failure', async () => {
    const { api } = answering(503, { code: 'unavailable', title: '', detail: '' });
    const refused: unknown = await api.importFiles([named('a.csv')], terms).catch((failure: unknown) => failure);
    expect(fileProblems(refused)).toEqual([]);
    const cutOff = createKnowledgeApi(() => Promise.reject(new TypeError('cut off')));
    await expect(cutOff.importFiles([named('a.csv')], terms)).rejects.toBeInstanceOf(NetworkError);
  });
});

describe('the files of a version', () => {
  function answering(status: number, body: unknown) {
    const asked: string[] = [];
    const fetchAsAgent: typeof fetch = (input, init) => {
      asked.push(`${init?.method ?? 'GET'} ${input as string}`);
      return Promise.resolve(Response.json(body, { status }));
    };
    return { asked, api: createKnowledgeApi(fetchAsAgent) };
  }

  it('are listed', async () => {
    const files = [{ name: 'a.md', entries: 2 }];
    const { asked, api } = answering(200, { version: 3, files });
    await expect(api.files(3)).resolves.toEqual(files);
    expect(asked).toEqual(['GET /api/knowledge/versions/3/files']);
  });

  it.each([
    ['returns/bikes.md', 'returns/bikes.md'],
    ['帮助/退货?.md', '%E5%B8%AE%E5%8A%A9/%E9%80%80%E8%B4%A7%3F.md'],
    ['100% #a.md', '100%25%20%23a.md'],
  ])('are taken out by name: %s', async (name, path) => {
    const { asked, api } = answering(200, { number: 4, entries: 0 });
    await expect(api.remove(name, ' ')).resolves.toEqual({ number: 4, entries: 0 });
    await api.remove(name, ' Out of date ');
    expect(asked).toEqual([
      `DELETE /api/knowledge/files/${path}`,
      `DELETE /api/knowledge/files/${path}?note=Out+of+date`,
    ]);
  });

  it('are said to be gone', async () => {
    const { api } = answering(404, { code: 'file_not_found', title: 'Not Found', detail: 'There is no file a.md.' });
    await expect(api.remove('a.md', '')).rejects.toMatchObject({ status: 404, message: 'There is no file a.md.' });
  });

  it('are found by a part of their name', () => {
    const files = ['Returns/Bikes.md', 'faq.csv'].map((name) => ({ name, entries: 1 }));
    expect(filesNamed(files, ' ')).toEqual(files);
    expect(filesNamed(files, 'bikes ').map(({ name }) => name)).toEqual(['Returns/Bikes.md']);
    expect(filesNamed(files, 'delivery')).toEqual([]);
  });
});

describe('isAddress', () => {
  it.each(['', ' ', 'https://shop.net/help/', 'http://shop.net'])('takes %j', (text) => {
    expect(isAddress(text)).toBe(true);
  });
  it.each(['shop.net', 'javascript:alert(1)', '/help'])('refuses %j', (text) => {
    expect(isAddress(text)).toBe(false);
  });
});

describe('wordingsOf', () => {
  it("begins with the reader's own language", () => {
    const wording = (title: string) => ({ title, body: '', questions: [], tags: [] });
    const entry = { id: 'a', url: '', wordings: { en: wording('Returns'), zh: wording('退货') } };
    expect(wordingsOf(entry, 'zh').map(([, { title }]) => title)).toEqual(['退货', 'Returns']);
    expect(wordingsOf(entry, 'en').map(([, { title }]) => title)).toEqual(['Returns', '退货']);
  });
});
