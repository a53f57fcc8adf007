import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { createWorkplace } from './app/workplace';
import { createAuth } from './auth/auth';
import { browserAuthPorts } from './auth/authPorts';
import { LanguageProvider } from './i18n/LanguageContext';
import { createLanguage } from './i18n/language';
import './index.css';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root.');

const auth = createAuth(browserAuthPorts());
const language = createLanguage();
const workplace = createWorkplace(auth, language);
void auth.start();

createRoot(root).render(
  <StrictMode>
    <LanguageProvider language={language}>
      <App auth={auth} language={language} workplace={workplace} />
    </LanguageProvider>
  </StrictMode>,
);
