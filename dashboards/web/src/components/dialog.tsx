/** A modal dialog: the browser's own, which keeps the focus within and closes on Escape. */
import { type JSX, createEffect, createUniqueId } from "solid-js";

type DialogProps = {
  isOpen: boolean;
  onClose: () => void;
  /** Gets the id that its heading must have. */
  children: (headingId: string) => JSX.Element;
};

export function Dialog(props: DialogProps) {
  let dialog!: HTMLDialogElement;
  const id = createUniqueId();
  createEffect(() => {
    if (props.isOpen && !dialog.open) dialog.showModal();
    if (!props.isOpen && dialog.open) dialog.close();
  });
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={() => props.onClose()}>
      {props.children(id)}
    </dialog>
  );
}
