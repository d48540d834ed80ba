-- How often this user failed from this address lately, and for how many seconds it is locked out.
-- $1 user key, $2 address
SELECT failures, greatest(0, ceil(extract(epoch FROM locked_until - now())))::int AS seconds
FROM login_failure
WHERE user_name = $1 AND address = $2 AND last_at > now() - interval '24 hours';
