/** The history, which is loaded after what a page is opened for; the room for it is kept. */
import { lazyPart } from "../components/lazy-part";
import type { HistoryPanelProps } from "../history/history-panel";

const Loaded = lazyPart<HistoryPanelProps>(() => import("../history/history-panel"));

export function HistoryPanel(props: HistoryPanelProps) {
  return (
    <div class="history-room">
      <Loaded {...props} />
    </div>
  );
}
