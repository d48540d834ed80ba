-- Writes the settings, their trace in the audit log and the request, if the settings are still those that were read and,
-- where the audit mode changes ($13), nothing is in process; where it becomes two-level ($14), nobody is missing. Runs
-- behind account_season_lock and season_lock in one transaction. Answers the new version, or no row.
-- $1 school  $2 class  $3 version read (0: opens the class)  $4 online  $5 supplement  $6 destination  $7 audit mode
-- $8 limit  $9 void audited  $10 contacts (NULL: kept)  $11 states in process  $12 audit log's before
-- $15 account's school  $16 account  $17 session  $18 address  $19 request id  $20 params hash  $21 answer
WITH free AS MATERIALIZED (
    SELECT 1 AS one
    WHERE (NOT $13::boolean
           OR NOT EXISTS (SELECT FROM record r
                          WHERE r.school_code = $1 AND r.class_year = $2::int AND r.waits_for <> 'nobody'
                            AND r.flow || '/' || r.state = ANY ($11::text[])))
      AND (NOT $14::boolean
           OR NOT EXISTS (SELECT FROM auditor_missing m WHERE m.school_code = $1 AND m.class_year = $2::int))),
opened AS (
    INSERT INTO season (school_code, class_year, online_signing, supplement, destination, audit_mode, termination_limit,
                        void_audited, contacts)
    SELECT $1, $2::int, $4::boolean, $5::boolean, $6::boolean, $7, $8::int, $9::boolean, COALESCE($10::jsonb, '{}')
    FROM free WHERE $3::bigint = 0
    ON CONFLICT (school_code, class_year) DO NOTHING
    RETURNING version, contacts),
changed AS (
    UPDATE season s
    SET version = s.version + 1, online_signing = $4::boolean, supplement = $5::boolean, destination = $6::boolean,
        audit_mode = $7, termination_limit = $8::int, void_audited = $9::boolean,
        contacts = COALESCE($10::jsonb, s.contacts)
    FROM free
    WHERE s.school_code = $1 AND s.class_year = $2::int AND s.version = $3::bigint AND $3::bigint > 0
    RETURNING s.version, s.contacts),
done AS (SELECT * FROM opened UNION ALL SELECT * FROM changed),
traced AS (
    INSERT INTO audit_log (school_code, actor_school, actor_id, session_id, address, kind, subject, before, after)
    SELECT $1, $15, $16::bigint, $17::bigint, $18, 'settings', $2, $12::jsonb,
           jsonb_build_object('online_signing', $4::boolean, 'supplement', $5::boolean, 'destination', $6::boolean,
                              'audit_mode', $7::text, 'termination_limit', $8::int, 'void_audited', $9::boolean,
                              'contacts', d.contacts, 'version', d.version)
    FROM done d),
logged AS (
    INSERT INTO request (school_code, actor_id, request_id, params_hash, answer, at)
    SELECT $15, $16::bigint, $19::uuid, decode($20, 'hex'), $21::jsonb, now() FROM done WHERE $19 IS NOT NULL)
SELECT d.version FROM done d
