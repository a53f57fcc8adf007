import { Button } from '../common/Button';
import { Icon } from '../common/Icon';
import { problemText } from '../common/problemText';
import { useKnowledgeText } from './useKnowledgeText';
import type { VersionsState } from './useVersions';

/** What the AI answers from now, and what somebody should know about it. */
export function StateBanner({ state, onRetry }: { state: VersionsState; onRetry: () => void }) {
  const { t } = useKnowledgeText();
  if (state.kind === 'loading') return null;
  if (state.kind === 'failed') {
    return (
      <div role="alert" className="flex flex-wrap items-center gap-3 rounded-lg bg-urgent-soft px-3 py-2 text-urgent">
        <p className="min-w-0 flex-1">{t('knowledge.failed', { detail: problemText(state.error, t) })}</p>
        <Button onClick={onRetry}>{t('knowledge.retry')}</Button>
      </div>
    );
  }
  const { current, served, demo, preparing, versions } = state;
  if (preparing) {
    const words = current === 0 ? t('knowledge.state.preparing.nothing') : t('knowledge.state.preparing', { current });
    return <Line kind="preparing" look="bg-ai-soft text-ai" words={words} />;
  }
  if (demo) {
    const words = t(current === 0 ? 'knowledge.state.demo' : 'knowledge.state.demoOnly');
    return <Line kind="demo" look="bg-note text-note-ink" words={words} />;
  }
  if (served === 0) return <Line kind="nothing" look="bg-wait-soft text-wait" words={t('knowledge.state.nothing')} />;
  if (versions.find(({ number }) => number === served)?.entries === 0) {
    return <Line kind="empty" look="bg-wait-soft text-wait" words={t('knowledge.state.empty', { served })} />;
  }
  return null;
}

function Line({ kind, look, words }: { kind: string; look: string; words: string }) {
  return (
    <p
      role="status"
      data-testid="knowledge-state"
      data-state={kind}
      className={`flex items-start gap-2 rounded-lg px-3 py-2 text-[13px] font-medium ${look}`}
    >
      <Icon name="alert" className="mt-0.5 size-4" />
      <span className="min-w-0">{words}</span>
    </p>
  );
}
