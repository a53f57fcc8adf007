import { useState, type SubmitEvent } from 'react';
import { Brand } from '../common/Brand';
import { Button } from '../common/Button';
import { LanguageSwitch } from '../i18n/LanguageSwitch';
import { useText } from '../i18n/LanguageContext';
import type { LanguageStore } from '../i18n/language';
import type { Auth } from './auth';
import { DemoAgents } from './DemoAgents';
import { SignInError } from './SignInError';
import { signInProblem, type SignInProblem } from './signInProblem';

export function SignInPage({ auth, language }: { auth: Auth; language: LanguageStore }) {
  const { t } = useText();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<SignInProblem | null>(null);

  async function signIn(name: string, secret: string) {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await auth.signIn(name, secret);
    } catch (error) {
      setProblem(signInProblem(error, Date.now() / 1000));
      setBusy(false);
    }
  }

  function submit(event: SubmitEvent) {
    event.preventDefault();
    void signIn(username.trim(), password);
  }

  return (
    <main className="flex h-full flex-col overflow-auto">
      <div className="flex justify-end p-3">
        <LanguageSwitch language={language} />
      </div>
      <div className="m-auto flex w-full max-w-sm flex-col px-4 pb-24">
        <div className="mb-6 flex flex-col items-center text-center">
          <Brand className="size-12" />
          <h1 className="mt-3 text-xl font-semibold">
            {t('app.name')} <span className="font-normal text-muted">{t('app.workbench')}</span>
          </h1>
          <p className="mt-1 text-balance text-muted">{t('signin.lead')}</p>
        </div>
        <form onSubmit={submit} className="flex flex-col gap-3 rounded-xl border border-line bg-surface p-5 shadow-card">
          <Field id="username" label={t('signin.username')} value={username} onChange={setUsername} />
          <Field id="password" label={t('signin.password')} value={password} onChange={setPassword} secret />
          {problem && <SignInError problem={problem} />}
          <Button
            type="submit"
            look="primary"
            data-testid="sign-in"
            className="mt-1 h-9"
            disabled={busy || username.trim() === '' || password === ''}
          >
            {busy ? t('signin.busy') : t('signin.submit')}
          </Button>
        </form>
        <DemoAgents
          busy={busy}
          onChoose={(agent) => {
            setUsername(agent.username);
            setPassword(agent.password);
            void signIn(agent.username, agent.password);
          }}
        />
      </div>
    </main>
  );
}

interface FieldProps {
  id: 'username' | 'password';
  label: string;
  value: string;
  onChange: (value: string) => void;
  secret?: boolean;
}

function Field({ id, label, value, onChange, secret = false }: FieldProps) {
  return (
    <label className="flex flex-col gap-1 text-[13px] font-medium text-soft">
      {label}
      <input
        name={id}
        data-testid={id}
        type={secret ? 'password' : 'text'}
        autoComplete={secret ? 'current-password' : 'username'}
        autoCapitalize="none"
        spellCheck={false}
        autoFocus={!secret}
        required
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-9 rounded-md border border-line-strong bg-surface px-2.5 text-sm font-normal text-ink"
      />
    </label>
  );
}
