import { Icon } from '../common/Icon';
import { useStore } from '../common/store';
import { useText } from './LanguageContext';
import type { LanguageStore } from './language';

/** Shows the language that a click switches to, in that language. */
export function LanguageSwitch({ language }: { language: LanguageStore }) {
  const { t } = useText();
  const current = useStore(language);
  const other = current === 'en' ? 'zh' : 'en';
  return (
    <button
      type="button"
      data-testid="language"
      title={t('app.language')}
      lang={other}
      onClick={() => language.choose(other)}
      className="inline-flex h-8 items-center gap-1.5 rounded-md px-2 text-[13px] font-medium text-soft hover:bg-sunken hover:text-ink"
    >
      <Icon name="globe" />
      {other === 'en' ? 'English' : '简体中文'}
    </button>
  );
}
