SELECT best.number AS best_number,
       '0x' || encode(best.hash, 'hex') AS best_hash,
       c.height AS finalized_number,
       '0x' || encode(c.hash, 'hex') AS finalized_hash,
       (SELECT at_unix_ms / 1000 FROM chain.blocks b WHERE b.number = c.height) AS finalized_at_unix_s,
       (SELECT CASE WHEN count(*) FILTER (WHERE NOT agrees) = 0 THEN max(era) ELSE min(era) FILTER (WHERE NOT agrees) - 1 END
        FROM chain.reconciliations) AS reconciled_through_era
FROM (SELECT 1) AS always
LEFT JOIN chain.cursor c ON true
LEFT JOIN LATERAL (
    SELECT number, hash FROM (
        (SELECT number, hash FROM chain.tail_blocks ORDER BY number DESC LIMIT 1)
        UNION ALL
        SELECT c.height, c.hash WHERE c.height IS NOT NULL
    ) AS heads
    ORDER BY number DESC LIMIT 1
) AS best ON true
