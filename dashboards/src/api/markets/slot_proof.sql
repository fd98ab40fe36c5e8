SELECT '0x' || encode(b.hash, 'hex') AS cleared_block_hash,
       '0x' || encode(c.input_hash, 'hex') AS input_hash,
       '0x' || encode(c.outcome_hash, 'hex') AS outcome_hash
FROM chain.seen_slots_cleared c
JOIN chain.seen_blocks b ON b.number = c.block_number AND b.finalized = c.finalized
WHERE c.market = $1 AND c.slot = $2
