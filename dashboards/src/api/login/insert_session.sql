INSERT INTO local.sessions (token_hash, account, expires_unix_s)
SELECT $1, $2, $3 WHERE (SELECT count(*) FROM local.sessions) < $4
