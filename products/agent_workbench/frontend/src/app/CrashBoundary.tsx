import { Component, type ReactNode } from 'react';
import { Button } from '../common/Button';
import { useText } from '../i18n/LanguageContext';

interface Props {
  children: ReactNode;
}

/** Keeps a fault in one pane from taking the others with it. */
export class CrashBoundary extends Component<Props, { crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError() {
    return { crashed: true };
  }

  override render() {
    return this.state.crashed ? <Crashed /> : this.props.children;
  }
}

function Crashed() {
  const { t } = useText();
  return (
    <div role="alert" className="m-auto flex max-w-xs flex-col items-center gap-3 p-6 text-center text-soft">
      <p>{t('app.crashed')}</p>
      <Button onClick={() => location.reload()}>{t('app.reload')}</Button>
    </div>
  );
}
