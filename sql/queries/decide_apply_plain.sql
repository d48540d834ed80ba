-- decide_apply for a batch in which every item moves its record and nothing else: no place, ledger, content, draft, parent,
-- season or new record. The same locks, comparisons and rows, a third of the time for one item.
--
-- $1 the decisions' time; then one element per item, see workflow/apply.c. Answers the items applied.
WITH item AS MATERIALIZED (
    SELECT i.*, $1::timestamptz AS at
    FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::boolean[], $6::bigint[], $7::bigint[], $8::int[],
                $9::text[], $10::text[], $11::text[], $12::bigint[], $13::bigint[], $14::text[], $15::bigint[],
                $16::text[], $17::text[], $18::text[], $19::bigint[], $20::text[], $21::bigint[], $22::text[],
                $23::text[], $24::text[], $25::text[], $26::jsonb[], $27::text[], $28::uuid[], $29::text[], $30::jsonb[],
                $31::bigint[])
         WITH ORDINALITY
         AS i(school_code, record_id, seen, passed_on, graduate_id, graduate_version, flags, flow,
              from_state, state, revision, employer_id, number, stage_d_actor, waits_for, action,
              actor_school, actor_id, actor_role, session_id, address, reason_code, reason_text,
              message, message_params, retracts, request_id, params_hash, answer, account_version, ord)),
ok AS MATERIALIZED (
    SELECT i.* FROM item i
    JOIN graduate g ON g.school_code = i.school_code AND g.id = i.graduate_id
    JOIN record r ON r.school_code = i.school_code AND r.id = i.record_id
    WHERE r.version = i.seen AND r.passed_on = i.passed_on AND g.version = i.graduate_version
      AND (i.account_version IS NULL
           OR EXISTS (SELECT FROM account a WHERE a.school_code = i.actor_school AND a.id = i.actor_id
                        AND a.version = i.account_version))
    ORDER BY i.school_code, i.graduate_id
    FOR NO KEY UPDATE OF g, r SKIP LOCKED),
updated AS (
    UPDATE record r
    SET state = o.state, version = o.seen + 1, waits_for = o.waits_for,
        holder_id = CASE WHEN o.waits_for = 'department' THEN r.department_id ELSE 0 END,
        due_at = NULL, submitted_at = CASE WHEN o.flags & 1 <> 0 THEN o.at ELSE r.submitted_at END, number = o.number,
        forced = o.flags & 2 <> 0, marked_returned = o.flags & 4 <> 0, untouched = o.flags & 8 <> 0, passed_on = false,
        stage_d_actor = o.stage_d_actor, last_action = o.action, last_from = o.from_state, last_actor = o.actor_id,
        last_at = o.at
    FROM ok o
    WHERE r.school_code = o.school_code AND r.id = o.record_id),
events AS (
    INSERT INTO event (school_code, at, record_id, graduate_id, actor_school, actor_id, actor_role, session_id, address,
                       flow, action, from_state, to_state, version, graduate_version, revision, reason_code, reason_text)
    SELECT o.school_code, o.at, o.record_id, o.graduate_id, o.actor_school, o.actor_id, o.actor_role, o.session_id,
           o.address, o.flow, o.action, o.from_state, o.state, o.seen + 1, o.graduate_version, o.revision, o.reason_code,
           o.reason_text
    FROM ok o),
messages AS (
    INSERT INTO message (school_code, at, graduate_id, employer_id, record_id, kind, params)
    SELECT o.school_code, o.at, CASE to_whom WHEN 512 THEN o.graduate_id END, CASE to_whom WHEN 1024 THEN o.employer_id END,
           o.record_id, o.message, o.message_params
    FROM ok o CROSS JOIN (VALUES (512), (1024)) AS t(to_whom)
    WHERE o.flags & to_whom <> 0),
fed AS (
    INSERT INTO feed (school_code, at, kind, record_id, graduate_id, version, body, retracted)
    SELECT o.school_code, o.at, COALESCE(o.retracts, o.message), o.record_id, o.graduate_id, o.seen + 1, o.message_params,
           o.retracts IS NOT NULL
    FROM ok o WHERE o.message IS NOT NULL),
logged AS (
    INSERT INTO request (school_code, actor_id, request_id, params_hash, answer, at)
    SELECT o.actor_school, o.actor_id, o.request_id, decode(o.params_hash, 'hex'), o.answer, o.at
    FROM ok o WHERE o.request_id IS NOT NULL)
SELECT o.ord FROM ok o
