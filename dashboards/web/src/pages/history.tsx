/** Histories, which are loaded after what a page is opened for; the room for them is kept. */
import { lazyPart } from "../components/lazy-part";
import type { HistoryPanelProps } from "../history/history-panel";
import type { MarketHistoryProps } from "../history/market-history";

const OfHome = lazyPart<HistoryPanelProps>(() => import("../history/history-panel"));
const OfMarket = lazyPart<MarketHistoryProps>(() => import("../history/market-history"));

export function HistoryPanel(props: HistoryPanelProps) {
  return (
    <div class="history-room">
      <OfHome {...props} />
    </div>
  );
}

export function MarketHistory(props: MarketHistoryProps) {
  return (
    <div class="history-room">
      <OfMarket {...props} />
    </div>
  );
}
