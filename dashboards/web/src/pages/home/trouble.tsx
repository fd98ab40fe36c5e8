/** What stops a home from trading, above all else: devices that went silent, and readings that the chain doubts. */
import { Show } from "solid-js";
import type { Chain, ReadingPoint, Site } from "../../api/types";
import { heardUnixS } from "../../state/network";
import { duration } from "../../units/time";
import { newestMeasured } from "./flow";
import { isSilent, nameOf } from "./silence";

export function Trouble(props: { site: Site; chain: Chain; points: ReadingPoint[] }) {
  const silent = () => props.site.devices.filter((device) => device.until_slot === null && isSilent(device.last_at_unix_s, props.chain.slot_seconds, heardUnixS()));
  const names = () => silent().map((device) => nameOf(device.role)).join(", ");
  const longest = () => Math.max(...silent().map((device) => heardUnixS() - (device.last_at_unix_s ?? 0)));
  return (
    <>
      <Show when={silent().length > 0}>
        <p class="notice" data-tone="bad" role="status" data-testid="trouble">
          <strong>
            {names()}: silent for {duration(longest())}.
          </strong>{" "}
          What is not measured is not sold. See that all is switched on and connected; your gateway's own page says what it hears.
        </p>
      </Show>
      <Show when={newestMeasured(props.points)?.quality === "flagged"}>
        <p class="notice" data-tone="bad" role="status" data-testid="flagged">
          <strong>The newest reading is flagged.</strong> The chain doubts it, so that it is not traded. Your gateway's own page and your grid operator
          know more.
        </p>
      </Show>
    </>
  );
}
