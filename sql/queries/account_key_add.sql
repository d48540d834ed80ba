-- $1 school, $2 account, $3 fingerprint, $4 kind, $5 key, $6 comment, $7 session, $8 address, $9 at most so many
WITH made AS (
    INSERT INTO account_key (school_code, account_id, fingerprint, kind, key_text, comment)
    SELECT $1, $2::bigint, $3, $4, $5, $6
    WHERE (SELECT count(*) FROM account_key k WHERE k.school_code = $1 AND k.account_id = $2::bigint) < $9::int
    ON CONFLICT (school_code, account_id, fingerprint) DO UPDATE SET comment = excluded.comment
    RETURNING fingerprint),
logged AS (
    INSERT INTO audit_log (school_code, actor_school, actor_id, session_id, address, kind, subject, after)
    SELECT $1, $1, $2::bigint, $7::bigint, $8, 'key_add', $1 || '-' || $2, jsonb_build_object('fingerprint', m.fingerprint)
    FROM made m)
SELECT m.fingerprint FROM made m
