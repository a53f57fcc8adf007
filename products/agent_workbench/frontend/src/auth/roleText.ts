import type { Translate } from '../i18n/language';

export function roleText(role: string, t: Translate): string {
  return t(role === 'admin' ? 'app.role.admin' : 'app.role.agent');
}
