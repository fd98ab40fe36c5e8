DELETE FROM local.challenges WHERE challenge = $1 AND account = $2
RETURNING expires_unix_s
