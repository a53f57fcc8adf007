import type { Auth } from './auth';

/** `fetch` as the agent who is signed in: with the token, and once more with a newer one after a 401. */
export function authorizedFetch(auth: Auth): typeof fetch {
  return async (input, init) => {
    const token = auth.token();
    const response = await fetchAs(token, input, init);
    if (response.status !== 401) return response;
    const renewed = await auth.renew(token);
    if (renewed === null) return response;
    await response.body?.cancel();
    return fetchAs(renewed, input, init);
  };
}

function fetchAs(token: string | null, input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token !== null) headers.set('Authorization', `Bearer ${token}`);
  return fetch(input, { ...init, headers });
}
