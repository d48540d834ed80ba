-- The bench's world: :schools schools, each with one department auditor, one school auditor and twice :each graduates whose
-- destination waits for the department (kind N01, whose form asks for nothing but a remark). A record has its graduate's id,
-- so that the reference can name any of them without asking.
INSERT INTO school (school_code, name) SELECT to_char(20000 + s, 'FM00000'), 'Bench ' || s FROM generate_series(1, :schools) s;
INSERT INTO season (school_code, class_year, online_signing, supplement, destination, audit_mode)
    SELECT school_code, 2026, true, true, true, 'two_level' FROM school WHERE name LIKE 'Bench %';
INSERT INTO department (school_code, name) SELECT school_code, 'Bench' FROM school WHERE name LIKE 'Bench %';
INSERT INTO account (school_code, role, user_name, department_id, department_name, name, right_employment)
    SELECT d.school_code, r.role, 'bench-' || r.role || '-' || d.school_code, CASE r.role WHEN 'department' THEN d.id END,
           CASE r.role WHEN 'department' THEN d.name END, 'Bench', 2
    FROM department d, (VALUES ('department'), ('school')) r(role) WHERE d.name = 'Bench';
INSERT INTO login (user_name, school_code, account_id)
    SELECT user_name, school_code, id FROM account WHERE user_name LIKE 'bench-%';
INSERT INTO graduate (school_code, id, class_year, person_id, exam_no, student_no, name, name_key, identity_no, identity_hmac,
                      department_id, education_level, postgraduate, roster) OVERRIDING SYSTEM VALUE
    SELECT d.school_code, (d.school_code::bigint - 20001) * 100000 + n, 2026, 0, 'bench' || n, '2026' || n, 'Bench ' || n, 'bench ' || n, '', sha256(n::text::bytea), d.id,
           '31', false, '{"sex": "1"}'
    FROM department d, generate_series(1, 2 * :each) n WHERE d.name = 'Bench';
INSERT INTO record (school_code, id, uuid, class_year, graduate_id, department_id, postgraduate, flow, kind, state, version,
                    waits_for, holder_id, submitted_at, revision, last_action, last_from, last_actor, last_at, name, name_key,
                    student_no)
    SELECT g.school_code, g.id, gen_random_uuid(), 2026, g.id, g.department_id, false, 'destination', 'N01',
           'audit_department', 1, 'department', g.department_id, now(), 1, 'submit', 'draft', 0, now(), g.name, g.name_key,
           g.student_no
    FROM graduate g WHERE g.exam_no LIKE 'bench%';
INSERT INTO record_content (school_code, record_id, revision, content, salt, at)
    SELECT school_code, id, 1, '{"remark": "bench"}', '\x00', now() FROM record WHERE school_code > '20000' AND kind = 'N01';
INSERT INTO place (school_code, class_year, graduate_id, record_id, taken_at)
    SELECT school_code, 2026, graduate_id, id, now() FROM record WHERE school_code > '20000' AND kind = 'N01';
UPDATE account SET password_hash = (SELECT password_hash FROM account a WHERE a.id = :like) WHERE user_name LIKE 'bench-%';
VACUUM ANALYZE school, season, department, account, login, graduate, record, record_content, place;
