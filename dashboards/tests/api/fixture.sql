-- Accounts are put in for :operator, :anna, :ben and :clara. Slot 1900000 begins at 1710000000 (2024-03-09 16:00 UTC).
INSERT INTO parameters VALUES (true, decode(repeat('11', 32), 'hex'), 'Test street', 900, 900, 120, 40, 4, true, 42, 1);

CREATE FUNCTION pg_temp.id(number INT) RETURNS BYTEA LANGUAGE sql AS $$ SELECT decode(lpad(to_hex(number), 64, '0'), 'hex') $$;

INSERT INTO blocks SELECT n, pg_temp.id(n + 1), pg_temp.id(n), 1710000000000 + n * 1000, 1 FROM generate_series(0, 5) AS n;
INSERT INTO cursor VALUES (true, 5, pg_temp.id(6));
INSERT INTO tail_blocks VALUES (6, pg_temp.id(7), pg_temp.id(6), 1710001806000, 1);

-- Block 1: the street.
INSERT INTO market_versions VALUES (1, 0, 0, :operator, 2, 100, 1899990);
INSERT INTO zones VALUES (1, 1, 0, 0, NULL, 0, 1899990), (1, 2, 1, 0, 0, 1, 1899990), (1, 3, 2, 0, 0, 1, 1899990);
INSERT INTO edge_versions VALUES (1, 2, 1, 0, 5000, 18446744073709551615, 9000, 1899990, 1899990),
    (1, 3, 2, 0, 5000, NULL, NULL, 1899990, 1899990);
INSERT INTO sites VALUES
    (1, 10, 0, 0, 1, :anna, pg_temp.id(90), 11000, 1899990),
    (1, 11, 1, 0, 2, :ben, pg_temp.id(91), 22000, 1899990),
    (1, 12, 2, 0, 1, :clara, pg_temp.id(92), 22000, 1899990);
INSERT INTO site_states VALUES (1, 10, 0, 0, true, 1899990), (1, 11, 1, 0, true, 1899990), (1, 12, 2, 0, true, 1899990);
INSERT INTO gateway_links SELECT 1, 20 + n, pg_temp.id(200 + n), n, :anna, pg_temp.id(200 + n), 0 FROM generate_series(0, 2) AS n;
INSERT INTO gateway_keys SELECT 1, 20 + n, pg_temp.id(200 + n), 'linked', true, pg_temp.id(200 + n), 0 FROM generate_series(0, 2) AS n;
INSERT INTO devices VALUES
    (1, 30, pg_temp.id(100), 0, 0, 1, pg_temp.id(200), 'grid', 11000, 1000, 1900000),
    (1, 31, pg_temp.id(101), 0, 0, 1, pg_temp.id(200), 'production', 10000, 1000, 1900000),
    (1, 32, pg_temp.id(110), 1, 0, 2, pg_temp.id(201), 'grid', 22000, 1000, 1900000),
    (1, 33, pg_temp.id(120), 2, 0, 1, pg_temp.id(202), 'grid', 22000, 1000, 1900000);
INSERT INTO order_versions VALUES
    (1, 40, 0, 0, 'sell', :anna, 'placed', 1900000, '{50000,80000}', '{500,5000}', 0, NULL),
    (1, 41, 0, 1, 'buy', :ben, 'placed', 1900000, '{200000}', '{2000}', 400000, NULL),
    (1, 42, 0, 2, 'buy', :clara, 'placed', 1900000, '{150000}', '{400}', 60000, NULL);

-- Block 2: readings of the first slot. Anna produces 1500 Wh, uses 500 and exports 1000.
CREATE FUNCTION pg_temp.reading(block INT, event INT, slot INT, site INT, device INT, role TEXT, import_wh INT, export_wh INT, verdict INT)
RETURNS readings LANGUAGE sql AS $$
    SELECT (block, event, to_timestamp(slot * 900::bigint), 0, site, pg_temp.id(200 + site), pg_temp.id(device), role, slot, 1,
            slot - 1900000, 0, 0, import_wh * 1000, 0, export_wh * 1000, import_wh, export_wh, verdict & 1, verdict, 0, 9, 0,
            pg_temp.id(block * 1000 + event))::readings
