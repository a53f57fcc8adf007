/** Server-sent events, parsed as they arrive (WHATWG HTML, "Interpreting an event stream"). */

export interface SseFrame {
  readonly data: string;
  readonly event: string;
  /** The last event id after this frame; empty when the server never sent one. */
  readonly id: string;
}

export interface SseHandlers {
  onFrame(frame: SseFrame): void;
  /** Milliseconds, from a `retry` field. */
  onRetry?(milliseconds: number): void;
}

export interface SseParser {
  /** The next bytes, cut anywhere. A frame that never ends is dropped, as the standard asks. */
  push(bytes: Uint8Array): void;
}

export function createSseParser(handlers: SseHandlers, lastEventId = ''): SseParser {
  // Removes one byte order mark at the very start and joins characters that were cut in two.
  const decoder = new TextDecoder('utf-8');
  let line = '';
  let afterCarriageReturn = false;
  let data: string[] = [];
  let event = '';
  let id = lastEventId;

  function push(bytes: Uint8Array): void {
    const text = decoder.decode(bytes, { stream: true });
    let start = 0;
    for (let at = 0; at < text.length; at += 1) {
      const character = text[at];
      const endsPair = character === '\n' && afterCarriageReturn;
      afterCarriageReturn = character === '\r';
      if (endsPair) {
        start = at + 1;
      } else if (character === '\n' || character === '\r') {
        const whole = line + text.slice(start, at);
        line = '';
        start = at + 1;
        takeLine(whole);
      }
    }
    line += text.slice(start);
  }

  function takeLine(whole: string): void {
    if (whole === '') {
      dispatch();
      return;
    }
    const colon = whole.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? whole : whole.slice(0, colon);
    const value = colon < 0 ? '' : whole.slice(whole[colon + 1] === ' ' ? colon + 2 : colon + 1);
    takeField(name, value);
  }

  function takeField(name: string, value: string): void {
    if (name === 'data') data.push(value);
    else if (name === 'event') event = value;
    else if (name === 'id' && !value.includes('\0')) id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) handlers.onRetry?.(Number(value));
  }

  function dispatch(): void {
    const frame = { data: data.join('\n'), event: event || 'message', id };
    const isEmpty = data.length === 0;
    data = [];
    event = '';
    if (!isEmpty) handlers.onFrame(frame);
  }

  return { push };
}
