-- A new account (change.h's seven, then) $8 school, $9 role, $10 user name, $11 password hash, $12 department, $13 its name,
-- $14 name, $15 title, $16 e-mail, $17 mobile, $18 phone, $19 fax, $20 qq, $21 to $23 rights, $24 data scope, $25 province,
-- $26 hash of the activation code, $27 the name of a new school and $28 its number key
WITH actor AS (
    SELECT a.id FROM account a
    WHERE a.school_code = $1 AND a.id = $2::bigint AND a.version = $3::bigint AND NOT a.disabled FOR SHARE),
new_school AS (
    INSERT INTO school (school_code, name, province_code, number_key)
    SELECT $8, $27::text, COALESCE($25, ''), $28::bytea FROM actor WHERE $27::text IS NOT NULL
    ON CONFLICT (school_code) DO NOTHING),
made AS (
    INSERT INTO account (school_code, role, user_name, password_hash, department_id, department_name, name, title, email,
                         mobile, phone, fax, qq, right_employment, right_archive, right_household, data_scope,
                         province_code, created_by)
    SELECT $8, $9, $10, $11, $12::bigint, $13, $14, $15, $16, $17, $18, $19, $20, $21::smallint, $22::smallint,
           $23::smallint, $24::smallint, CASE WHEN $9 = 'province' THEN $25 END, actor.id
    FROM actor RETURNING *),
named AS (INSERT INTO login (user_name, school_code, account_id) SELECT m.user_name, m.school_code, m.id FROM made m),
coded AS (
    INSERT INTO activation (code_hash, school_code, account_id, issued_by, expires_at)
    SELECT $26::bytea, m.school_code, m.id, $2::bigint, now() + interval '30 days' FROM made m WHERE $26 IS NOT NULL),
logged AS (
    INSERT INTO audit_log (school_code, actor_school, actor_id, session_id, address, kind, subject, after)
    SELECT m.school_code, $1, $2::bigint, $6::bigint, $7, 'account_create', m.school_code || '-' || m.id,
           to_jsonb(m) - 'password_hash' FROM made m),
answered AS (
    SELECT jsonb_build_object('outcome', 'ok', 'version', m.version, 'account', m.school_code || '-' || m.id)
           || CASE WHEN m.role = 'department' THEN jsonb_build_object('matched', m.department_id IS NOT NULL) ELSE '{}' END
           AS answer
    FROM made m),
kept AS (
    INSERT INTO request (school_code, actor_id, request_id, params_hash, answer, at)
    SELECT $1, $2::bigint, $4::uuid, $5::bytea, a.answer, now() FROM answered a)
SELECT a.answer FROM answered a
