SELECT greatest(coalesce((SELECT max(number) FROM chain.tail_blocks), height), height) - height FROM chain.cursor
