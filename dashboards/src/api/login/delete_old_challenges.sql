DELETE FROM local.challenges
WHERE expires_unix_s <= $1
   OR challenge IN (
       SELECT challenge FROM local.challenges
       WHERE account = $2 ORDER BY number DESC OFFSET $3 - 1)
