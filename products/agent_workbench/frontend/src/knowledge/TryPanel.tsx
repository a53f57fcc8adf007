import { useState, type SubmitEvent } from 'react';
import { Button } from '../common/Button';
import { Icon } from '../common/Icon';
import { problemText } from '../common/problemText';
import type { KnowledgeApi, Match } from './knowledgeApi';
import { useKnowledgeText } from './useKnowledgeText';

type Result =
  | { kind: 'none' }
  | { kind: 'trying' }
  | { kind: 'found'; question: string; served: number | null; matches: readonly Match[] }
  | { kind: 'failed'; error: unknown };

/** What an answer to a question would be drawn from. */
export function TryPanel({ api, served }: { api: KnowledgeApi; served: number | null }) {
  const { t } = useKnowledgeText();
  const [question, setQuestion] = useState('');
  const [result, setResult] = useState<Result>({ kind: 'none' });

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const asked = question.trim();
    if (asked === '' || result.kind === 'trying') return;
    setResult({ kind: 'trying' });
    api.test(asked).then(
      (matches) => setResult({ kind: 'found', question: asked, served, matches }),
      (error: unknown) => setResult({ kind: 'failed', error }),
    );
  }

  return (
    <div className="flex flex-col gap-4 p-4">
      <form onSubmit={submit} className="flex flex-col gap-1.5">
        <label htmlFor="knowledge-question" className="text-[13px] font-medium">
          {t('knowledge.try.label')}
        </label>
        <span className="flex gap-2">
          <input
            id="knowledge-question"
            data-testid="question"
            value={question}
            maxLength={2_000}
            placeholder={t('knowledge.try.placeholder')}
            onChange={(event) => setQuestion(event.target.value)}
            className="h-8 min-w-0 flex-1 rounded-md border border-line-strong px-2.5"
          />
          <Button type="submit" look="primary" data-testid="try" disabled={question.trim() === ''}>
            {t('knowledge.try.submit')}
          </Button>
        </span>
        <p className="text-xs text-muted">{t('knowledge.try.hint')}</p>
      </form>
      <div aria-live="polite" className="flex flex-col gap-2">
        {result.kind === 'trying' && <p className="text-muted">{t('queue.loading')}</p>}
        {result.kind === 'failed' && (
          <p role="alert" className="text-urgent">
            {t('knowledge.failed', { detail: problemText(result.error, t) })}
          </p>
        )}
        {/* What another version would find is another question. */}
        {result.kind === 'found' && result.served === served && <Found matches={result.matches} />}
      </div>
    </div>
  );
}

function Found({ matches }: { matches: readonly Match[] }) {
  const { t } = useKnowledgeText();
  const verdict = matches.length === 0 ? 'nothing' : matches.some(({ passes }) => passes) ? 'some' : 'none';
  return (
    <>
      <p data-testid="verdict" data-verdict={verdict} className="font-medium">
        {t(`knowledge.try.${verdict}`)}
      </p>
      <ol className="flex flex-col gap-2">
        {matches.map((match) => (
          <li key={match.entry.id}>
            <MatchCard match={match} />
          </li>
        ))}
      </ol>
    </>
  );
}

function MatchCard({ match: { entry, score, confidence, passes } }: { match: Match }) {
  const { t } = useKnowledgeText();
  return (
    <details
      data-testid="match"
      data-id={entry.id}
      data-passes={passes}
      className={`rounded-lg border ${passes ? 'border-brand bg-brand-soft' : 'border-line'}`}
    >
      <summary className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg px-3 py-2">
        <span className={`inline-flex items-center gap-1 text-xs font-medium ${passes ? 'text-live' : 'text-muted'}`}>
          <Icon name={passes ? 'check' : 'close'} />
          {t(passes ? 'knowledge.try.passes' : 'knowledge.try.fails')}
        </span>
        <span lang={entry.language === 'zh' ? 'zh-CN' : 'en'} className="min-w-40 flex-1 font-medium wrap-anywhere">
          {entry.title}
        </span>
        <span className="flex gap-3 text-xs text-soft tabular-nums">
          <span>{t('knowledge.try.confidence', { percent: Math.round(confidence * 100) })}</span>
          <span>{t('knowledge.try.score', { score: score.toFixed(1) })}</span>
        </span>
      </summary>
      <p
        lang={entry.language === 'zh' ? 'zh-CN' : 'en'}
        className="px-3 pb-3 text-[13px] whitespace-pre-wrap text-soft wrap-anywhere"
      >
        {entry.body}
      </p>
    </details>
  );
}
