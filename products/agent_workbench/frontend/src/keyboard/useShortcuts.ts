import { useEffect } from 'react';
import type { Workbench } from '../app/workbench';
import type { Shortcut } from './shortcuts';

export function useShortcuts(shortcuts: readonly Shortcut[], workbench: Workbench, openHelp: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const target = event.target instanceof HTMLElement ? event.target : document.body;
      if (event.key === 'Escape' && isField(target)) {
        target.blur();
        return;
      }
      if (isField(target) || document.querySelector('dialog[open]') !== null) return;
      if (event.key.startsWith('Arrow') && scrollsByArrows(target)) return;
      const shortcut = shortcuts.find(({ keys }) => keys.includes(event.key));
      if (shortcut === undefined) return;
      event.preventDefault();
      shortcut.run(workbench, openHelp);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [shortcuts, workbench, openHelp]);
}

function isField(target: HTMLElement): boolean {
  return target.matches('input, textarea, select, [contenteditable="true"]');
}

/** There the arrows have a meaning of their own. */
function scrollsByArrows(target: HTMLElement): boolean {
  return target.closest('[role="log"], [role="tablist"], [role="radiogroup"], aside') !== null;
}
