import type { Auth } from '../auth/auth';
import { SignInPage } from '../auth/SignInPage';
import { Brand } from '../common/Brand';
import { useStore } from '../common/store';
import { useText } from '../i18n/LanguageContext';
import type { LanguageStore } from '../i18n/language';
import { WorkbenchContext } from './WorkbenchContext';
import { WorkbenchPage } from './WorkbenchPage';
import type { Workplace } from './workplace';

interface Props {
  auth: Auth;
  language: LanguageStore;
  workplace: Workplace;
}

export function App({ auth, language, workplace }: Props) {
  const state = useStore(auth.state);
  const workbench = useStore(workplace);
  if (workbench !== null) {
    return (
      <WorkbenchContext key={workbench.agent.id} value={workbench}>
        <WorkbenchPage />
      </WorkbenchContext>
    );
  }
  if (state.kind === 'starting') return <Starting unreachable={state.unreachable} />;
  return <SignInPage auth={auth} language={language} />;
}

function Starting({ unreachable }: { unreachable: boolean }) {
  const { t } = useText();
  return (
    <main className="flex h-full flex-col items-center justify-center gap-3 text-muted">
      <Brand className="size-12" />
      <p role="status">{t(unreachable ? 'app.unreachable' : 'app.starting')}</p>
    </main>
  );
}