$$;
INSERT INTO readings SELECT (pg_temp.reading(2, 0, 1900000, 0, 100, 'grid', 0, 1000, 0)).*;
INSERT INTO readings SELECT (pg_temp.reading(2, 1, 1900000, 0, 101, 'production', 0, 1500, 0)).*;
INSERT INTO readings SELECT (pg_temp.reading(2, 2, 1900000, 1, 110, 'grid', 600, 0, 0)).*;
INSERT INTO readings SELECT (pg_temp.reading(2, 3, 1900000, 2, 120, 'grid', 900, 0, 0)).*;

-- Blocks 3 and 4: it is cleared and settled. 1 kWh for 10 cents; 600 Wh of it cross both lines, which cost a cent a
-- kWh.
INSERT INTO slots_cleared VALUES (3, 0, 0, 1900000, 1000, 50000000, 4, 3, pg_temp.id(301), pg_temp.id(302));
INSERT INTO zones_cleared VALUES
    (3, 1, to_timestamp(1710000000), 0, 1900000, 0, 105000, 0),
    (3, 2, to_timestamp(1710000000), 0, 1900000, 1, 100000, 600),
    (3, 3, to_timestamp(1710000000), 0, 1900000, 2, 110000, -600);
INSERT INTO fills VALUES
    (4, 0, to_timestamp(1710000000), 0, 1900000, 16, 1, 'buy', 0, :ben, 2, 600, 110000, 66660),
    (4, 1, to_timestamp(1710000000), 0, 1900000, 32, 2, 'buy', 0, :clara, 1, 400, 100000, 40400),
    (4, 2, to_timestamp(1710000000), 0, 1900000, 8, 0, 'sell', 0, :anna, 1, 500, 100000, 50000),
    (4, 3, to_timestamp(1710000000), 0, 1900000, 9, 0, 'sell', 1, :anna, 1, 500, 100000, 50000);
INSERT INTO network_fees VALUES (4, 4, 0, 1900000, 1, :operator, 3000), (4, 5, 0, 1900000, 2, :operator, 3000);
INSERT INTO protocol_fees VALUES (4, 6, 0, 1900000, pg_temp.id(99), 1060);
INSERT INTO slots_settled VALUES (4, 7, 0, 1900000, 'settled', 3, 4, 4, 1000, 1000, 107060, 100000, 6000, 0, 1060, 0, 4);
INSERT INTO accruals VALUES (4, 8, 475000, 1900000, 0, :anna, 1000, false, 0, 1, 2000);
INSERT INTO rewards VALUES (5, 0, 475000, :anna, 1000, 20000000000000000001, 0, 1, 2000);
-- What another market minted is in the era's whole too.
INSERT INTO eras_paid VALUES (5, 1, 475000, 30000000000000000001, 1500, 2);
INSERT INTO market_eras_paid VALUES (5, 2, 0, 475000, 20000000000000000001, 1000, 1, 1, 1), (5, 3, 1, 475000, 10000000000000000000, 500, 1, 1, 1);
INSERT INTO slots_closed VALUES (3, 20, 1899990, 1900000);

-- Block 5: readings of the second slot; Ben's comes late, Clara's never. Block 6, unfinalised: it is cleared.
INSERT INTO readings SELECT (pg_temp.reading(5, 10, 1900001, 0, 100, 'grid', 0, 800, 1)).*;
INSERT INTO readings SELECT (pg_temp.reading(5, 11, 1900001, 0, 101, 'production', 0, 1000, 0)).*;
INSERT INTO slots_closed VALUES (5, 12, 1900001, 1900001);
INSERT INTO readings SELECT (pg_temp.reading(5, 13, 1900001, 1, 110, 'grid', 300, 0, 64)).*;
INSERT INTO tail_slots_cleared VALUES (pg_temp.id(7), 6, 0, 0, 1900001, 300, 9000000, 2, 2, pg_temp.id(311), pg_temp.id(312));
INSERT INTO tail_fills VALUES (pg_temp.id(7), 6, 1, to_timestamp(1710000900), 0, 1900001, 8, 0, 'sell', 0, :anna, 1, 300, 90000, 27000);
INSERT INTO tail_readings SELECT pg_temp.id(7), (pg_temp.reading(6, 2, 1900002, 0, 100, 'grid', 100, 0, 0)).*;
INSERT INTO tail_edge_versions VALUES (pg_temp.id(7), 6, 3, 2, 0, 9000, 7000, NULL, 4000000000, 4000000000);
