-- New one-time codes; the ones before are dead. $1 school, $2 accounts, $3 hashes, $4 issuer, $5 session, $6 address
WITH old AS (DELETE FROM activation a WHERE a.school_code = '00000' AND a.account_id = ANY ($2::bigint[])),
made AS (
    INSERT INTO activation (code_hash, school_code, account_id, issued_by, expires_at)
    SELECT i.hash, '00000', i.account_id, $4::bigint, now() + interval '90 days'
    FROM unnest($2::bigint[], $3::bytea[]) AS i(account_id, hash)
    JOIN account a ON a.school_code = '00000' AND a.id = i.account_id AND a.password_hash IS NULL RETURNING code_hash),
logged AS (
    INSERT INTO audit_log (school_code, actor_school, actor_id, session_id, address, kind, detail)
    SELECT $1, $1, $4::bigint, $5::bigint, $6, 'activation_codes', jsonb_build_object('count', (SELECT count(*) FROM made)))
SELECT i.account_id FROM unnest($2::bigint[], $3::bytea[]) WITH ORDINALITY AS i(account_id, hash, ord)
JOIN made m ON m.code_hash = i.hash ORDER BY i.ord
