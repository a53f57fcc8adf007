import { useEffect, useState } from 'react';
import { Avatar } from '../common/Avatar';
import { useText } from '../i18n/LanguageContext';
import { fetchDemoAgents, type DemoAgent } from './demo';
import { roleText } from './roleText';

export function DemoAgents({ busy, onChoose }: { busy: boolean; onChoose: (agent: DemoAgent) => void }) {
  const { t } = useText();
  const agents = useDemoAgents();
  if (agents.length === 0) return null;
  return (
    <section aria-label={t('signin.demo')} className="mt-5">
      <h2 className="text-[13px] font-semibold text-soft">{t('signin.demo')}</h2>
      <p className="mb-2 text-[13px] text-muted">{t('signin.demo.hint')}</p>
      <ul className="flex flex-col gap-2">
        {agents.map((agent) => (
          <li key={agent.username}>
            <button
              type="button"
              data-testid="demo-agent"
              disabled={busy}
              onClick={() => onChoose(agent)}
              className="flex w-full items-center gap-3 rounded-lg border border-line bg-surface p-2.5 text-left shadow-card hover:border-brand disabled:opacity-60"
            >
              <Avatar name={agent.name} seed={agent.name} />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">
                  {agent.name} <span className="font-normal text-muted">{roleText(agent.role, t)}</span>
                </span>
                <span className="block truncate font-mono text-xs text-muted">
                  {agent.username} / {agent.password}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function useDemoAgents(): DemoAgent[] {
  const [agents, setAgents] = useState<DemoAgent[]>([]);
  useEffect(() => {
    const leaving = new AbortController();
    // Without the cards one can still type; an unreachable server shows when signing in.
    fetchDemoAgents(leaving.signal).then(setAgents, () => undefined);
    return () => leaving.abort();
  }, []);
  return agents;
}
