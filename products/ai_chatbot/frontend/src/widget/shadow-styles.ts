/**
 * Makes a style sheet that was written for documents fit for a shadow root in somebody else's page.
 *
 * `@property` does nothing inside a shadow root, so Tailwind's own substitute for browsers without it, plain initial
 * values on every element, is put into force everywhere. And `rem` follows the shop's root font size, which may be
 * anything, so it becomes pixels.
 */
export function shadowStyles(css: string): string {
  return css.replace(GUARDED_DEFAULTS, '@layer properties{@supports (color:red){').replace(DECLARATIONS, inPixels);
}

const GUARDED_DEFAULTS = /@layer properties\s*\{\s*@supports [^{]*\{/;

// What stands in the innermost braces; a class name may hold a `rem` as well, and must keep it.
const DECLARATIONS = /\{[^{}]*\}/g;

const ROOT_FONT_PX = 16;

function inPixels(declarations: string): string {
  return declarations.replace(/(\d*\.?\d+)rem\b/g, (_, size: string) => `${Number(size) * ROOT_FONT_PX}px`);
}
