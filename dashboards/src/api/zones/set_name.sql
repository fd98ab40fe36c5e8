INSERT INTO local.zone_names (zone, name) VALUES ($1, $2)
ON CONFLICT (zone) DO UPDATE SET name = excluded.name
