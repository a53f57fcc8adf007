import type { Lookup } from '@baton/client';
import { en } from '../i18n/en';
import type { Translate } from '../i18n/language';

/** The argument that says what was looked for; of what is not named here all are shown. */
const TELLING: Readonly<Record<string, readonly string[]>> = {
  search_knowledge: [],
  find_product: ['product'],
  look_up_order: ['number'],
  hand_over: [],
};

/** What the AI looked up and what came of it; a name that is not ours stays as it is. */
export function lookupText({ name, arguments: given, outcome }: Lookup, t: Translate): string {
  const values = (TELLING[name] ?? Object.keys(given)).flatMap((key) => given[key] ?? []);
  const about = values.length === 0 ? '' : ` (${values.join(', ')})`;
  return `${known(`tool.${name}`, t) ?? name}${about} → ${outcomeText(outcome, t)}`;
}

function outcomeText(outcome: string, t: Translate): string {
  const counted = /^(\d+) (?:entry|entries|products?)$/.exec(outcome);
  if (counted !== null) return t('outcome.count', { count: counted[1] ?? '' });
  return known(`outcome.${outcome}`, t) ?? outcome;
}

/** The rule's name in words, if it is one of ours. */
export function ruleText(rule: string, t: Translate): string {
  return known(`rule.${rule}`, t) ?? rule;
}

function known(key: string, t: Translate): string | undefined {
  return key in en ? t(key as keyof typeof en) : undefined;
}
