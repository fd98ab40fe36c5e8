INSERT INTO local.challenges (challenge, account, expires_unix_s)
SELECT $1, $2, $3 WHERE (SELECT count(*) FROM local.challenges) < $4
