/**
 * What the API asks for and answers. Generated from dashboards/openapi.json: change the handler, then run `make api`.
 * Units come last in names. Ids are numbers, accounts SS58, devices and hashes `0x…`. REN is text, in its smallest
 * unit.
 */

export interface paths {
    "/api/v1/accounts/{address}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sites, markets and money of the account that is logged in. */
        get: operations["accounts_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{address}/retail-tariff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets what the account that is logged in pays its supplier. It must own a site. */
        put: operations["accounts_set_retail_tariff"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{address}/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the account that is logged in bought and sold. */
        get: operations["accounts_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{address}/trades": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Trades of the account that is logged in. */
        get: operations["accounts_trades"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is logged in; 401 if nobody is. */
        get: operations["login_show"];
        put?: never;
        /** Logs the account in whose key signed the challenge, by the cookie `deren_session`. */
        post: operations["login_create"];
        /** Ends the session, if there is one. */
        delete: operations["login_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/login/challenge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A text that the account's key is to sign, good for one login within five minutes. */
        post: operations["login_challenge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All markets. */
        get: operations["markets_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One market. */
        get: operations["markets_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets/{id}/gaps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the market's operator must look after, newest first; slots are given out whole. */
        get: operations["markets_gaps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets/{id}/slots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened in each slot of a range of time, newest first. */
        get: operations["markets_slots"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets/{id}/slots/{slot}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One slot with all that shaped it. */
        get: operations["markets_slot"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets/{id}/slots/{slot}/market-file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The exact input of a slot's clearing; its bytes have the hash that the chain noted.
         * @description Once the block that cleared the slot is final, the answer never changes.
         */
        get: operations["markets_market_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets/{id}/slots/{slot}/result": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a slot's clearing gave: worked out again, and given out only if it is the chain's.
         * @description Once the block that settled the slot is final, the answer never changes.
         */
        get: operations["markets_result"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets/{id}/sums": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a market settled, by hour, day or month; slots not settled yet are not in it. */
        get: operations["markets_sums"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/markets/{id}/zones": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tree of zones with the lines' fees and capacities. */
        get: operations["markets_zones"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settlement/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Settlement data: all of the market for its operator, one's own sites' for anyone else. */
        get: operations["settlement_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sites/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A site, for its owner and its market's operator. */
        get: operations["sites_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sites/{id}/name": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Names a site, as its owner. */
        put: operations["sites_set_name"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sites/{id}/readings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a site measured, traded and earned; for its owner and its market's operator. */
        get: operations["sites_readings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The chain, how far its rows have come, and what pages need to begin. */
        get: operations["status_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is new: `block`, `slot`, `readings` and `orders`; `lagged`: events are missing.
         * @description A client that comes back with the header `Last-Event-ID` first gets what it missed.
         *     If that is not kept, it gets `lagged`, and the newest block.
         *     `lagged` is also the last event of a client that fell behind.
         */
        get: operations["stream_open"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/zones/{id}/name": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Names a zone, as its market's operator. */
        put: operations["zones_set_name"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What belongs to an account. Its money is read from the chain's state at the finalised head. */
        Account: {
            /** @description The account. */
            address: components["schemas"]["Address"];
            /** @description Euros deposited for the account's sites, gateways and devices, in µ€. */
            eur_deposited_ueur: number | null;
            /** @description Euros received that wait for proof or for a decision, in µ€. */
            eur_escrow_ueur: number | null;
            /** @description All free euros, in µ€; null while the node is away, as all that follow. */
            eur_free_ueur: number | null;
            /** @description Euros on hold for buy orders, in µ€. */
            eur_held_ueur: number | null;
            /** @description What of them is outside the purse, in µ€: what can be sent or paid out. */
            eur_outside_ueur: number | null;
            /** @description The markets that it operates. */
            operates: number[];
            /** @description What of them is in the purse, in µ€: it can be drawn. */
            purse_free_ueur: number | null;
            /** @description True if the account's purse is frozen, as a court may order. */
            purse_frozen: boolean | null;
            /** @description Free REN, in its smallest unit. */
            ren_free: string | null;
            /** @description The sites that it owns; at most 1 000. */
            sites: components["schemas"]["OwnSite"][];
        };
        /** @description An account: SS58 with prefix 42 (0x and 64 hexadecimal digits are read, too) */
        Address: string;
        /** @description A block. */
        Block: {
            /** @description Its hash. */
            hash: string;
            /**
             * Format: int64
             * @description Its height.
             */
            number: number;
        };
        /** @description What was set at genesis. */
        Chain: {
            /** @description True where well-known keys are allowed. */
            development: boolean;
            /**
             * Format: uint32
             * @description The asset that stands for euros.
             */
            eur_asset_id: number;
            /** @description Which chain it is. */
            genesis_hash: string;
            market_clock: components["schemas"]["MarketClock"] | null;
            /** @description For people. */
            name: string;
            /** @description The node to which pages send transactions. */
            public_node_url: string;
            /**
             * Format: uint32
             * @description The metered time that a slot stands for.
             */
            slot_energy_seconds: number;
            /**
             * Format: uint32
             * @description A slot's length in real time.
             */
            slot_seconds: number;
            /**
             * Format: uint32
             * @description Slots of a reward era.
             */
            slots_per_era: number;
            /**
             * Format: uint32
             * @description The prefix of addresses.
             */
            ss58_prefix: number;
        };
        /** @description What is to be signed. */
        Challenge: {
            /** @description The text, to be signed as it is or between `<Bytes>` and `</Bytes>`. */
            challenge: string;
            /**
             * Format: int64
             * @description Until when it can be used, in seconds since 1970.
             */
            expires_unix_s: number;
        };
        /** @description Who wants to log in. */
        ChallengeRequest: {
            /** @description The account. */
            address: components["schemas"]["Address"];
        };
        /** @description An account of a development chain, whose key everyone can derive. */
        DevelopmentAccount: {
            /** @description The path from the well-known phrase, as `//Alice`. */
            derivation: string;
            /** @description As whom a visitor chooses it. */
            name: string;
            /**
             * @description `owner`, `neighbour` or `operator`: which page is its first.
             *     `spare`: its home is for the first newcomer who asks.
             */
            role: components["schemas"]["DevelopmentRole"];
        };
        /** @enum {string} */
        DevelopmentRole: "owner" | "neighbour" | "operator" | "spare";
        /** @description A device at the site. */
        Device: {
            /** @description Its pseudonym. */
            device: string;
            /**
             * Format: int64
             * @description The first slot in which it serves.
             */
            from_slot: number;
            /** @description Which gateway reads it. */
            gateway: string;
            /**
             * Format: int64
             * @description When that slot ended.
             */
            last_at_unix_s: number | null;
            /**
             * Format: int64
             * @description The last slot of its newest reading.
             */
            last_slot: number | null;
            /**
             * Format: int64
             * @description More than this it cannot measure.
             */
            rated_power_w: number;
            /** @description `grid`, `production` or `storage`. */
            role: components["schemas"]["DeviceRole"];
            /**
             * Format: int64
             * @description The first slot in which it is gone; null while it stays.
             */
            until_slot: number | null;
        };
        /** @enum {string} */
        DeviceRole: "grid" | "production" | "storage";
        /** @description What holds for a line. */
        EdgeTerms: {
            /**
             * Format: int64
             * @description The most Wh a slot from the parent; null: unlimited.
             */
            capacity_down_wh: number | null;
            /**
             * Format: int64
             * @description The most Wh a slot towards the parent; null: unlimited.
             */
            capacity_up_wh: number | null;
            /**
             * Format: int64
             * @description What every kWh that crosses pays.
             */
            fee_ueur_per_kwh: number | null;
        };
        /** @description A finalised block. */
        Finalized: {
            /**
             * Format: int64
             * @description Its own time; 0 of the genesis block.
             */
            at_unix_s: number;
            /** @description Its hash. */
            hash: string;
            /**
             * Format: int64
             * @description Its height.
             */
            number: number;
        };
        /** @description One slot of one device that an operator should look after. */
        Gap: {
            /** @description The device, as `0x…`. */
            device: string;
            /** @description The gateway that reads it, as `0x…`. */
            gateway: string;
            /** @description Why it is in the list. */
            kind: components["schemas"]["GapKind"];
            /** @description What the device measures. */
            role: string;
            /**
             * Format: uint32
             * @description The site.
             */
            site: number;
            /**
             * Format: uint32
             * @description The slot.
             */
            slot: number;
            /**
             * Format: int64
             * @description Its first second since 1970.
             */
            start_unix_s: number;
            /** @description All that the chain remarked about the reading; empty if there is none. */
            verdict: string[];
        };
        /**
         * @description Why a slot of a device is in the list.
         * @enum {string}
         */
        GapKind: "missing" | "late" | "flagged" | "estimated";
        /** @description Gaps of a market, newest first. */
        Gaps: {
            /** @description Newest slot first, then by site and device. */
            gaps: components["schemas"]["Gap"][];
            /**
             * Format: int64
             * @description If there is more: the `to` with which to ask for it.
             */
            next_to_unix_s: number | null;
        };
        /** @description A gateway at the site. */
        Gateway: {
            /** @description False if it may not submit. */
            active: boolean;
            /** @description Its first public key. */
            gateway: string;
            /**
             * Format: int64
             * @description How often its key was changed.
             */
            key_epoch: number;
            /**
             * Format: int64
             * @description When the last slot of the newest reading of its devices here ended.
             */
            last_reading_at_unix_s: number | null;
        };
        /** @description What holds for the line between a zone and its parent, from a slot on. */
        LineTerms: components["schemas"]["EdgeTerms"] & {
            /**
             * Format: int64
             * @description The first slot in which it holds, or the first of the range.
             */
            from_slot: number;
            /**
             * Format: int64
             * @description The zone below the line.
             */
            zone: number;
        };
        /** @description Who is logged in, and for how long. */
        Login: {
            /** @description The account. */
            address: components["schemas"]["Address"];
            /**
             * Format: int64
             * @description When the session ends, in seconds since 1970.
             */
            expires_unix_s: number;
        };
        /** @description A signed challenge. */
        LoginRequest: {
            /** @description The account. */
            address: components["schemas"]["Address"];
            /** @description The text as `login/challenge` gave it. */
            challenge: string;
            /** @description `0x` and 64 bytes of ed25519 or sr25519, or a `MultiSignature` of either. */
            signature: string;
        };
        /** @description A market as it is from the next slot on. */
        Market: {
            /**
             * Format: int64
             * @description Its number.
             */
            id: number;
            /** @description Who approves points, sets edges and receives network fees. */
            operator: components["schemas"]["Address"];
            /**
             * Format: int64
             * @description How many sites a published aggregate needs at least.
             */
            privacy_threshold: number;
            /**
             * Format: int64
             * @description The buyer's fee, in 1/10 000 of the price.
             */
            protocol_fee_bp: number;
            /**
             * Format: int64
             * @description How many sites are registered.
             */
            sites: number;
            /**
             * Format: int64
             * @description How many zones its tree has.
             */
            zones: number;
        };
        /** @description How a demonstration's time follows the real one. */
        MarketClock: {
            /**
             * Format: int64
             * @description The market's time at that moment, in seconds since 1970.
             */
            market_unix_s: number;
            /**
             * Format: int64
             * @description A moment of real time, in milliseconds since 1970.
             */
            real_unix_ms: number;
            /**
             * Format: int32
             * @description How much faster it runs, in thousandths; more than 0.
             */
            speed_permille: number;
        };
        /** @description What a market settled in one piece of time. */
        MarketPoint: {
            /**
             * Format: int64
             * @description What full edges earned for the community.
             */
            congestion_rent_ueur: number;
            /**
             * Format: int64
             * @description What rounding left to the community.
             */
            dust_ueur: number;
            /** @description True if all of it is in finalised blocks. */
            finalized: boolean;
            /** @description What was minted for the market's eras that ended here, in REN's smallest unit. */
            minted_ren: string;
            /**
             * Format: int64
             * @description What zones' operators received.
             */
            network_fees_ueur: number;
            /**
             * Format: int64
             * @description What buyers paid in all.
             */
            paid_ueur: number;
            /**
             * Format: int64
             * @description What the treasury received.
             */
            protocol_fee_ueur: number;
            /**
             * Format: int64
             * @description What sellers received.
             */
            received_ueur: number;
            /**
             * Format: int64
             * @description How many of its slots are settled.
             */
            slots: number;
            /**
             * Format: int64
             * @description When it begins.
             */
            start_unix_s: number;
            /**
             * Format: int64
             * @description What was traded.
             */
            volume_wh: number;
        };
        /** @description Sums, oldest first. */
        MarketPoints: {
            /** @description Pieces of time in which a slot was settled or an era paid. */
            points: components["schemas"]["MarketPoint"][];
            /** @description What one sum stands for. */
            resolution: components["schemas"]["SumsResolution"];
        };
        /** @description Markets that follow one another. */
        MarketRange: {
            /**
             * Format: uint32
             * @description The first of them.
             */
            first: number;
            /**
             * Format: uint32
             * @description The last of them.
             */
            last: number;
        };
        /** @description All markets. */
        Markets: {
            /** @description By number; at most 1 000. */
            markets: components["schemas"]["Market"][];
        };
        /** @description Sums over a zone's grid meters. */
        Measured: {
            /**
             * Format: int64
             * @description To the grid.
             */
            export_wh: number;
            /**
             * Format: int64
             * @description From the grid.
             */
            import_wh: number;
        };
        /** @description A name as it is sent and answered. */
        NameBody: {
            /** @description 1 to 60 characters, none of them a control character. Plain text: `<b>` stays `<b>`. */
            name: string;
        };
        /** @description The site's order on one side. */
        Order: {
            /** @description True if this is in a finalised block. */
            finalized: boolean;
            /**
             * Format: int64
             * @description The first slot for which this holds.
             */
            from_slot: number;
            /**
             * Format: int64
             * @description What of the owner's money is on hold for it.
             */
            held_ueur: number;
            /**
             * Format: int64
             * @description What was missing when it was paused.
             */
            missing_ueur: number | null;
            /** @description `buy` or `sell`. */
            side: components["schemas"]["Side"];
            /** @description `active`, `paused` or `cancelled`. */
            state: components["schemas"]["OrderState"];
            /** @description Its price steps, best first; those that it had, if it is paused or cancelled. */
            steps: components["schemas"]["OrderStep"][];
        };
        /** @enum {string} */
        OrderState: "active" | "paused" | "cancelled";
        /** @description One price step. */
        OrderStep: {
            /**
             * Format: int64
             * @description How much of a slot's energy may trade at this limit.
             */
            cap_wh: number;
            /**
             * Format: int64
             * @description A buyer pays no more, fees included; a seller receives no less.
             */
            limit_ueur_per_kwh: number;
        };
        /** @description A site that the account owns. */
        OwnSite: {
            /**
             * Format: int64
             * @description Its number.
             */
            id: number;
            /**
             * Format: int64
             * @description Its market.
             */
            market: number;
            /** @description What its owner calls it; plain text. */
            name: string | null;
            /**
             * Format: int64
             * @description Its zone.
             */
            zone: number;
        };
        /** @description What will hold for a line. */
        Pending: components["schemas"]["EdgeTerms"] & {
            /**
             * Format: int64
             * @description The first slot in which it holds.
             */
            from_slot: number;
        };
        /**
         * @description A problem document. `type` is a stable name of the kind of problem.
         *     `detail` says what, where and what to do.
         */
        Problem: {
            /** @description What is wrong this time, and what to do. */
            detail: string;
            /**
             * Format: int64
             * @description After how many seconds another attempt makes sense.
             */
            retry_after_s?: number | null;
            /**
             * Format: uint32
             * @description The HTTP status.
             */
            status: number;
            /** @description The kind of problem in words. */
            title: string;
            /**
             * @description Names the kind of problem; never changes for one kind.
             * @example urn:deren:problem:range
             */
            type: string;
        };
        /** @description Where a clearing is on the chain, and what it was made of. */
        Proof: {
            /** @description The block in which it was cleared. */
            cleared_block_hash: string | null;
            /** @description blake2_256 of the input's SCALE bytes. */
            input_hash: string | null;
            /** @description blake2_256 of the outcome's SCALE bytes. */
            outcome_hash: string | null;
        };
        /** @enum {string} */
        Quality: "good" | "estimated" | "flagged" | "late" | "missing";
        /** @description What a site measured, traded and earned in one piece of time. */
        ReadingPoint: {
            /**
             * Format: int64
             * @description Bought from neighbours.
             */
            bought_wh: number;
            /**
             * Format: int64
             * @description How long it is in real time.
             */
            duration_s: number;
            /**
             * Format: int64
             * @description To the grid.
             */
            export_wh: number;
            /** @description True if all of it is in finalised blocks. */
            finalized: boolean;
            /**
             * Format: int64
             * @description From the grid.
             */
            import_wh: number;
            /** @description The site's part of its owner's REN of eras that ended here, in the smallest unit. */
            minted_ren: string;
            /**
             * Format: int64
             * @description Paid for it, all fees included.
             */
            paid_ueur: number;
            /**
             * Format: int64
             * @description What production devices produced.
             */
            produced_wh: number;
            /** @description The worst of all: `good`, `estimated`, `flagged`, `late`, `missing`. */
            quality: components["schemas"]["Quality"];
            /**
             * Format: int64
             * @description Received for it.
             */
            received_ueur: number;
            /**
             * Format: int64
             * @description Sold to neighbours.
             */
            sold_wh: number;
            /**
             * Format: int64
             * @description When it begins.
             */
            start_unix_s: number;
            /**
             * Format: int64
             * @description Produced + imported − exported, less what storage took, plus what it gave.
             */
            used_wh: number;
        };
        /** @description Points, oldest first. */
        Readings: {
            /** @description Those with anything to show, and those where a reading is missing. */
            points: components["schemas"]["ReadingPoint"][];
            /** @description What one point stands for. */
            resolution: components["schemas"]["Resolution"];
        };
        /**
         * @description How long the time is that one point stands for.
         * @enum {string}
         */
        Resolution: "slot" | "hour" | "day" | "month";
        /** @description A supplier's price. */
        RetailTariffBody: {
            /**
             * Format: uint32
             * @description In µ€ for a kWh: 320 000 is 32 cents. At most 10 000 000.
             */
            retail_ueur_per_kwh: number;
        };
        /** @enum {string} */
        Side: "buy" | "sell";
        /** @description A site and what belongs to it. */
        Site: {
            /** @description False before its first slot and while suspended. */
            active: boolean;
            /** @description Devices that serve or served; at most 256, newest first. */
            devices: components["schemas"]["Device"][];
            /** @description Gateways that are linked to the site or read its devices. */
            gateways: components["schemas"]["Gateway"][];
            /**
             * Format: int64
             * @description Its number.
             */
            id: number;
            /**
             * Format: int64
             * @description Its market.
             */
            market: number;
            /**
             * Format: int64
             * @description The most power that the connection takes.
             */
            max_power_w: number;
            /** @description What its owner calls it; plain text. */
            name: string | null;
            /** @description At most one a side. */
            orders: components["schemas"]["Order"][];
            /** @description Who trades for it. */
            owner: components["schemas"]["Address"];
            /**
             * Format: int64
             * @description Its zone.
             */
            zone: number;
        };
        /** @description One slot of a market. */
        Slot: components["schemas"]["SlotSums"] & {
            /** @description All zones of the market. */
            zones: components["schemas"]["ZoneSlot"][];
        };
        /** @description One slot with the terms under which it was cleared. */
        SlotDetail: components["schemas"]["SlotSums"] & components["schemas"]["Proof"] & {
            /** @description All zones with that slot's terms. */
            zones: components["schemas"]["ZoneDetail"][];
        };
        /** @enum {string} */
        SlotState: "measured" | "cleared" | "settled" | "empty" | "voided";
        /** @description How far a slot has come, and its sums. While it is not settled, amounts of money are 0. */
        SlotSums: {
            /**
             * Format: int64
             * @description The block in which it was cleared.
             */
            cleared_in_block: number | null;
            /**
             * Format: int64
             * @description What full edges earned for the community.
             */
            congestion_rent_ueur: number;
            /**
             * Format: int64
             * @description What rounding left to the community.
             */
            dust_ueur: number;
            /**
             * Format: int64
             * @description When it ended.
             */
            end_unix_s: number;
            /** @description True once its settlement is in a finalised block. */
            finalized: boolean;
            /** @description Minted for the market's whole era, in REN's smallest unit; null before that era is paid. */
            minted_ren: string | null;
            /**
             * Format: int64
             * @description What zones' operators received.
             */
            network_fees_ueur: number;
            /**
             * Format: int64
             * @description What buyers paid in all.
             */
            paid_ueur: number;
            /**
             * Format: int64
             * @description What the treasury received.
             */
            protocol_fee_ueur: number;
            /**
             * Format: int64
             * @description Accepted readings that cover it.
             */
            readings: number;
            /**
             * Format: int64
             * @description What sellers received.
             */
            received_ueur: number;
            /**
             * Format: int64
             * @description The block in which its last page was settled.
             */
            settled_in_block: number | null;
            /**
             * Format: int64
             * @description Its number.
             */
            slot: number;
            /**
             * Format: int64
             * @description When it began.
             */
            start_unix_s: number;
            /** @description `measured`, `cleared`, `settled`, `empty` or `voided`. */
            state: components["schemas"]["SlotState"];
            /**
             * Format: int64
             * @description What was traded.
             */
            volume_wh: number;
        };
        /** @description Slots, newest first. */
        Slots: {
            /**
             * Format: int64
             * @description If there may be older ones in the range: `to` of the request that gives them.
             */
            next_to_unix_s: number | null;
            /** @description Slots in which something was measured, cleared or settled, and those without any of it. */
            slots: components["schemas"]["Slot"][];
            /** @description The terms of these slots, by zone, then by slot: each holds until the zone's next one. */
            terms: components["schemas"]["LineTerms"][];
        };
        /** @description The chain and how far its rows have come. */
        Status: {
            best: components["schemas"]["Block"] | null;
            /** @description What was set at genesis. */
            chain: components["schemas"]["Chain"];
            /**
             * Format: int64
             * @description The slot that is running now.
             */
            current_slot: number;
            /** @description Accounts for anyone to try; on a development chain only. */
            development_accounts: components["schemas"]["DevelopmentAccount"][];
            finalized: components["schemas"]["Finalized"] | null;
            /**
             * Format: int64
             * @description How many blocks the finalised rows are behind the best block.
             */
            lag_blocks: number;
            /** @description The markets whose rows are here, as ranges in order; null: all markets. */
            markets: components["schemas"]["MarketRange"][] | null;
            /**
             * Format: int64
             * @description All eras up to this agree with the chain's own sums;
             *     null if none was compared or the first differs.
             */
            reconciled_through_era: number | null;
            /**
             * Format: uint32
             * @description What a kWh costs from a supplier, for accounts that did not say, in µ€.
             */
            retail_ueur_per_kwh: number;
        };
        /** @description What an account bought and sold in a range of time. */
        Summary: components["schemas"]["Sums"] & {
            /**
             * Format: int64
             * @description First moment.
             */
            from_unix_s: number;
            /**
             * Format: int64
             * @description What the supplier would have taken for what was bought; rounded down.
             */
            retail_ueur: number;
            /**
             * Format: int64
             * @description What the account pays its supplier for a kWh.
             */
            retail_ueur_per_kwh: number;
            /**
             * Format: int64
             * @description `retail_ueur` − `paid_ueur`; negative if the neighbours were dearer.
             */
            saved_ueur: number;
            /**
             * Format: int64
             * @description First moment that is not in it any more.
             */
            to_unix_s: number;
        };
        /** @description Sums over an account's fills and rewards. */
        Sums: {
            /**
             * Format: int64
             * @description Bought from neighbours.
             */
            bought_wh: number;
            /** @description True if all of it is in finalised blocks. */
            finalized: boolean;
            /** @description REN minted for eras that ended in the range, in its smallest unit. */
            minted_ren: string;
            /**
             * Format: int64
             * @description Paid for what was bought, all fees included.
             */
            paid_ueur: number;
            /**
             * Format: int64
             * @description Received for what was sold.
             */
            received_ueur: number;
            /**
             * Format: int64
             * @description Sold to neighbours.
             */
            sold_wh: number;
        };
        /**
         * @description How long the time is that one sum stands for.
         * @enum {string}
         */
        SumsResolution: "hour" | "day" | "month";
        /** @description One filled price step. */
        Trade: {
            /**
             * Format: int64
             * @description What the buyer paid in all, or what the seller received.
             */
            amount_ueur: number;
            /** @description True if it is in a finalised block. */
            finalized: boolean;
            /**
             * Format: int64
             * @description The zone's price, without the buyer's protocol fee.
             */
            price_ueur_per_kwh: number;
            /**
             * Format: int64
             * @description How much.
             */
            quantity_wh: number;
            /** @description `buy` or `sell`. */
            side: components["schemas"]["Side"];
            /**
             * Format: int64
             * @description For which site.
             */
            site: number;
            /**
             * Format: int64
             * @description In which slot.
             */
            slot: number;
            /**
             * Format: int64
             * @description When the slot began.
             */
            start_unix_s: number;
            /** @description `settled` once all money of the slot has moved; `cleared` before. */
            state: components["schemas"]["TradeState"];
        };
        /** @enum {string} */
        TradeState: "settled" | "cleared";
        /** @description Trades, newest first. */
        Trades: {
            /** @description One for each price step that was filled. */
            trades: components["schemas"]["Trade"][];
        };
        /** @description A zone and the line to its parent. */
        Zone: components["schemas"]["EdgeTerms"] & {
            /**
             * Format: int64
             * @description How many edges lie between it and the root.
             */
            depth: number;
            /**
             * Format: int64
             * @description Its number.
             */
            id: number;
            /** @description What its operator calls it; plain text. */
            name: string | null;
            /** @description Who receives the fee of the line. */
            operator: components["schemas"]["Address"];
            /**
             * Format: int64
             * @description The zone above; null for the root.
             */
            parent: number | null;
            /** @description Changes that hold from a later slot on. */
            pending: components["schemas"]["Pending"][];
            /**
             * Format: int64
             * @description How many sites are registered in it.
             */
            sites: number;
        };
        /** @description A zone in one slot, with that slot's terms. */
        ZoneDetail: components["schemas"]["ZoneSlot"] & components["schemas"]["EdgeTerms"];
        /** @description A zone in one slot. */
        ZoneSlot: {
            /**
             * Format: int64
             * @description What its sites bought.
             */
            bought_wh: number;
            measured: components["schemas"]["Measured"] | null;
            /**
             * Format: int64
             * @description What its whole subtree exports to its parent; negative: imports.
             */
            net_export_wh: number;
            /**
             * Format: int64
             * @description Its price, where something traded.
             */
            price_ueur_per_kwh: number | null;
            /**
             * Format: int64
             * @description What its sites sold.
             */
            sold_wh: number;
            /**
             * Format: int64
             * @description Its number.
             */
            zone: number;
        };
        /** @description All zones of a market, parents before children. */
        Zones: {
            /** @description At most 1 024. */
            zones: components["schemas"]["Zone"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Account = components['schemas']['Account'];
export type Address = components['schemas']['Address'];
export type Block = components['schemas']['Block'];
export type Chain = components['schemas']['Chain'];
export type Challenge = components['schemas']['Challenge'];
export type ChallengeRequest = components['schemas']['ChallengeRequest'];
export type DevelopmentAccount = components['schemas']['DevelopmentAccount'];
export type DevelopmentRole = components['schemas']['DevelopmentRole'];
export type Device = components['schemas']['Device'];
export type DeviceRole = components['schemas']['DeviceRole'];
export type EdgeTerms = components['schemas']['EdgeTerms'];
export type Finalized = components['schemas']['Finalized'];
export type Gap = components['schemas']['Gap'];
export type GapKind = components['schemas']['GapKind'];
export type Gaps = components['schemas']['Gaps'];
export type Gateway = components['schemas']['Gateway'];
export type LineTerms = components['schemas']['LineTerms'];
export type Login = components['schemas']['Login'];
export type LoginRequest = components['schemas']['LoginRequest'];
export type Market = components['schemas']['Market'];
export type MarketClock = components['schemas']['MarketClock'];
export type MarketPoint = components['schemas']['MarketPoint'];
export type MarketPoints = components['schemas']['MarketPoints'];
export type MarketRange = components['schemas']['MarketRange'];
export type Markets = components['schemas']['Markets'];
export type Measured = components['schemas']['Measured'];
export type NameBody = components['schemas']['NameBody'];
export type Order = components['schemas']['Order'];
export type OrderState = components['schemas']['OrderState'];
export type OrderStep = components['schemas']['OrderStep'];
export type OwnSite = components['schemas']['OwnSite'];
export type Pending = components['schemas']['Pending'];
export type Problem = components['schemas']['Problem'];
export type Proof = components['schemas']['Proof'];
export type Quality = components['schemas']['Quality'];
export type ReadingPoint = components['schemas']['ReadingPoint'];
export type Readings = components['schemas']['Readings'];
export type Resolution = components['schemas']['Resolution'];
export type RetailTariffBody = components['schemas']['RetailTariffBody'];
export type Side = components['schemas']['Side'];
export type Site = components['schemas']['Site'];
export type Slot = components['schemas']['Slot'];
export type SlotDetail = components['schemas']['SlotDetail'];
export type SlotState = components['schemas']['SlotState'];
export type SlotSums = components['schemas']['SlotSums'];
export type Slots = components['schemas']['Slots'];
export type Status = components['schemas']['Status'];
export type Summary = components['schemas']['Summary'];
export type Sums = components['schemas']['Sums'];
export type SumsResolution = components['schemas']['SumsResolution'];
export type Trade = components['schemas']['Trade'];
export type TradeState = components['schemas']['TradeState'];
export type Trades = components['schemas']['Trades'];
export type Zone = components['schemas']['Zone'];
export type ZoneDetail = components['schemas']['ZoneDetail'];
export type ZoneSlot = components['schemas']['ZoneSlot'];
export type Zones = components['schemas']['Zones'];
export type $defs = Record<string, never>;
export interface operations {
    accounts_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The account */
                address: components["schemas"]["Address"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sites, markets and money of the account that is logged in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    accounts_set_retail_tariff: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The account */
                address: components["schemas"]["Address"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetailTariffBody"];
            };
        };
        responses: {
            /** @description Sets what the account that is logged in pays its supplier. It must own a site. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetailTariffBody"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    accounts_summary: {
        parameters: {
            query?: {
                /** @description First moment, in seconds since 1970; default: 24 hours before `to`. */
                from?: number;
                /** @description First moment that is not in the range any more, in seconds since 1970; default: now. */
                to?: number;
            };
            header?: never;
            path: {
                /** @description The account */
                address: components["schemas"]["Address"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the account that is logged in bought and sold. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Summary"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    accounts_trades: {
        parameters: {
            query?: {
                /** @description First moment, in seconds since 1970; default: 24 hours before `to`. */
                from?: number;
                /** @description First moment that is not in the range any more, in seconds since 1970; default: now. */
                to?: number;
                /** @description At most so many items; default: as many as one answer may have. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The account */
                address: components["schemas"]["Address"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Trades of the account that is logged in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trades"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    login_show: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who is logged in; 401 if nobody is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Login"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    login_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginRequest"];
            };
        };
        responses: {
            /** @description Logs the account in whose key signed the challenge, by the cookie `deren_session`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Login"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    login_delete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ends the session, if there is one. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    login_challenge: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChallengeRequest"];
            };
        };
        responses: {
            /** @description A text that the account's key is to sign, good for one login within five minutes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Challenge"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    markets_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All markets. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Markets"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    markets_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The market */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One market. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Market"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    markets_gaps: {
        parameters: {
            query?: {
                /** @description First moment, in seconds since 1970; default: 24 hours before `to`. */
                from?: number;
                /** @description First moment that is not in the range any more, in seconds since 1970; default: now. */
                to?: number;
                /** @description At most so many items; default: as many as one answer may have. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The market */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the market's operator must look after, newest first; slots are given out whole. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gaps"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    markets_slots: {
        parameters: {
            query?: {
                /** @description First moment, in seconds since 1970; default: 24 hours before `to`. */
                from?: number;
                /** @description First moment that is not in the range any more, in seconds since 1970; default: now. */
                to?: number;
                /** @description At most so many items; default: as many as one answer may have. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The market */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What happened in each slot of a range of time, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Slots"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    markets_slot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The market */
                id: number;
                /** @description The slot */
                slot: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One slot with all that shaped it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SlotDetail"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    markets_market_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The market */
                id: number;
                /** @description The slot */
                slot: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The exact input of a slot's clearing; its bytes have the hash that the chain noted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description It is what the request's `If-None-Match` names */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    markets_result: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The market */
                id: number;
                /** @description The slot */
                slot: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a slot's clearing gave: worked out again, and given out only if it is the chain's. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description It is what the request's `If-None-Match` names */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    markets_sums: {
        parameters: {
            query?: {
                /** @description First moment, in seconds since 1970; default: 24 hours before `to`. */
                from?: number;
                /** @description First moment that is not in the range any more, in seconds since 1970; default: now. */
                to?: number;
                /** @description What one sum stands for; default: a day. */
                resolution?: components["schemas"]["SumsResolution"];
                /** @description In which time zone days and months begin, as `Europe/Berlin`; default: UTC. */
                tz?: string;
            };
            header?: never;
            path: {
                /** @description The market */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a market settled, by hour, day or month; slots not settled yet are not in it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MarketPoints"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    markets_zones: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The market */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tree of zones with the lines' fees and capacities. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Zones"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    settlement_export: {
        parameters: {
            query: {
                /** @description The market. */
                market: number;
                /** @description First moment, in seconds since 1970; default: 24 hours before `to`. */
                from?: number;
                /** @description First moment that is not in the range any more, in seconds since 1970; default: now. */
                to?: number;
                /** @description `csv`, which is the default. */
                format?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Settlement data: all of the market for its operator, one's own sites' for anyone else. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sites_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The site */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A site, for its owner and its market's operator. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Site"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sites_set_name: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The site */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NameBody"];
            };
        };
        responses: {
            /** @description Names a site, as its owner. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NameBody"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sites_readings: {
        parameters: {
            query?: {
                /** @description First moment, in seconds since 1970; default: 24 hours before `to`. */
                from?: number;
                /** @description First moment that is not in the range any more, in seconds since 1970; default: now. */
                to?: number;
                /** @description What one point stands for; default: a slot. */
                resolution?: components["schemas"]["Resolution"];
                /** @description In which time zone days and months begin, as `Europe/Berlin`; default: UTC. */
                tz?: string;
            };
            header?: never;
            path: {
                /** @description The site */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a site measured, traded and earned; for its owner and its market's operator. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readings"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    status_show: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The chain, how far its rows have come, and what pages need to begin. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream_open: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the last event that came before */
                "Last-Event-ID"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is new: `block`, `slot`, `readings` and `orders`; `lagged`: events are missing. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    zones_set_name: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The zone */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NameBody"];
            };
        };
        responses: {
            /** @description Names a zone, as its market's operator. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NameBody"];
                };
            };
            /** @description What is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
