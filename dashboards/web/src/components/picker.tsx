/** One of a few things by name: a site, a feeder, a market. */
import { For } from "solid-js";

type PickerProps<Item extends { id: number }> = {
  label: string;
  items: readonly Item[];
  picked: number;
  nameOf: (item: Item) => string;
  onPick: (id: number) => void;
};

export function Picker<Item extends { id: number }>(props: PickerProps<Item>) {
  return (
    <label class="row">
      <span class="label">{props.label}</span>
      <select class="input site-picker" value={props.picked} onChange={(event) => props.onPick(Number(event.currentTarget.value))}>
        <For each={props.items}>{(item) => <option value={item.id}>{props.nameOf(item)}</option>}</For>
      </select>
    </label>
  );
}
