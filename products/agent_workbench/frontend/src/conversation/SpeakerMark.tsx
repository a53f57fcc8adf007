import type { Role } from '@baton/client';
import { Avatar } from '../common/Avatar';

export function SpeakerMark({ role, name, seed }: { role: Role; name: string; seed: string }) {
  if (role !== 'assistant') return <Avatar name={name} seed={seed} size="medium" />;
  return (
    <span
      aria-hidden="true"
      className="inline-flex size-8 items-center justify-center rounded-full bg-ai-soft text-[11px] font-bold text-ai"
    >
      AI
    </span>
  );
}
