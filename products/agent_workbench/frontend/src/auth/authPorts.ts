import { createApi, ProblemError } from '@baton/client';
import type { AuthPorts, Grant } from './auth';

const LOCK = 'baton.workbench.refresh';
const SIGNED_IN = 'baton.workbench.signedIn';

/** The real server and browser. The cookie goes along by itself: `fetch` sends it to the page's own origin. */
export function browserAuthPorts(): AuthPorts {
  const api = createApi();
  return {
    login: (username, password) => api.post<Grant>('/api/auth/login', { username, password }),
    refresh: () => api.post<Grant>('/api/auth/refresh', {}),
    logout: (token) =>
      createApi({ headers: () => ({ Authorization: `Bearer ${token}` }) }).post('/api/auth/logout'),
    remembered: () => localStorage.getItem(SIGNED_IN) !== null,
    remember: (signedIn) => {
      if (signedIn) localStorage.setItem(SIGNED_IN, '1');
      else localStorage.removeItem(SIGNED_IN);
    },
    isRefusal: (error) => error instanceof ProblemError && (error.status === 401 || error.status === 403),
    exclusively,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    now: () => Date.now() / 1000,
  };
}

async function exclusively<T>(job: () => Promise<T>): Promise<T> {
  // Locks exist only where the page came over HTTPS or from this machine.
  if (!('locks' in navigator)) return job();
  return navigator.locks.request(LOCK, job);
}
