import type { AssignmentEvent, EntryEvent, StatusChangeEvent, SystemEvent } from '@baton/client';
import type { Translate } from '../i18n/language';
import { lookupText } from './lookupText';

/** What happened, in words; `me` is the agent who reads. */
export function lineText(entry: EntryEvent, me: string, t: Translate): string {
  switch (entry.type) {
    case 'status_change':
      return statusText(entry, me, t);
    case 'assignment':
      return assignmentText(entry, me, t);
    case 'system':
      return systemText(entry, t);
    default:
      return '';
  }
}

function systemText({ payload }: SystemEvent, t: Translate): string {
  const { tools = [], content = '' } = payload;
  if (tools.length === 0) return t('line.system', { text: content });
  return t('line.lookups', { text: tools.map((tool) => lookupText(tool, t)).join(' · ') });
}

function statusText({ payload }: StatusChangeEvent, me: string, t: Translate): string {
  const byMe = payload.agent_id === me;
  const name = payload.agent_name ?? t('who.someone');
  switch (payload.action) {
    case 'escalate':
      return t('line.escalate', { reason: t(`reason.${payload.reason ?? 'manual'}`) });
    case 'takeover':
      return byMe ? t('line.takeover.you') : t('line.takeover', { name });
    case 'release':
      return byMe ? t('line.release.you') : t('line.release', { name });
    case 'close':
      if (payload.agent_id === undefined) return t('line.close.customer');
      return byMe ? t('line.close.you') : t('line.close', { name });
    case 'reopen':
      return t('line.reopen');
  }
}

function assignmentText({ payload }: AssignmentEvent, me: string, t: Translate): string {
  const { from_agent_name: from, to_agent_name: to } = payload;
  if (from == null) return t('line.assigned', { to });
  if (payload.to_agent_id === me) return t('line.transfer.toYou', { from });
  if (payload.agent_id === me) return t('line.transfer.you', { to });
  return t('line.transfer', { from, to });
}
