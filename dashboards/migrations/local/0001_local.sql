-- What is not on chain. It survives `rebuild`, so nothing here may point into the schema `chain`.

CREATE TABLE challenges (
    challenge      TEXT PRIMARY KEY CHECK (length(challenge) <= 1000),
    account        BYTEA NOT NULL CHECK (octet_length(account) = 32),
    expires_unix_s BIGINT NOT NULL,
    -- Many begin in one second: the oldest is known by its number.
    number         BIGINT GENERATED ALWAYS AS IDENTITY
);
COMMENT ON TABLE challenges IS 'Texts that wait to be signed; deleted when used or expired';
CREATE INDEX challenges_by_expiry ON challenges (expires_unix_s);

CREATE TABLE sessions (
    token_hash     BYTEA PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    account        BYTEA NOT NULL CHECK (octet_length(account) = 32),
    expires_unix_s BIGINT NOT NULL,
    -- Many begin in one second: the oldest is known by its number.
    number         BIGINT GENERATED ALWAYS AS IDENTITY
);
COMMENT ON TABLE sessions IS 'Who is logged in. The cookie''s token itself is kept nowhere, only its hash';
CREATE INDEX sessions_by_expiry ON sessions (expires_unix_s);
CREATE INDEX sessions_of_account ON sessions (account);

CREATE TABLE site_names (
    site BIGINT PRIMARY KEY,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60)
);

CREATE TABLE zone_names (
    zone BIGINT PRIMARY KEY,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60)
);

CREATE TABLE retail_tariffs (
    account            BYTEA PRIMARY KEY CHECK (octet_length(account) = 32),
    retail_ueur_per_kwh BIGINT NOT NULL CHECK (retail_ueur_per_kwh BETWEEN 0 AND 4294967295)
);
COMMENT ON TABLE retail_tariffs IS 'What an account pays its supplier for a kWh, for comparison';
