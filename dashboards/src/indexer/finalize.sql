WITH replaced AS (
    DELETE FROM tail_blocks WHERE number <= $1
        OR NOT EXISTS (SELECT FROM tail_blocks WHERE number = $1 AND hash = $2)
), moved AS (
    INSERT INTO cursor (height, hash) VALUES ($1, $2)
    ON CONFLICT (only_one) DO UPDATE SET height = $1, hash = $2
)
SELECT pg_notify($3, $4)
