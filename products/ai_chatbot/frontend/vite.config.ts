import { defineConfig, type Plugin } from 'vite';
import { shared, TARGET } from './vite.shared.ts';

/** The demo shop's page. It carries the widget by the same script as any shop; only while developing, its source. */
export default defineConfig({
  ...shared,
  base: './',
  plugins: [...shared.plugins, widgetFromSource()],
  build: { target: TARGET, outDir: 'dist', emptyOutDir: true },
  server: { proxy: { '/api': 'http://localhost:8000' } },
});

function widgetFromSource(): Plugin {
  return {
    name: 'widget-from-source',
    apply: 'serve',
    transformIndexHtml: (html) => html.replace('src="./widget.js"', 'type="module" src="/src/widget/embed.tsx"'),
  };
}
