/** The session this browser continues: its name and token, shared by every tab of the shop. */

export interface Credentials {
  readonly session_name: string;
  readonly token: string;
  /** Unix seconds. */
  readonly expires_at: number;
}

export interface CredentialStore {
  read(): Credentials | null;
  write(credentials: Credentials): void;
  clear(): void;
  /** Calls back when another tab changed them; returns how to stop. */
  watch(onChange: () => void): () => void;
}

/** Kept in `localStorage` under `key`; in this page's memory where the browser forbids that. */
export function browserCredentials(key: string): CredentialStore {
  let inMemory: string | null = null;

  function readRaw(): string | null {
    try {
      return localStorage.getItem(key);
    } catch {
      return inMemory;
    }
  }

  function writeRaw(value: string | null): void {
    inMemory = value;
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {
      // Storage is off or full: the conversation then lasts as long as the page.
    }
  }

  return {
    read: () => parse(readRaw()),
    write: (credentials) => writeRaw(JSON.stringify(credentials)),
    clear: () => writeRaw(null),
    watch(onChange) {
      const listen = (event: StorageEvent): void => {
        if (event.key === key || event.key === null) onChange();
      };
      window.addEventListener('storage', listen);
      return () => window.removeEventListener('storage', listen);
    },
  };
}

function parse(raw: string | null): Credentials | null {
  if (raw === null) return null;
  try {
    const value = JSON.parse(raw) as Partial<Credentials> | null;
    const { session_name, token, expires_at } = value ?? {};
    if (typeof session_name !== 'string' || typeof token !== 'string' || typeof expires_at !== 'number') return null;
    return expires_at > Date.now() / 1_000 ? { session_name, token, expires_at } : null;
  } catch {
    return null;
  }
}
