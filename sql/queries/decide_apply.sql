-- Writes a batch of decisions: one statement, one commit. An item is applied whole or not at all.
--
-- Compare-and-set: an item's rows are locked and compared with what the decision read (record, graduate, parent, and as far as they
-- were read season, draft, files, account); who is locked by others or has changed is skipped and comes back missing; the caller loads and
-- decides again. All writes hang from `ok`. No rule is here: which values are written was decided by flow_step().
--
-- $1 the decisions' time; then one element per item, see workflow/apply.c, which names them in the same order. `flags` are
-- the APPLY_… bits of workflow/item.h. Answers the items applied.
WITH item AS MATERIALIZED (
    SELECT i.*, $1::timestamptz AS at
    FROM unnest($2::text[], $3::bigint[], $4::uuid[], $5::bigint[], $6::boolean[], $7::bigint[], $8::bigint[], $9::int[],
                $10::bigint[], $11::int[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bigint[],
                $17::timestamptz[], $18::bigint[], $19::bigint[], $20::text[], $21::text[], $22::bigint[], $23::text[],
                $24::text[], $25::bigint[], $26::text[], $27::text[], $28::text[], $29::bigint[], $30::text[],
                $31::bigint[], $32::text[], $33::text[], $34::text[], $35::jsonb[], $36::jsonb[], $37::jsonb[],
                $38::bigint[], $39::jsonb[], $40::jsonb[], $41::jsonb[], $42::text[], $43::jsonb[], $44::bigint[],
                $45::text[], $46::text[], $47::uuid[], $48::text[], $49::jsonb[], $50::bigint[], $51::bigint[],
                $52::bigint[])
         WITH ORDINALITY
         AS i(school_code, record_id, uuid, seen, passed_on, graduate_id, graduate_version, class_year,
              season_version, flags, flow, kind, from_state, state, version,
              due_at, revision, employer_id, employer_name, credit_code, parent_id, applicant,
              number, stage_d_actor, waits_for, action, actor_school, actor_id, actor_role,
              session_id, address, reason_code, reason_text, detail, content, draft,
              ledger_version, destination, archive, household, message, message_params, parent_version,
              parent_to, retracts, request_id, params_hash, answer, account_version, draft_version,
              files_version, ord)),
season_ok AS MATERIALIZED (   -- what enters the audit holds the audit mode still (S2.2.4)
    SELECT s.school_code, s.class_year, s.version FROM season s
    WHERE (s.school_code, s.class_year, s.version) IN (SELECT i.school_code, i.class_year, i.season_version FROM item i)
    FOR SHARE SKIP LOCKED),
known AS MATERIALIZED (
    SELECT i.ord FROM item i
    JOIN graduate g ON g.school_code = i.school_code AND g.id = i.graduate_id
    JOIN record r ON r.school_code = i.school_code AND r.id = i.record_id
    WHERE i.seen > 0 AND r.version = i.seen AND r.passed_on = i.passed_on AND g.version = i.graduate_version
      AND r.files_version = COALESCE(i.files_version, r.files_version)
    ORDER BY i.school_code, i.graduate_id
    FOR NO KEY UPDATE OF g, r SKIP LOCKED),
fresh AS MATERIALIZED (
    SELECT i.ord FROM item i
    JOIN graduate g ON g.school_code = i.school_code AND g.id = i.graduate_id
    WHERE i.seen = 0 AND g.version = i.graduate_version
    ORDER BY i.school_code, i.graduate_id
    FOR NO KEY UPDATE OF g SKIP LOCKED),
parent_ok AS MATERIALIZED (
    SELECT i.ord FROM item i
    JOIN record p ON p.school_code = i.school_code AND p.id = i.parent_id
    WHERE p.version = i.parent_version
    ORDER BY i.school_code, i.graduate_id
    FOR NO KEY UPDATE OF p SKIP LOCKED),
draft_ok AS MATERIALIZED (   -- what is submitted is what stands in the draft; a later edit is not thrown away with it
    SELECT i.ord FROM item i
    JOIN draft d ON d.school_code = i.school_code AND d.uuid = i.uuid
    WHERE d.version = i.draft_version
    ORDER BY i.school_code, i.graduate_id
    FOR UPDATE OF d SKIP LOCKED),
ok AS MATERIALIZED (
    SELECT i.* FROM item i
    WHERE i.ord IN (SELECT k.ord FROM known k UNION ALL SELECT f.ord FROM fresh f)
      AND (i.season_version IS NULL OR (i.school_code, i.class_year, i.season_version) IN (SELECT * FROM season_ok))
      AND (i.parent_version IS NULL OR i.ord IN (SELECT p.ord FROM parent_ok p))
      AND (i.draft_version IS NULL OR i.ord IN (SELECT d.ord FROM draft_ok d))
      AND (i.account_version IS NULL   -- not locked: rights may change right after, never before
           OR EXISTS (SELECT FROM account a WHERE a.school_code = i.actor_school AND a.id = i.actor_id
                        AND a.version = i.account_version))),
updated AS (
    UPDATE record r
    SET kind = o.kind, state = o.state, version = o.version, waits_for = o.waits_for,
        holder_id = CASE WHEN o.waits_for = 'department' THEN r.department_id ELSE 0 END,
        due_at = o.due_at, submitted_at = CASE WHEN o.flags & 1 <> 0 THEN o.at ELSE r.submitted_at END,
        revision = o.revision, employer_name = o.employer_name, credit_code = o.credit_code, number = o.number,
        forced = o.flags & 2 <> 0, marked_returned = o.flags & 4 <> 0, untouched = o.flags & 8 <> 0, passed_on = false,
        stage_d_actor = o.stage_d_actor, last_action = o.action, last_from = o.from_state, last_actor = o.actor_id,
        last_at = o.at
    FROM ok o
    WHERE o.seen > 0 AND r.school_code = o.school_code AND r.id = o.record_id),
inserted AS (
    INSERT INTO record (school_code, id, uuid, class_year, graduate_id, department_id, postgraduate, flow, kind, state,
                        version, waits_for, holder_id, due_at, submitted_at, revision, employer_id, employer_name,
                        credit_code, parent_id, applicant, number, forced, marked_returned, untouched, stage_d_actor,
                        last_action, last_from, last_actor, last_at, name, name_key, student_no)
    SELECT o.school_code, o.record_id, o.uuid, o.class_year, o.graduate_id, g.department_id, g.postgraduate, o.flow, o.kind,
           o.state, o.version, o.waits_for, CASE WHEN o.waits_for = 'department' THEN g.department_id ELSE 0 END, o.due_at,
           o.at, o.revision, o.employer_id, o.employer_name, o.credit_code, o.parent_id, o.applicant, o.number,
           o.flags & 2 <> 0, o.flags & 4 <> 0, o.flags & 8 <> 0, o.stage_d_actor, o.action, o.from_state, o.actor_id, o.at,
           g.name, g.name_key, g.student_no
    FROM ok o JOIN graduate g ON g.school_code = o.school_code AND g.id = o.graduate_id
    WHERE o.seen = 0),
parent_moved AS (
    UPDATE record p
    SET state = o.parent_to, version = p.version + 1, waits_for = 'nobody', holder_id = 0, due_at = NULL, passed_on = false,
        last_action = o.action, last_from = p.state, last_actor = o.actor_id, last_at = o.at
    FROM ok o
    WHERE o.flags & 16 <> 0 AND p.school_code = o.school_code AND p.id = o.parent_id
    RETURNING o.ord, p.flow, p.last_from, p.version, p.revision),
counted AS (
    UPDATE graduate g
    SET version = g.version + 1, termination_count = g.termination_count + (o.flags >> 6 & 1)
    FROM ok o
    WHERE o.flags & 32 <> 0 AND g.school_code = o.school_code AND g.id = o.graduate_id),
place_back AS (
    DELETE FROM place p USING ok o
    WHERE o.flags & 128 <> 0 AND p.school_code = o.school_code AND p.class_year = o.class_year
      AND p.graduate_id = o.graduate_id
      AND p.record_id = CASE WHEN o.flags & 16 <> 0 THEN o.parent_id ELSE o.record_id END),
place_taken AS (
    INSERT INTO place (school_code, class_year, graduate_id, record_id, taken_at)
    SELECT o.school_code, o.class_year, o.graduate_id,
           CASE WHEN o.flags & 16 <> 0 THEN o.parent_id ELSE o.record_id END, o.at
    FROM ok o WHERE o.flags & 256 <> 0),
content_kept AS (
    INSERT INTO record_content (school_code, record_id, revision, content, salt, at)
    SELECT o.school_code, o.record_id, o.revision, o.content, uuid_send(gen_random_uuid()), o.at
    FROM ok o WHERE o.content IS NOT NULL),
events AS (
    INSERT INTO event (school_code, at, record_id, graduate_id, actor_school, actor_id, actor_role, session_id, address,
                       flow, action, from_state, to_state, version, graduate_version, revision, reason_code, reason_text,
                       detail)
    SELECT o.school_code, o.at, o.record_id, o.graduate_id, o.actor_school, o.actor_id, o.actor_role, o.session_id,
           o.address, o.flow, o.action, o.from_state, o.state, o.version, o.graduate_version + (o.flags >> 5 & 1),
           o.revision, o.reason_code, o.reason_text, o.detail
    FROM ok o
    UNION ALL
    SELECT o.school_code, o.at, o.parent_id, o.graduate_id, o.actor_school, o.actor_id, o.actor_role, o.session_id,
           o.address, p.flow, o.action, p.last_from, o.parent_to, p.version, o.graduate_version + (o.flags >> 5 & 1),
           p.revision, o.reason_code, o.reason_text, o.detail
    FROM ok o JOIN parent_moved p ON p.ord = o.ord),
ledger_set AS (
    INSERT INTO ledger AS l (school_code, class_year, graduate_id, version, destination, archive, household, updated_at)
    SELECT o.school_code, o.class_year, o.graduate_id, o.ledger_version, o.destination, o.archive, o.household, o.at
    FROM ok o WHERE o.ledger_version IS NOT NULL
    ON CONFLICT (school_code, class_year, graduate_id) DO UPDATE
    SET version = excluded.version, destination = excluded.destination, archive = excluded.archive,
        household = excluded.household, updated_at = excluded.updated_at),
ledger_kept AS (
    INSERT INTO ledger_history (school_code, class_year, graduate_id, version, destination, archive, household,
                                record_id, at)
    SELECT o.school_code, o.class_year, o.graduate_id, o.ledger_version, o.destination, o.archive, o.household,
           CASE WHEN o.flags & 16 <> 0 THEN o.parent_id ELSE o.record_id END, o.at
    FROM ok o WHERE o.ledger_version IS NOT NULL),
messages AS (
    INSERT INTO message (school_code, at, graduate_id, employer_id, record_id, kind, params)
    SELECT o.school_code, o.at, CASE to_whom WHEN 512 THEN o.graduate_id END, CASE to_whom WHEN 1024 THEN o.employer_id END,
           o.record_id, o.message, o.message_params
    FROM ok o CROSS JOIN (VALUES (512), (1024)) AS t(to_whom)
    WHERE o.flags & to_whom <> 0),
fed AS (
    INSERT INTO feed (school_code, at, kind, record_id, graduate_id, version, body, retracted)
    SELECT o.school_code, o.at, COALESCE(o.retracts, o.message), o.record_id, o.graduate_id, o.version, o.message_params,
           o.retracts IS NOT NULL
    FROM ok o WHERE o.message IS NOT NULL),
draft_gone AS (
    DELETE FROM draft d USING ok o WHERE o.flags & 2048 <> 0 AND d.school_code = o.school_code AND d.uuid = o.uuid),
draft_back AS (
    INSERT INTO draft (school_code, uuid, graduate_id, flow, kind, body, updated_at)
    SELECT o.school_code, o.uuid, o.graduate_id, o.flow, o.kind, o.draft, o.at FROM ok o WHERE o.draft IS NOT NULL
    ON CONFLICT (school_code, uuid) DO NOTHING),
logged AS (
    INSERT INTO request (school_code, actor_id, request_id, params_hash, answer, at)
    SELECT o.actor_school, o.actor_id, o.request_id, decode(o.params_hash, 'hex'), o.answer, o.at
    FROM ok o WHERE o.request_id IS NOT NULL)
SELECT o.ord FROM ok o
