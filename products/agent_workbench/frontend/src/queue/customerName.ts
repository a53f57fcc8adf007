import type { SessionView } from '@baton/client';
import type { Translate } from '../i18n/language';

/** What to call the customer: the name, else the e-mail, else a guest with the session's last letters or digits. */
export function customerName({ customer, session_name }: SessionView, t: Translate): string {
  const given = [customer?.name, customer?.email].find((text) => text !== undefined && text !== '');
  return given ?? `${t('customer.unnamed')} ${session_name.replace(/[^0-9a-z]/gi, '').slice(-4)}`;
}
