-- The account looked at the lapsed records of a class (S1.5.1).
-- $1 account's school, $2 account, $3 class
INSERT INTO lapsed_seen (school_code, account_id, class_year, at) VALUES ($1::text, $2::bigint, $3::int, now())
ON CONFLICT (school_code, account_id, class_year) DO UPDATE SET at = excluded.at
