-- Take an attempt before the secret is looked at, so that guesses side by side all count: one more failure until it turns out
-- right, and from so many failures on a lock whose delay doubles. No row: locked, nothing was taken.
-- $1 user key, $2 address, $3 failures before the first lock, $4 its seconds, $5 the most
INSERT INTO login_failure AS f (user_name, address, failures, last_at)
VALUES ($1, $2, 1, clock_timestamp())
ON CONFLICT (user_name, address) DO UPDATE
SET failures = CASE WHEN f.last_at > now() - interval '24 hours' THEN f.failures + 1 ELSE 1 END,
    locked_until = CASE WHEN f.last_at > now() - interval '24 hours' AND f.failures + 1 >= $3::int
        THEN clock_timestamp() + make_interval(secs => least($5::int, $4::int * 2 ^ least(f.failures + 1 - $3::int, 20))) END,
    last_at = clock_timestamp()
WHERE f.locked_until IS NULL OR f.locked_until <= clock_timestamp() OR f.last_at <= now() - interval '24 hours'
RETURNING f.failures
