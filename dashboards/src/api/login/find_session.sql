SELECT account, expires_unix_s FROM local.sessions WHERE token_hash = $1 AND expires_unix_s > $2
