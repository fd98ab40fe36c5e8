-- Hourly sums of finalised readings: a continuous aggregate where TimescaleDB is loaded, a view without it (or with its
-- edition that has none). All have the same name and columns; a reading of several slots counts in the hour in which it
-- starts. What is older than a week is summed ahead, and a late reading shows there within the hour.
DO $$
DECLARE
    -- Its loader makes this setting, which anyone may read; only few may read which libraries are loaded.
    timescale CONSTANT BOOLEAN :=
        EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb')
        AND current_setting('timescaledb.disable_load', true) IS NOT NULL;
    hourly CONSTANT TEXT :=
        'SELECT market, site, role, %1$s AS hour, sum(import_wh)::numeric AS import_wh,'
        ' sum(export_wh)::numeric AS export_wh, count(*) AS readings, sum(slot_count)::numeric AS slots,'
        ' bit_or(verdict) AS verdict, bit_or(quality) AS quality'
        ' FROM readings GROUP BY market, site, role, %1$s';
    series TEXT;
BEGIN
    IF timescale THEN
        -- Not in this schema: a rebuild drops it.
        CREATE EXTENSION IF NOT EXISTS timescaledb SCHEMA public;
        FOREACH series IN ARRAY ARRAY['readings', 'zones_cleared', 'fills'] LOOP
            PERFORM public.create_hypertable(series::regclass, 'starts_at'::name,
                                             chunk_time_interval => INTERVAL '7 days');
        END LOOP;
    END IF;
    IF timescale AND current_setting('timescaledb.license', true) = 'timescale' THEN
        EXECUTE 'CREATE MATERIALIZED VIEW readings_hourly'
            ' WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS '
            || format(hourly, 'public.time_bucket(INTERVAL ''1 hour'', starts_at)') || ' WITH NO DATA';
        PERFORM public.add_continuous_aggregate_policy('readings_hourly'::regclass, NULL, INTERVAL '7 days',
                                                       INTERVAL '30 minutes');
    ELSE
        EXECUTE 'CREATE VIEW readings_hourly AS ' || format(
            hourly, 'date_bin(INTERVAL ''1 hour'', starts_at, TIMESTAMPTZ ''1970-01-01 00:00:00+00'')');
    END IF;
END
$$;
