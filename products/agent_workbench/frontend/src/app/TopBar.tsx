import { Avatar } from '../common/Avatar';
import { Brand } from '../common/Brand';
import { Button } from '../common/Button';
import { Icon } from '../common/Icon';
import { roleText } from '../auth/roleText';
import { useText } from '../i18n/LanguageContext';
import { LanguageSwitch } from '../i18n/LanguageSwitch';
import { useWorkbench } from './WorkbenchContext';

export function TopBar({ onHelp }: { onHelp: () => void }) {
  const { t } = useText();
  const { agent, auth, language } = useWorkbench();
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line bg-surface px-3">
      <Brand className="size-7" />
      <h1 className="text-[15px] font-semibold tracking-tight">
        {t('app.name')} <span className="font-normal text-muted max-sm:hidden">{t('app.workbench')}</span>
      </h1>
      <div className="ml-auto flex items-center gap-1">
        <LanguageSwitch language={language} />
        <Button look="quiet" aria-label={t('app.help')} title={`${t('app.help')} (?)`} onClick={onHelp} className="px-2">
          <Icon name="help" />
        </Button>
        <span className="mx-1 h-5 w-px bg-line" />
        <Avatar name={agent.name} seed={agent.name} size="small" />
        <span className="px-1 text-[13px] leading-tight">
          <span className="block font-medium" data-testid="agent-name">
            {agent.name}
          </span>
          <span className="block text-[11px] text-muted">{roleText(agent.role, t)}</span>
        </span>
        <Button
          look="quiet"
          data-testid="logout"
          aria-label={t('app.logout')}
          title={t('app.logout')}
          onClick={() => void auth.signOut()}
          className="px-2"
        >
          <Icon name="logout" />
        </Button>
      </div>
    </header>
  );
}
