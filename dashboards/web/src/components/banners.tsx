/** What concerns the whole page, said once above it: the network, another tab's login, and a demonstration's time. */
import { Match, Show, Switch } from "solid-js";
import type { Chain, MarketRange, Status } from "../api/types";
import { enter, isElsewhere, session } from "../session/session";
import { away } from "../state/network";
import { nowUnixS } from "../state/stream";
import { whole } from "../units/format";
import { marketsInWords } from "../units/markets";
import { clock, slotWord } from "../units/time";

export function Banners(props: { status: Status }) {
  const isFast = () => props.status.chain.slot_energy_seconds > props.status.chain.slot_seconds;
  return (
    <>
      <Show when={isFast()}>
        <Demonstration chain={props.status.chain} />
      </Show>
      <Show when={props.status.markets}>{(ranges) => <Followed ranges={ranges()} />}</Show>
      <Switch>
        <Match when={away()}>
          {(words) => (
            <p class="notice floating" data-tone="bad" role="alert" data-testid="away">
              {words()}
            </p>
          )}
        </Match>
        <Match when={isElsewhere()}>
          <Elsewhere />
        </Match>
      </Switch>
    </>
  );
}

/** Slots that are shorter than the time that they stand for: nobody should take a demonstration's day for theirs. */
function Demonstration(props: { chain: Chain }) {
  const times = () => whole(Math.round(props.chain.slot_energy_seconds / props.chain.slot_seconds));
  return (
    <p class="ribbon" data-testid="demonstration">
      <strong>Demonstration</strong>
      <span>
        {whole(props.chain.slot_seconds)} s stand for a {slotWord(props.chain.slot_energy_seconds)}: time runs {times()} times as fast.
      </span>
      <Show when={props.chain.market_clock}>
        <span>
          Market time <strong class="number">{clock(nowUnixS(), false)}</strong>
        </span>
      </Show>
    </p>
  );
}

/** A server of some markets: whoever misses a home or a market here learns that another server may have it. */
function Followed(props: { ranges: MarketRange[] }) {
  return (
    <p class="ribbon" data-testid="followed-markets">
      <span>
        This server shows {marketsInWords(props.ranges)} only. What is in another market is at its own operator's server.
      </span>
    </p>
  );
}

/** Another tab logged in as somebody else, and this one's key must ask its owner first. */
function Elsewhere() {
  const name = () => {
    const now = session();
    return now.phase === "in" ? now.identity.name : "yourself";
  };
  const goOn = () => {
    const now = session();
    if (now.phase === "in") void enter(now.identity);
  };
  return (
    <div class="notice floating" data-tone="wait" role="alert">
      <p>Another tab of this browser has logged in with another account.</p>
      <button class="button small" type="button" onClick={goOn}>
        Continue as {name()}
      </button>
    </div>
  );
}
