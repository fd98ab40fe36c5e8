DELETE FROM local.sessions
WHERE expires_unix_s <= $1
   OR token_hash IN (
       SELECT token_hash FROM local.sessions
       WHERE account = $2 ORDER BY expires_unix_s DESC, token_hash OFFSET $3 - 1)
