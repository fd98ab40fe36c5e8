INSERT INTO local.site_names (site, name) VALUES ($1, $2)
ON CONFLICT (site) DO UPDATE SET name = excluded.name
