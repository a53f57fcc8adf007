import type { AssignmentEvent, EntryEvent, StatusChangeEvent, SystemEvent } from '@baton/client';
import type { Translate } from '../i18n/language';
import { lookupText, ruleText } from './lookupText';

/** What happened, in words; `me` is the agent who reads, `grounds` what an escalation stands on. */
export function lineText(entry: EntryEvent, me: string, t: Translate, grounds?: SystemEvent): string {
  switch (entry.type) {
    case 'status_change':
      return statusText(entry, me, t, grounds);
    case 'assignment':
      return assignmentText(entry, me, t);
    case 'system':
      return systemText(entry, t);
    default:
      return '';
  }
}

function systemText({ payload }: SystemEvent, t: Translate): string {
  const { tools = [], failed = [], content } = payload;
  if (content !== undefined) return t('line.system', { text: content });
  const lookups = tools.map((tool) => lookupText(tool, t)).join(' · ');
  return [
    ...(failed.length > 0 ? [t('line.failed', { engines: failed.join(', ') })] : []),
    ...(tools.length > 0 ? [t('line.lookups', { text: lookups })] : []),
  ].join(' · ');
}

/** Ends with “because of” where there is a message that can be shown. */
function escalationText(reason: string, t: Translate, grounds?: SystemEvent): string {
  const { rule = '', severity = 'normal', matched_seq = 0 } = grounds?.payload ?? {};
  const why = new Set([reason, ...(rule === '' ? [] : [ruleText(rule, t)])]);
  return [
    t('line.escalate', { reason: [...why].join(' · ') }),
    ...(severity === 'normal' ? [] : [t(`severity.${severity}`)]),
    ...(matched_seq === 0 ? [] : [t('line.because')]),
  ].join(' · ');
}

function statusText({ payload }: StatusChangeEvent, me: string, t: Translate, grounds?: SystemEvent): string {
  const byMe = payload.agent_id === me;
  const name = payload.agent_name ?? t('who.someone');
  switch (payload.action) {
    case 'escalate':
      return escalationText(t(`reason.${payload.reason ?? 'manual'}`), t, grounds);
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
