import { type KeyboardEvent, type ReactElement, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { SendIcon } from './icons';
import type { Translate } from './strings';

/** As the server counts: Unicode code points. */
const LIMIT = 10_000;
const COUNTER_FROM = 9_000;
const MAX_HEIGHT_PX = 128;
const COMPOSED_MS = 30;

interface ComposerProps {
  readonly fieldRef: RefObject<HTMLTextAreaElement | null>;
  readonly t: Translate;
  readonly onSend: (text: string) => void;
  readonly onTyping: (active: boolean) => void;
}

/** Where the customer writes. Enter sends, Shift+Enter breaks the line, and an input method's Enter does neither. */
export function Composer({ fieldRef, t, onSend, onTyping }: ComposerProps): ReactElement {
  const [text, setText] = useState('');
  const composedAt = useRef(-Infinity);
  const length = text.length < COUNTER_FROM ? text.length : Array.from(text).length;
  const sendable = text.trim() !== '' && length <= LIMIT;

  useLayoutEffect(() => {
    const field = fieldRef.current;
    if (field === null) return;
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight, MAX_HEIGHT_PX)}px`;
  }, [fieldRef, text]);

  function send(): void {
    if (!sendable) return;
    onSend(text.trim());
    setText('');
    fieldRef.current?.focus();
  }

  function write(value: string): void {
    setText(value);
    onTyping(value.trim() !== '');
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key !== 'Enter' || event.shiftKey || endsComposition(event)) return;
    event.preventDefault();
    send();
  }

  /** The Enter that takes a word over from an input method. Safari ends the composition just before that key event. */
  function endsComposition(event: KeyboardEvent<HTMLTextAreaElement>): boolean {
    return event.nativeEvent.isComposing || event.timeStamp - composedAt.current < COMPOSED_MS;
  }

  return (
    <div className="border-t border-stone-200 bg-white p-3">
      <div className="flex items-end gap-2 rounded-2xl border border-stone-400 bg-white p-1.5 pl-3.5 focus-within:border-brand-600 focus-within:ring-2 focus-within:ring-brand-200">
        <textarea
          ref={fieldRef}
          rows={1}
          value={text}
          data-testid="composer"
          aria-label={t('composer.label')}
          aria-invalid={length > LIMIT}
          placeholder={t('composer.placeholder')}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onCompositionEnd={(event) => (composedAt.current = event.timeStamp)}
          className="min-w-0 flex-1 resize-none self-center bg-transparent py-1 text-base leading-snug outline-none placeholder:text-stone-500 sm:text-sm"
        />
        <button
          type="button"
          data-testid="send"
          aria-label={t('composer.send')}
          disabled={!sendable}
          onClick={send}
          className="grid size-9 shrink-0 place-items-center rounded-full bg-brand-700 text-white transition-colors hover:bg-brand-800 disabled:bg-stone-200 disabled:text-stone-500"
        >
          <SendIcon />
        </button>
      </div>
      {length >= COUNTER_FROM && (
        <p
          data-testid="counter"
          role="status"
          className={`mt-1 text-right text-xs ${length > LIMIT ? 'text-red-700' : 'text-stone-600'}`}
        >
          {t('composer.count', { count: length, limit: LIMIT })}
        </p>
      )}
    </div>
  );
}
