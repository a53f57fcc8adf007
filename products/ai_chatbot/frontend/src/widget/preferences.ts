import type { Language } from '@baton/client';

export interface PreferencesState {
  readonly language: Language;
  readonly isOpen: boolean;
}

/** How the customer, or the shop's page, wants the widget just now. */
export interface Preferences {
  readonly getState: () => PreferencesState;
  readonly subscribe: (listener: () => void) => () => void;
  setLanguage(language: Language): void;
  setOpen(isOpen: boolean): void;
}

export function createPreferences(language: Language): Preferences {
  const listeners = new Set<() => void>();
  let state: PreferencesState = { language, isOpen: false };

  function update(change: Partial<PreferencesState>): void {
    state = { ...state, ...change };
    for (const listener of [...listeners]) listener();
  }

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setLanguage: (chosen) => update({ language: chosen }),
    setOpen: (isOpen) => update({ isOpen }),
  };
}
