-- With TimescaleDB the large tables are compressed when nothing corrects them any more, and go after ten years. Without
-- it, or with its edition that has no policies, they stay as they are.
--
-- A day is closed after 60 days: until then late readings and true-ups come, and an insert into what is compressed is
-- slow. What comes later still is taken. Each compressed batch knows the least and the greatest value of the columns by
-- which it is ordered. So it is ordered by all that tells an inserted row apart, and by the slot, for the answers.
DO $$
DECLARE
    series RECORD;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb')
        OR current_setting('timescaledb.license', true) IS DISTINCT FROM 'timescale' THEN
        RETURN;
    END IF;
    FOR series IN
        SELECT h.hypertable_name AS name, s.segment_by, s.slot
        FROM timescaledb_information.hypertables h
        JOIN (VALUES ('readings', 'site, device', 'first_slot'),
                     ('fills', 'site', 'slot'),
                     ('zones_cleared', 'market', 'slot')) AS s (name, segment_by, slot) ON s.name = h.hypertable_name
        WHERE h.hypertable_schema = current_schema()
    LOOP
        EXECUTE format(
            'ALTER TABLE %I SET (timescaledb.compress, timescaledb.compress_segmentby = %L,'
            ' timescaledb.compress_orderby = %L)',
            series.name, series.segment_by, format('starts_at, %s, block_number, event_index', series.slot));
        PERFORM public.add_compression_policy(series.name::regclass, compress_after => INTERVAL '60 days');
        PERFORM public.add_retention_policy(series.name::regclass, drop_after => INTERVAL '10 years');
    END LOOP;
END
$$;
