import tailwindcss from '@tailwindcss/vite';
import type { UserConfig } from 'vite';

/** What the page and the widget build alike: Preact under React's name, Tailwind, nothing else. */
export const shared = {
  plugins: [tailwindcss()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  resolve: {
    alias: [
      { find: /^react-dom\/client$/, replacement: 'preact/compat/client' },
      { find: /^react\/jsx-(dev-)?runtime$/, replacement: 'preact/jsx-runtime' },
      { find: /^react(-dom)?$/, replacement: 'preact/compat' },
    ],
  },
} satisfies UserConfig;

/** Where browsers stand that a shop's customers use. */
export const TARGET = ['chrome109', 'firefox115', 'safari16.4'];
