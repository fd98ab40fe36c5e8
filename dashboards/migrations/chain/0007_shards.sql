-- An indexer may follow some markets only. The database holds the answer from its first block on.
ALTER TABLE parameters ADD COLUMN markets TEXT;
COMMENT ON TABLE parameters IS 'What was set at genesis (GatewayApi_parameters), what the runtime''s metadata says, and which markets are here';
COMMENT ON COLUMN parameters.markets IS 'The markets that are followed, as 3,7,20-40; NULL: all';

-- Whether a gateway is of a followed market.
CREATE INDEX gateway_links_of_gateway ON gateway_links (gateway, block_number, event_index);
