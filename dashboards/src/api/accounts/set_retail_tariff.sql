INSERT INTO local.retail_tariffs (account, retail_ueur_per_kwh)
SELECT $1, $2 WHERE EXISTS (SELECT FROM chain.seen_sites WHERE owner = $1)
ON CONFLICT (account) DO UPDATE SET retail_ueur_per_kwh = excluded.retail_ueur_per_kwh
