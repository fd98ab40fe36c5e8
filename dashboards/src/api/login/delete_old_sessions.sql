DELETE FROM local.sessions
WHERE expires_unix_s <= $1
   OR token_hash IN (
       SELECT token_hash FROM local.sessions
       WHERE account = $2 ORDER BY number DESC OFFSET $3 - 1)
