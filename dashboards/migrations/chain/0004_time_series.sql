-- Hourly sums of finalised readings: a continuous aggregate where TimescaleDB is loaded, a view without it. Both have the
-- same name and give the same answers; a reading of several slots counts in the hour in which it starts.
DO $$
DECLARE
    timescale CONSTANT BOOLEAN :=
        EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb')
        AND current_setting('shared_preload_libraries') LIKE '%timescaledb%';
    hourly CONSTANT TEXT :=
        'SELECT market, site, role, %s AS hour, sum(import_wh)::numeric AS import_wh, sum(export_wh)::numeric AS export_wh,'
        ' count(*) AS readings, sum(slot_count)::numeric AS slots, bit_or(verdict) AS verdict, bit_or(quality) AS quality'
        ' FROM readings GROUP BY market, site, role, %s';
    bucket TEXT;
BEGIN
    IF timescale THEN
        CREATE EXTENSION IF NOT EXISTS timescaledb;
        PERFORM create_hypertable('readings', 'starts_at', chunk_time_interval => INTERVAL '7 days');
        PERFORM create_hypertable('zones_cleared', 'starts_at', chunk_time_interval => INTERVAL '7 days');
        PERFORM create_hypertable('fills', 'starts_at', chunk_time_interval => INTERVAL '7 days');
        bucket := 'time_bucket(INTERVAL ''1 hour'', starts_at)';
        EXECUTE 'CREATE MATERIALIZED VIEW readings_hourly'
            ' WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS '
            || format(hourly, bucket, bucket) || ' WITH NO DATA';
    ELSE
        bucket := 'date_bin(INTERVAL ''1 hour'', starts_at, TIMESTAMPTZ ''1970-01-01 00:00:00+00'')';
        EXECUTE 'CREATE VIEW readings_hourly AS ' || format(hourly, bucket, bucket);
    END IF;
END
$$;
