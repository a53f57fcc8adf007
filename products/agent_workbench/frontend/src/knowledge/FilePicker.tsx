import { useRef, useState, type ChangeEvent } from 'react';
import { Button } from '../common/Button';
import { Icon } from '../common/Icon';
import { bytesOf, type Chosen, ENDINGS, filesOfInput, NOTHING_CHOSEN, withFiles, withoutFile } from './chosenFiles';
import { useKnowledgeText } from './useKnowledgeText';

interface Props {
  chosen: Chosen;
  onChoose: (change: (before: Chosen) => Chosen) => void;
}

/** Every browser has it; React's types do not. */
const FOLDER: Record<string, string> = { webkitdirectory: '' };

/** How many names of what cannot be read are said. */
const NAMED = 5;

/** Where files are dropped or chosen. The page takes what is dropped beside it, too. */
export function FilePicker({ chosen, onChoose }: Props) {
  const { t } = useKnowledgeText();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  function take(event: ChangeEvent<HTMLInputElement>) {
    const incoming = filesOfInput(event.target.files ?? new DataTransfer().files);
    onChoose((before) => withFiles(before, incoming));
    // So that the same file can be chosen again after it was mended.
    event.target.value = '';
  }

  return (
    <div className="flex flex-col gap-3">
      <div
        onDragEnter={() => setOver(true)}
        onDragLeave={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
        }}
        onDrop={() => setOver(false)}
        className={`flex flex-col items-center gap-3 rounded-lg border-2 border-dashed px-4 py-7 text-center ${over ? 'border-brand bg-brand-soft' : 'border-line-strong'}`}
      >
        <Icon name="upload" className="size-7 text-muted" />
        <div>
          <p className="font-medium">{t('knowledge.import.drop')}</p>
          <p className="text-[13px] text-muted">{t('knowledge.import.kinds')}</p>
        </div>
        <div className="flex flex-wrap justify-center gap-2">
          <Button data-testid="choose-files" onClick={() => files.current?.click()}>
            {t('knowledge.import.choose')}
          </Button>
          <Button onClick={() => folder.current?.click()}>{t('knowledge.import.folder')}</Button>
        </div>
        <input ref={files} data-testid="files" type="file" multiple hidden accept={ENDINGS.join()} onChange={take} />
        <input ref={folder} type="file" multiple hidden onChange={take} {...FOLDER} />
      </div>
      {chosen.ignored.length > 0 && <Ignored names={chosen.ignored} />}
      {chosen.files.length > 0 && <ChosenFiles chosen={chosen} onChoose={onChoose} />}
    </div>
  );
}

function Ignored({ names }: { names: readonly string[] }) {
  const { t } = useKnowledgeText();
  const named = names.slice(0, NAMED).join(', ');
  const more = names.length - NAMED;
  return (
    <p role="status" data-testid="ignored" className="text-[13px] text-wait wrap-anywhere">
      {more > 0
        ? t('knowledge.import.ignored.more', { names: named, count: more })
        : t('knowledge.import.ignored', { names: named })}
    </p>
  );
}

function ChosenFiles({ chosen, onChoose }: Props) {
  const { t, locale } = useKnowledgeText();
  const count = chosen.files.length;
  const size = sizeText(bytesOf(chosen), locale);
  return (
    <div className="rounded-lg border border-line">
      <div className="flex items-center justify-between gap-2 border-b border-line py-1 pr-1 pl-3">
        <p role="status" data-testid="chosen" className="text-[13px] font-medium">
          {count === 1 ? t('knowledge.import.file', { size }) : t('knowledge.import.files', { count, size })}
        </p>
        <Button look="quiet" onClick={() => onChoose(() => NOTHING_CHOSEN)}>
          {t('knowledge.import.clear')}
        </Button>
      </div>
      <ul className="scroll-thin max-h-52 overflow-y-auto py-1">
        {chosen.files.map(({ name, file }) => (
          <li key={name} className="flex items-center gap-3 py-0.5 pr-2 pl-3 text-[13px]">
            <span className="min-w-0 flex-1 truncate" title={name}>
              {name}
            </span>
            <span className="text-xs text-muted tabular-nums">{sizeText(file.size, locale)}</span>
            <button
              type="button"
              aria-label={t('knowledge.import.remove', { name })}
              title={t('knowledge.import.remove', { name })}
              onClick={() => onChoose((before) => withoutFile(before, name))}
              className="rounded p-1 text-muted hover:text-ink"
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function sizeText(bytes: number, locale: string): string {
  // Nothing that holds a text is of no size.
  const [value, unit] = bytes < 1_000_000 ? [Math.max(bytes / 1_000, 0.1), 'kilobyte'] : [bytes / 1_000_000, 'megabyte'];
  const digits = value < 10 ? 1 : 0;
  return new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: digits }).format(value);
}
