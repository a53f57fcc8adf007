import { afterEach, expect, it, vi } from 'vitest';
import { newClientMessageId } from '../src/ids';

afterEach(() => vi.unstubAllGlobals());

it('makes ids that the server takes, on plain http as well', () => {
  const secure = newClientMessageId();
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
  const insecure = newClientMessageId();
  for (const id of [secure, insecure]) expect(id).toMatch(/^[A-Za-z0-9_.:-]{32,100}$/);
  expect(newClientMessageId()).not.toBe(insecure);
});
