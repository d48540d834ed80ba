-- Changes an account; NULL keeps a value (change.h's seven, then) $8 school, $9 account, $10 version seen, $11 password hash,
-- $12 department, $13 its name, $14 name, $15 title, $16 e-mail, $17 mobile, $18 phone, $19 fax, $20 qq, $21 to $23 rights,
-- $24 data scope, $25 disabled, $26 removed.
-- Nothing happens (no row) while the two-level mode would lose the last account of some department and level (S2.2.8).
WITH actor AS (
    SELECT a.id FROM account a
    WHERE a.school_code = $1 AND a.id = $2::bigint AND a.version = $3::bigint AND NOT a.disabled FOR SHARE),
old AS (
    SELECT a.* FROM account a, actor
    WHERE a.school_code = $8 AND a.id = $9::bigint AND a.version = $10::bigint AND a.removed_at IS NULL FOR UPDATE OF a),
new AS (
    SELECT o.school_code, o.id, o.role, CASE WHEN $13::text IS NULL THEN o.department_id ELSE $12::bigint END AS department_id,
           COALESCE($21::smallint, o.right_employment) AS right_employment, COALESCE($24::smallint, o.data_scope) AS data_scope,
           COALESCE($25::boolean, o.disabled) OR COALESCE($26::boolean, false) AS disabled
    FROM old o),
lost AS (
    SELECT 1 FROM new n JOIN old o ON o.id = n.id
    JOIN season s ON s.school_code = n.school_code AND s.audit_mode = 'two_level'
    CROSS JOIN LATERAL (VALUES (false), (true)) AS level(postgraduate)
    WHERE o.role = 'department' AND NOT o.disabled AND o.right_employment = 2
      AND o.data_scope IN (0, CASE WHEN level.postgraduate THEN 2 ELSE 1 END)
      AND NOT (NOT n.disabled AND n.right_employment = 2 AND n.department_id IS NOT DISTINCT FROM o.department_id
               AND n.data_scope IN (0, CASE WHEN level.postgraduate THEN 2 ELSE 1 END))
      AND EXISTS (SELECT FROM graduate g WHERE g.school_code = s.school_code AND g.class_year = s.class_year
                    AND g.department_id = o.department_id AND g.postgraduate = level.postgraduate)
      AND NOT EXISTS (SELECT FROM account b WHERE b.school_code = o.school_code AND b.role = 'department' AND NOT b.disabled
                        AND b.id <> o.id AND b.department_id = o.department_id AND b.right_employment = 2
                        AND b.data_scope IN (0, CASE WHEN level.postgraduate THEN 2 ELSE 1 END))),
made AS (
    UPDATE account a
    SET password_hash = COALESCE($11, a.password_hash), department_id = n.department_id,
        department_name = COALESCE($13, a.department_name), name = COALESCE($14, a.name), title = COALESCE($15, a.title),
        email = COALESCE($16, a.email), mobile = COALESCE($17, a.mobile), phone = COALESCE($18, a.phone),
        fax = COALESCE($19, a.fax), qq = COALESCE($20, a.qq), right_employment = n.right_employment,
        right_archive = COALESCE($22::smallint, a.right_archive), right_household = COALESCE($23::smallint, a.right_household),
        data_scope = n.data_scope, disabled = n.disabled, version = a.version + 1,
        removed_at = CASE WHEN $26::boolean THEN now() END
    FROM new n
    WHERE a.school_code = n.school_code AND a.id = n.id AND NOT EXISTS (SELECT FROM lost)
    RETURNING a.*),
unnamed AS (
    DELETE FROM login l USING made m WHERE m.removed_at IS NOT NULL AND l.user_name = m.user_name
      AND l.school_code = m.school_code AND l.account_id = m.id),
locked_out AS (   -- another's new password, a disabled or a removed account: nobody stays logged in with the old one
    DELETE FROM session s USING made m
    WHERE s.school_code = m.school_code AND s.account_id = m.id AND (m.disabled OR $11 IS NOT NULL)),
logged AS (
    INSERT INTO audit_log (school_code, actor_school, actor_id, session_id, address, kind, subject, before, after)
    SELECT m.school_code, $1, $2::bigint, $6::bigint, $7,
           CASE WHEN m.removed_at IS NULL THEN 'account_update' ELSE 'account_remove' END, m.school_code || '-' || m.id,
           to_jsonb(o) - 'password_hash', (to_jsonb(m) - 'password_hash')
               || CASE WHEN $11 IS NULL THEN '{}' ELSE '{"password": "changed"}'::jsonb END
    FROM made m JOIN old o ON o.id = m.id),
answered AS (SELECT jsonb_build_object('outcome', 'ok', 'version', m.version) AS answer FROM made m),
kept AS (
    INSERT INTO request (school_code, actor_id, request_id, params_hash, answer, at)
    SELECT $1, $2::bigint, $4::uuid, $5::bytea, a.answer, now() FROM answered a)
SELECT a.answer FROM answered a
