import { useEffect, useId, useRef, type ReactNode } from 'react';

interface Props {
  title: string;
  children: ReactNode;
  onClose: () => void;
  wide?: boolean;
}

/** A modal dialog. The element itself keeps the focus inside, closes on Escape and gives the focus back. */
export function Dialog({ title, children, onClose, wide = false }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const dialog = element.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);

  return (
    <dialog
      ref={element}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
      className={`m-auto max-h-[85vh] w-[calc(100vw-2rem)] rounded-xl bg-surface text-ink shadow-pop backdrop:bg-ink/40 ${wide ? 'max-w-xl' : 'max-w-md'}`}
    >
      <div className="p-5">
        <h2 id={titleId} className="text-base font-semibold wrap-anywhere">
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}
