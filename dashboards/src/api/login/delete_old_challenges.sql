DELETE FROM local.challenges
WHERE expires_unix_s <= $1
   OR challenge IN (
       SELECT challenge FROM local.challenges
       WHERE account = $2 ORDER BY expires_unix_s DESC, challenge OFFSET $3 - 1)
