-- Keep the screens' state, encrypted.
-- $1 school, $2 account, $3 body
INSERT INTO parked (school_code, account_id, body) VALUES ($1, $2::bigint, $3::bytea)
ON CONFLICT (school_code, account_id) DO UPDATE SET body = excluded.body, saved_at = now();
