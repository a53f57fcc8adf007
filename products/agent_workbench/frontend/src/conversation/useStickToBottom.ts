import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Fractions of a pixel and a last margin do not mean that somebody scrolled away. */
const NEAR_PX = 40;

/**
 * Keeps the end in view while the reader is at the end, and the reader's place while not.
 *
 * `firstKey` and `lastKey` name the outermost entries: a new first one was loaded above, a new last one below. A new
 * `ownKey` is something they wrote themselves, which they want to see wherever they are.
 */
export function useStickToBottom(
  firstKey: string | undefined,
  lastKey: string | undefined,
  ownKey: string | undefined,
) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const atBottom = useRef(true);
  const lastTop = useRef(0);
  const before = useRef({ firstKey, lastKey, height: 0 });
  const [away, setAway] = useState(false);
  const [unseen, setUnseen] = useState(false);

  const toBottom = useCallback(() => {
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
    atBottom.current = true;
    setAway(false);
    setUnseen(false);
  }, []);

  const onScroll = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    const near = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
    // Only a reader scrolls up. The event of our own scrolling comes late, when the log may have grown again.
    if (near) atBottom.current = true;
    else if (box.scrollTop < lastTop.current) atBottom.current = false;
    lastTop.current = box.scrollTop;
    setAway(!atBottom.current);
    if (atBottom.current) setUnseen(false);
  }, []);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const { height, ...keys } = before.current;
    before.current = { firstKey, lastKey, height: box.scrollHeight };
    if (atBottom.current) box.scrollTop = box.scrollHeight;
    else if (keys.firstKey !== firstKey) box.scrollTop += box.scrollHeight - height;
    else if (keys.lastKey !== lastKey) setUnseen(true);
  }, [firstKey, lastKey]);

  useLayoutEffect(() => {
    if (ownKey !== undefined) toBottom();
  }, [ownKey, toBottom]);

  // Pictures, a growing draft and a resized window change the height without a new entry.
  useEffect(() => {
    const box = scroller.current;
    if (!box || !content.current) return undefined;
    const observer = new ResizeObserver(() => {
      if (atBottom.current) box.scrollTop = box.scrollHeight;
      before.current.height = box.scrollHeight;
    });
    observer.observe(box);
    observer.observe(content.current);
    return () => observer.disconnect();
  }, []);

  return { scroller, content, away, unseen, toBottom, onScroll };
}
