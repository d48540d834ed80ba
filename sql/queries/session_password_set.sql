-- A new password, if the old one is still the one that was checked; every other session of the account ends.
-- $1 school, $2 account, $3 hash checked, $4 new hash, $5 session, $6 address
WITH a AS (
    UPDATE account SET password_hash = $4
    WHERE school_code = $1 AND id = $2::bigint AND password_hash = $3 RETURNING school_code, id),
forgotten AS (
    DELETE FROM login_failure f USING a
    WHERE f.user_name = 'password:' || a.school_code || '-' || a.id AND f.address = $6),
gone AS (
    DELETE FROM session s USING a
    WHERE s.school_code = a.school_code AND s.account_id = a.id AND s.id <> $5::bigint)
INSERT INTO audit_log (school_code, actor_school, actor_id, session_id, address, kind, subject)
SELECT school_code, school_code, id, $5::bigint, $6, 'password', school_code || '-' || id FROM a
RETURNING 1;
