-- What a market's own era minted is asked for with each of its slots.
CREATE INDEX market_eras_paid_of_era ON market_eras_paid (market, era);
