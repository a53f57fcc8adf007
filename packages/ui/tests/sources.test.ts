import { describe, expect, it } from 'vitest';
import { languageOf, pageOf, sourcePath } from '../src';

const at = (url: string, title = 'Returns') => ({ id: 'returns', title, url });

describe('pageOf', () => {
  it.each(['https://shop.net/returns', 'http://10.0.0.7:8080/help', 'https://docs.shop.co.uk/a?b=c#d', 'http://localhost:3000/x'])(
    'opens %s elsewhere',
    (url) => expect(pageOf(at(url))).toBe(url),
  );

  it.each([
    '',
    'javascript:alert(1)',
    'data:text/html,x',
    '//shop.net/x',
    'https://aldermoor.example/returns',
    'https://ALDERMOOR.EXAMPLE./returns',
    'https://shop.test/x',
    'https://x.invalid',
    'https://www.example.com/x',
    'https://',
  ])('shows %s here', (url) => expect(pageOf(at(url))).toBe(''));
});

describe('what is asked of the server', () => {
  it('is the entry in the language in which it was quoted', () => {
    expect(languageOf(at('', 'Returns › Bikes'))).toBe('en');
    expect(languageOf(at('', '退货 › Bikes'))).toBe('zh');
  });

  it('names any id safely', () => {
    expect(sourcePath({ id: 'a/../b?c#退货:é', title: '', url: '' })).toBe(
      '/api/knowledge/a%2F..%2Fb%3Fc%23%E9%80%80%E8%B4%A7%3A%C3%A9',
    );
  });
});
