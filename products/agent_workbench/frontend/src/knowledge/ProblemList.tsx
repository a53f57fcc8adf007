import type { FileProblem } from './knowledgeApi';
import { useKnowledgeText } from './useKnowledgeText';

/** What is wrong in which line of which file: to be mended there, and imported again. */
export function ProblemList({ problems }: { problems: readonly FileProblem[] }) {
  const { t } = useKnowledgeText();
  const title =
    problems.length === 1
      ? t('knowledge.import.refused.one')
      : t('knowledge.import.refused', { count: problems.length });
  return (
    <div role="alert" data-testid="problems" className="rounded-lg border border-urgent bg-urgent-soft px-3 py-2">
      <p className="font-medium text-urgent">{title}</p>
      <ul className="scroll-thin mt-1.5 flex max-h-60 flex-col gap-1 overflow-y-auto text-[13px]">
        {problems.map(({ field, line, problem }, index) => (
          <li key={index} data-testid="problem" className="wrap-anywhere">
            <code className="font-mono text-xs">{field}</code>
            {line > 0 && <span className="text-muted"> · {t('knowledge.import.line', { line })}</span>}
            {': '}
            {/* The server's own words, which are English. */}
            <span lang="en">{problem}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
