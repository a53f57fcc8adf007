import { Avatar } from '../common/Avatar';
import { Brand } from '../common/Brand';
import { Button } from '../common/Button';
import { Icon, type IconName } from '../common/Icon';
import { useStore } from '../common/store';
import { roleText } from '../auth/roleText';
import { useText } from '../i18n/LanguageContext';
import { LanguageSwitch } from '../i18n/LanguageSwitch';
import { addressOf, type Page } from './selection';
import { useWorkbench } from './WorkbenchContext';

export function TopBar({ onHelp }: { onHelp: () => void }) {
  const { t } = useText();
  const { agent, auth, language } = useWorkbench();
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line bg-surface px-3">
      <Brand className="size-7 shrink-0" />
      <h1 className="text-[15px] max-[479px]:sr-only font-semibold tracking-tight">
        {t('app.name')} <span className="font-normal text-muted max-lg:hidden">{t('app.workbench')}</span>
      </h1>
      <PageLinks />
      <div className="ml-auto flex items-center gap-1">
        <LanguageSwitch language={language} />
        <Button look="quiet" aria-label={t('app.help')} title={`${t('app.help')} (?)`} onClick={onHelp} className="px-2">
          <Icon name="help" />
        </Button>
        <span className="mx-1 h-5 w-px bg-line" />
        <Avatar name={agent.name} seed={agent.name} size="small" />
        <span className="px-1 text-[13px] leading-tight max-sm:sr-only">
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

const PAGES: readonly { page: Page; icon: IconName }[] = [
  { page: 'desk', icon: 'chat' },
  { page: 'knowledge', icon: 'book' },
];

function PageLinks() {
  const { t } = useText();
  const { selection } = useWorkbench();
  const session = useStore(selection);
  const current = useStore(selection.page);
  return (
    <nav aria-label={t('app.pages')} className="ml-2 flex gap-0.5 sm:ml-4">
      {PAGES.map(({ page, icon }) => (
        <a
          key={page}
          href={addressOf(page, session)}
          data-testid={`page-${page}`}
          aria-current={page === current ? 'page' : undefined}
          aria-label={t(`app.page.${page}`)}
          title={t(`app.page.${page}`)}
          className={`inline-flex h-8 items-center gap-1.5 rounded-md px-2 text-[13px] font-medium ${page === current ? 'bg-brand-soft text-brand' : 'text-soft hover:bg-sunken hover:text-ink'}`}
        >
          <Icon name={icon} />
          <span className="max-md:hidden">{t(`app.page.${page}`)}</span>
        </a>
      ))}
    </nav>
  );
}
