import { defineConfig, type Plugin } from 'vite';
import { shared, TARGET } from './vite.shared.ts';

/** `widget.js`: one self-contained script under a name that never changes, next to the page's files. */
export default defineConfig({
  ...shared,
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [...shared.plugins, asciiOnly()],
  build: {
    target: TARGET,
    outDir: 'dist',
    emptyOutDir: false,
    lib: { entry: 'src/widget/embed.tsx', formats: ['iife'], name: 'BatonWidget', fileName: () => 'widget.js' },
  },
});

/** A browser reads a script in the encoding of the page that loads it, and not every shop's is UTF-8. */
function asciiOnly(): Plugin {
  return {
    name: 'ascii-only',
    enforce: 'post',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk') file.code = file.code.replace(/[^\0-\x7f]/g, escaped);
      }
    },
  };
}

/** One UTF-16 code unit, as a literal and an identifier may both have it. */
function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
