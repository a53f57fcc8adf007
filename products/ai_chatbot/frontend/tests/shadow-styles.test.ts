import { expect, it } from 'vitest';
import { shadowStyles } from '../src/widget/shadow-styles';

// The shape of what Tailwind writes.
const CSS =
  '@layer properties{@supports (((-webkit-hyphens:none)) and (not (margin-trim:block))){*,:before{--tw-border-style:solid}}}' +
  '@layer utilities{.p-4{padding:1rem}.h-\\[2rem\\]{height:min(2rem,.5rem)}.remote{margin:-0.25rem}}' +
  '@property --tw-border-style{syntax:"*";inherits:false;initial-value:solid}';

it('puts the initial values into force that @property cannot give inside a shadow root', () => {
  expect(shadowStyles(CSS)).toContain('@layer properties{@supports (color:red){*,:before{--tw-border-style:solid}}}');
});

it('frees every size from the root font size of the page, and leaves class names alone', () => {
  const styles = shadowStyles(CSS);
  expect(styles).toContain('.p-4{padding:16px}');
  expect(styles).toContain('.h-\\[2rem\\]{height:min(32px,8px)}');
  expect(styles).toContain('.remote{margin:-4px}');
});
