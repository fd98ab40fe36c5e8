SELECT number,
       '0x' || encode(hash, 'hex'),
       (SELECT height FROM chain.cursor),
       CASE WHEN at_unix_ms > 0 THEN at_unix_ms / 1000 / (SELECT slot_seconds FROM chain.parameters) END
FROM chain.seen_blocks
WHERE number = greatest((SELECT max(number) FROM chain.blocks), (SELECT max(number) FROM chain.tail_blocks))
