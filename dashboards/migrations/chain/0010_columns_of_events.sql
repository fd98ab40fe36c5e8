-- Adds the column of an event's new field to its table, to the twin `tail_…`, and at the end of the view `seen_…`. Rows
-- of blocks that were made before the runtime had the field have NULL there.
CREATE FUNCTION add_event_column(events TEXT, field TEXT, of_type TEXT) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    columns TEXT;
BEGIN
    EXECUTE format('ALTER TABLE %I ADD COLUMN %I %s', events, field, of_type);
    EXECUTE format('ALTER TABLE %I ADD COLUMN %I %s', 'tail_' || events, field, of_type);
    -- A view that others read gets a column at its end alone, so `finalized` keeps its place.
    SELECT string_agg(CASE a.attname WHEN 'finalized' THEN '%1$s' ELSE quote_ident(a.attname) END, ', '
                      ORDER BY a.attnum)
    INTO columns
    FROM pg_attribute a
    WHERE a.attrelid = format('%I', 'seen_' || events)::regclass AND a.attnum > 0 AND NOT a.attisdropped;
    columns := columns || ', ' || quote_ident(field);
    EXECUTE format(
        'CREATE OR REPLACE VIEW %I AS SELECT %s FROM %I UNION ALL SELECT %s FROM %I',
        'seen_' || events, format(columns, 'true AS finalized'), events, format(columns, 'false'), 'tail_' || events);
END
$$;
