/**
 * What the API says, as it says it. Units come last in names; ids are numbers, accounts SS58, devices and hashes
 * `0x…`; REN is text of its smallest unit.
 */

import type { MarketClock } from "../units/time";

/** A block by number and hash. */
export type BlockRef = { number: number; hash: string };

/** Whom a development account plays. */
export type Role = "owner" | "neighbour" | "operator";

/** An account of a development chain, derived from the well-known phrase. */
export type DevelopmentAccount = { name: string; role: Role; derivation: string };

/** One whose home, with meters that read, is for the first newcomer who asks. */
export type SpareAccount = { name: string; role: "spare"; derivation: string };

/** What never changes while the page is open. */
export type Chain = {
  name: string;
  genesis_hash: string;
  development: boolean;
  ss58_prefix: number;
  slot_seconds: number;
  slot_energy_seconds: number;
  slots_per_era: number;
  eur_asset_id: number;
  public_node_url: string;
  /** How the market's time follows the real one; absent where it is the same, or where nobody told the API. */
  market_clock?: MarketClock | null;
};

export type Status = {
  chain: Chain;
  best: BlockRef | null;
  finalized: (BlockRef & { at_unix_s: number }) | null;
  current_slot: number;
  lag_blocks: number;
  reconciled_through_era: number | null;
  retail_ueur_per_kwh: number;
  development_accounts: (DevelopmentAccount | SpareAccount)[];
};

export type Market = {
  id: number;
  operator: string;
  privacy_threshold: number;
  protocol_fee_bp: number;
  zones: number;
  sites: number;
};

/** Terms of the line between a zone and its parent. */
export type EdgeTerms = {
  fee_ueur_per_kwh: number | null;
  capacity_up_wh: number | null;
  capacity_down_wh: number | null;
};

export type Zone = EdgeTerms & {
  id: number;
  parent: number | null;
  depth: number;
  name: string | null;
  operator: string;
  sites: number;
  pending: (EdgeTerms & { from_slot: number })[];
};

export type SlotState = "measured" | "cleared" | "settled" | "empty" | "voided";

export type ZoneSlot = {
  zone: number;
  price_ueur_per_kwh: number | null;
  net_export_wh: number;
  bought_wh: number;
  sold_wh: number;
  measured: { import_wh: number; export_wh: number } | null;
};

export type Slot = {
  slot: number;
  start_unix_s: number;
  end_unix_s: number;
  state: SlotState;
  finalized: boolean;
  readings: number;
  volume_wh: number;
  paid_ueur: number;
  received_ueur: number;
  network_fees_ueur: number;
  congestion_rent_ueur: number;
  protocol_fee_ueur: number;
  dust_ueur: number;
  cleared_in_block: number | null;
  settled_in_block: number | null;
  minted_ren: string | null;
  zones: ZoneSlot[];
};

/** What holds for a zone's line from a slot on, until the zone's next terms. */
export type LineTerms = EdgeTerms & { zone: number; from_slot: number };

/** Slots of a range, newest first, with the terms under which they are cleared, oldest first. */
export type Slots = {
  slots: Slot[];
  terms: LineTerms[];
  /** Where the next request ends, if there are older ones. */
  next_to_unix_s: number | null;
};

/** What a market settled in an hour, a day or a month. */
export type MarketPoint = {
  start_unix_s: number;
  slots: number;
  volume_wh: number;
  paid_ueur: number;
  received_ueur: number;
  network_fees_ueur: number;
  congestion_rent_ueur: number;
  protocol_fee_ueur: number;
  dust_ueur: number;
  minted_ren: string;
  finalized: boolean;
};

export type GapKind = "missing" | "late" | "flagged" | "estimated";

export type Gap = {
  slot: number;
  start_unix_s: number;
  site: number;
  device: string;
  gateway: string;
  role: string;
  kind: GapKind;
  verdict: string[];
};

export type Account = {
  address: string;
  sites: { id: number; name: string | null; market: number; zone: number }[];
  operates: number[];
  /** Money is null while the chain's node does not answer. */
  eur_free_ueur: number | null;
  eur_held_ueur: number | null;
  ren_free: string | null;
  claimable_ueur: number | null;
};

export type Summary = {
  from_unix_s: number;
  to_unix_s: number;
  bought_wh: number;
  sold_wh: number;
  paid_ueur: number;
  received_ueur: number;
  retail_ueur_per_kwh: number;
  retail_ueur: number;
  saved_ueur: number;
  minted_ren: string;
  finalized: boolean;
};

export type Side = "buy" | "sell";

export type Trade = {
  slot: number;
  start_unix_s: number;
  site: number;
  side: Side;
  quantity_wh: number;
  price_ueur_per_kwh: number;
  amount_ueur: number;
  state: SlotState;
  finalized: boolean;
};

export type OrderStep = { limit_ueur_per_kwh: number; cap_wh: number };

export type Order = {
  side: Side;
  steps: OrderStep[];
  state: "active" | "paused" | "cancelled";
  from_slot: number;
  held_ueur: number;
  missing_ueur: number | null;
  finalized: boolean;
};

export type Device = {
  device: string;
  role: string;
  rated_power_w: number;
  gateway: string;
  from_slot: number;
  until_slot: number | null;
  last_slot: number | null;
  last_at_unix_s: number | null;
};

export type Gateway = { gateway: string; active: boolean; key_epoch: number; last_reading_at_unix_s: number | null };

export type Site = {
  id: number;
  name: string | null;
  market: number;
  zone: number;
  owner: string;
  max_power_w: number;
  active: boolean;
  devices: Device[];
  gateways: Gateway[];
  orders: Order[];
};

export type Quality = "good" | "estimated" | "flagged" | "late" | "missing";

export type ReadingPoint = {
  start_unix_s: number;
  duration_s: number;
  import_wh: number;
  export_wh: number;
  produced_wh: number;
  used_wh: number;
  bought_wh: number;
  paid_ueur: number;
  sold_wh: number;
  received_ueur: number;
  minted_ren: string;
  quality: Quality;
  finalized: boolean;
};

export type Readings = { resolution: "slot" | "hour" | "day" | "month"; points: ReadingPoint[] };
