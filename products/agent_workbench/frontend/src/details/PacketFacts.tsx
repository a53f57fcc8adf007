import type { Conversation, Packet, PacketAttempt, PacketFact, SessionView } from '@baton/client';
import { useText } from '../i18n/LanguageContext';
import { Cites } from '../conversation/Cites';
import { lookupText } from '../conversation/lookupText';
import { Fact, FactList, Section } from './Facts';
import { usePacket } from './usePacket';

interface Props {
  session: SessionView;
  conversation: Conversation;
}

/** What whoever takes over should know before reading the conversation. */
export function PacketFacts({ session, conversation }: Props) {
  const { t } = useText();
  const packet = usePacket(session, conversation);
  if (packet === null) return null;
  return (
    <div data-testid="packet">
      <Section title={t('packet.title')}>
        <Wish summary={packet.summary} />
        {packet.facts.length > 0 && (
          <div className="mt-3">
            <FactList>
              {packet.facts.map((fact) => (
                <Fact key={`${fact.kind} ${fact.value}`} name={t(`packet.${fact.kind}`)}>
                  <Value fact={fact} />
                  <Cites seqs={fact.seqs} />
                </Fact>
              ))}
            </FactList>
          </div>
        )}
        {packet.tried.length > 0 && <Tried tried={packet.tried} />}
      </Section>
    </div>
  );
}

function Wish({ summary: { text, seqs, by } }: Pick<Packet, 'summary'>) {
  const { t } = useText();
  if (text === '') return <p className="text-[13px] text-muted">{t('packet.nothing')}</p>;
  return (
    <div className="rounded-lg border-l-3 border-accent bg-note px-3 py-2">
      <p className="text-xs text-note-ink">
        {t('packet.wants')}
        {by !== 'rules' && <span> · {t('packet.by', { engine: by })}</span>}
      </p>
      <p data-testid="packet-summary" className="mt-0.5 text-[13px] wrap-anywhere">
        {text}
        <Cites seqs={seqs} />
      </p>
    </div>
  );
}

function Value({ fact: { kind, value } }: { fact: PacketFact }) {
  const { t } = useText();
  if (kind === 'language') return t(value === 'zh' ? 'language.zh' : 'language.en');
  if (kind === 'failures') return t('packet.failures.value', { count: value });
  return <span className="wrap-anywhere">{value}</span>;
}

function Tried({ tried }: { tried: readonly PacketAttempt[] }) {
  const { t } = useText();
  return (
    <div className="mt-3">
      <h4 className="text-xs text-muted">{t('packet.tried')}</h4>
      <ol className="mt-1 flex flex-col gap-1.5 text-[13px]">
        {tried.map((attempt, place) => (
          // One entry may tell of several lookups.
          <Attempt key={`${attempt.seq} ${place}`} attempt={attempt} />
        ))}
      </ol>
    </div>
  );
}

function Attempt({ attempt: { kind, text, seq, sources, tool } }: { attempt: PacketAttempt }) {
  const { t } = useText();
  const told = tool == null ? text : lookupText(tool, t);
  return (
    <li className="border-l border-line-strong pl-2">
      <span className={`text-xs font-medium ${kind === 'no_answer' ? 'text-wait' : 'text-soft'}`}>
        {t(`packet.tried.${kind}`)}
      </span>
      <Cites seqs={[seq]} />
      <p className="line-clamp-2 wrap-anywhere text-soft" title={told}>
        {told}
      </p>
      {sources.length > 0 && <p className="text-xs text-muted">{sources.join(' · ')}</p>}
    </li>
  );
}
