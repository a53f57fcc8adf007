import { Icon } from '../common/Icon';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import { useWorkbench } from './WorkbenchContext';

export function Banner() {
  const { t } = useText();
  const connection = useStore(useWorkbench().connection.state);
  if (connection === 'fine') return null;
  const lost = connection === 'lost';
  return (
    <div
      role="status"
      data-testid="banner"
      data-state={connection}
      className={`flex items-center justify-center gap-2 px-4 py-1.5 text-[13px] font-medium ${lost ? 'bg-wait-soft text-wait' : 'bg-live-soft text-live'}`}
    >
      <Icon name={lost ? 'alert' : 'check'} />
      {t(lost ? 'banner.reconnecting' : 'banner.back')}
    </div>
  );
}
