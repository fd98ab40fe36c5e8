/** Which slot the lines show: the newest that was settled, or one before. */
import type { Chain, Slot } from "../../api/types";
import { Badge } from "../../components/badge";
import { slotState } from "../../state/words";
import { span } from "../../units/time";
import { positionOf } from "./slots";

type SlotPickerProps = {
  /** Settled slots, newest first; not empty. */
  slots: Slot[];
  /** Null: always the newest. */
  picked: number | null;
  pick: (slot: number | null) => void;
  chain: Chain;
};

export function SlotPicker(props: SlotPickerProps) {
  const at = () => positionOf(props.slots, props.picked);
  const slot = () => props.slots[at()];
  const go = (to: number) => props.pick(to <= 0 ? null : (props.slots[to]?.slot ?? null));
  const start = () => slot()?.start_unix_s ?? 0;
  return (
    <span class="row slot-picker" role="group" aria-label="Slot shown">
      <button class="button small" type="button" disabled={at() + 1 >= props.slots.length} onClick={() => go(at() + 1)}>
        ‹ Earlier
      </button>
      <span aria-live="polite">{span(start(), start() + props.chain.slot_seconds)}</span>
      <Badge named={slotState(slot() ?? { state: "empty", finalized: false })} />
      <button class="button small" type="button" disabled={at() === 0} onClick={() => go(at() - 1)}>
        Later ›
      </button>
    </span>
  );
}
