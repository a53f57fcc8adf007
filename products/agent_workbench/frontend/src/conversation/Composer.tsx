import { useEffect, useState, type KeyboardEvent } from 'react';
import type { Conversation, SessionView } from '@baton/client';
import { useWorkbench } from '../app/WorkbenchContext';
import { Button } from '../common/Button';
import { Icon } from '../common/Icon';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { COMPOSER_ID } from '../keyboard/targets';
import { customerName } from '../queue/customerName';
import { ModeSwitch } from './ModeSwitch';
import { rightsIn } from './sessionNow';
import { WhyNot } from './WhyNot';

/** What the server takes at most (domain/entry.py), in Unicode code points. */
const LONGEST = 10_000;

interface Props {
  conversation: Conversation;
  session: SessionView;
}

export function Composer({ conversation, session }: Props) {
  const { t } = useText();
  const { agent, mode: modes, drafts } = useWorkbench();
  const mode = useStore(modes);
  const key = `${mode} ${session.session_name}`;
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const text = texts[key] ?? drafts.get(key) ?? '';
  const note = mode === 'note';
  const allowed = note || rightsIn(session, agent).mine;
  const tooLong = Math.max(0, Array.from(text).length - LONGEST);
  const sendable = allowed && tooLong === 0 && text.trim() !== '';
  const name = customerName(session, t);

  useEffect(() => () => conversation.sendTyping(false), [conversation]);

  function write(next: string) {
    // Kept outside as well: what was begun is still there after a look at another session.
    drafts.set(key, next);
    setTexts({ ...texts, [key]: next });
    if (!note) conversation.sendTyping(next !== '');
  }

  function send() {
    if (!sendable) return;
    conversation.send(text.trim(), note ? 'note' : 'message');
    drafts.delete(key);
    setTexts({ ...texts, [key]: '' });
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    // While a Chinese word is being composed, Enter takes the word and sends nothing.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className="shrink-0 border-t border-line bg-surface px-4 pt-2 pb-3"
    >
      <div className="mx-auto max-w-3xl">
        <div className="mb-2 flex items-center gap-3">
          <ModeSwitch mode={mode} onChoose={modes.set} />
          {!allowed && <WhyNot session={session} />}
        </div>
        <div
          className={`flex items-end gap-2 rounded-xl border p-1.5 focus-within:ring-2 focus-within:ring-brand/30 ${frameLook(note, allowed)}`}
        >
          <textarea
            id={COMPOSER_ID}
            data-testid="composer"
            data-mode={mode}
            rows={2}
            value={text}
            disabled={!allowed}
            aria-label={t(note ? 'composer.note' : 'composer.reply')}
            placeholder={
              note
                ? t('composer.placeholder.note')
                : t(allowed ? 'composer.placeholder.reply' : 'composer.placeholder.closed', { name })
            }
            onChange={(event) => write(event.target.value)}
            onKeyDown={onKeyDown}
            className="field-sizing-content max-h-48 min-h-11 flex-1 resize-none bg-transparent px-2 py-1 text-sm outline-none disabled:cursor-not-allowed"
          />
          <Button type="submit" look="primary" data-testid="send" disabled={!sendable}>
            <Icon name={note ? 'lock' : 'send'} />
            {t(note ? 'composer.send.note' : 'composer.send')}
          </Button>
        </div>
        <p className={`mt-1 px-1 text-xs ${tooLong > 0 ? 'text-urgent' : 'text-muted'}`}>
          {tooLong > 0 ? t('composer.tooLong', { count: tooLong }) : t('composer.hint')}
        </p>
      </div>
    </form>
  );
}

function frameLook(note: boolean, allowed: boolean): string {
  if (note) return 'border-note-line bg-note';
  return allowed ? 'border-line-strong bg-surface' : 'border-line bg-canvas';
}
