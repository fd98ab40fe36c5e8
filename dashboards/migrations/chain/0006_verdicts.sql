-- The meaning of a verdict's bits, which deren_primitives::ReadingVerdict names. A test compares both for all verdicts.
-- Statements ask these functions, so that no other place knows a bit.

-- How good a reading is: 0 good, 1 estimated, 2 flagged, 3 late.
CREATE FUNCTION quality_of(verdict INTEGER) RETURNS INTEGER LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN verdict & 64 <> 0 THEN 3 WHEN verdict & ~65 <> 0 THEN 2 WHEN verdict <> 0 THEN 1 ELSE 0 END
$$;

-- False for a reading of a slot before its device was registered at its site.
CREATE FUNCTION in_service(verdict INTEGER) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT verdict & 512 = 0
$$;
