import { NetworkError, ProblemError } from '@baton/client';
import { describe, expect, it } from 'vitest';
import { bytesOf, filesOfInput, NOTHING_CHOSEN, withFiles, withoutFile } from '../src/knowledge/chosenFiles';
import { isAddress } from '../src/knowledge/ImportTerms';
import { createKnowledgeApi, fileProblems, type Terms } from '../src/knowledge/knowledgeApi';
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
