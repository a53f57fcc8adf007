/**
 * What a shop's page loads: `<script src="https://…/widget.js" data-language="en" defer></script>`.
 *
 * Everything lives in one element with a shadow root, so neither style sheet reaches the other. The servers are asked
 * where the script came from. A page that wants to may steer it through `window.Baton`.
 */

import type { Language } from '@baton/client';
import { createRoot } from 'react-dom/client';
import { browserCredentials } from './credentials';
import { createDesk } from './desk';
import { createPreferences } from './preferences';
import { shadowStyles } from './shadow-styles';
import css from './widget.css?inline';
import { tabsUnsent } from './unsent';
import { Widget } from './Widget';

export interface BatonOnPage {
  open(): void;
  close(): void;
  setLanguage(language: Language): void;
}

declare global {
  interface Window {
    Baton?: BatonOnPage;
  }
}

function mount(script: HTMLScriptElement | null): BatonOnPage {
  const baseUrl = new URL(script?.src ?? '', location.href).origin;
  const language: Language = script?.dataset['language'] === 'zh' ? 'zh' : 'en';
  const preferences = createPreferences(language);
  const desk = createDesk({
    baseUrl,
    language,
    credentials: browserCredentials('baton.session'),
    unsent: tabsUnsent('baton.unsent'),
  });
  preferences.subscribe(() => desk.setLanguage(preferences.getState().language));

  const host = document.createElement('baton-widget');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(shadowStyles(css));
  root.adoptedStyleSheets = [sheet];
  // Seen from outside the target is no text field, so a shop's keyboard shortcuts would fire while somebody types.
  for (const type of ['keydown', 'keypress', 'keyup']) host.addEventListener(type, (event) => event.stopPropagation());
  document.body.append(host);
  createRoot(root).render(<Widget desk={desk} preferences={preferences} />);

  return {
    open: () => preferences.setOpen(true),
    close: () => preferences.setOpen(false),
    setLanguage: (chosen) => preferences.setLanguage(chosen),
  };
}

// A module (while developing) does not know its own element.
const script = document.currentScript ?? document.querySelector('script[data-language]');

function start(): void {
  // A page that carries the script twice gets one widget.
  window.Baton ??= mount(script instanceof HTMLScriptElement ? script : null);
}

// Without `defer` the script may run before there is a body to stand in.
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
else start();
