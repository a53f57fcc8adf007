import { createPortal } from 'react-dom';
import type { Citation } from '@baton/client';
import { languageOf, SourceView, sourceLabels } from '@baton/ui';
import { useWorkbench } from '../app/WorkbenchContext';
import { Button } from '../common/Button';
import { Dialog } from '../common/Dialog';
import { useText } from '../i18n/LanguageContext';

/** The text that an answer of the AI stands on. */
export function SourceDialog({ citation, onClose }: { citation: Citation; onClose: () => void }) {
  const { t } = useText();
  const { api } = useWorkbench();
  // Outside of the log, whose readers are told of everything that is added to it.
  return createPortal(
    <Dialog title={citation.title} onClose={onClose} wide>
      <div data-testid="source" className="mt-3">
        <SourceView
          id={citation.id}
          labels={sourceLabels(t)}
          load={() => api.source(citation, languageOf(citation))}
        />
      </div>
      <div className="mt-5 flex justify-end">
        <Button data-testid="source-close" onClick={onClose}>
          {t('source.close')}
        </Button>
      </div>
    </Dialog>,
    document.body,
  );
}
