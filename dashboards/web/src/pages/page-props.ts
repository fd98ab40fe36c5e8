/** What every page is given. */
import type { Status } from "../api/types";

export type PageProps = {
  status: Status;
  /** Opens the choice of accounts. */
  choose: () => void;
};
