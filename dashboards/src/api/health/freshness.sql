SELECT c.height AS finalized, newest.number AS newest, nullif(newest.at_unix_ms, 0) / 1000 AS newest_unix_s
FROM chain.cursor c
CROSS JOIN LATERAL (
    SELECT number, at_unix_ms FROM chain.tail_blocks WHERE number > c.height
    UNION ALL
    SELECT number, at_unix_ms FROM chain.blocks WHERE number = c.height
    ORDER BY number DESC LIMIT 1
) AS newest
