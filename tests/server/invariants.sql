-- What must hold of the whole database at rest, whoever did what: one row per rule with the number of its exceptions.
-- The states are written down here once more, by hand: an expectation of their own.
WITH state (flow, state, holds_place, waits_for, final) AS (VALUES
    ('offline_signing', 'draft', false, 'graduate', false),
    ('offline_signing', 'agreement_audit_department', true, 'department', false),
    ('offline_signing', 'agreement_audit_school', true, 'school', false),
    ('offline_signing', 'returned', true, 'graduate', false),
    ('offline_signing', 'awaiting_stamped_image', true, 'graduate', false),
    ('offline_signing', 'signing_audit_department', true, 'department', false),
    ('offline_signing', 'signing_audit_school', true, 'school', false),
    ('offline_signing', 'effective', true, 'nobody', false),
    ('offline_signing', 'voided', false, 'nobody', true),
    ('destination', 'draft', false, 'graduate', false),
    ('destination', 'audit_department', true, 'department', false),
    ('destination', 'audit_school', true, 'school', false),
    ('destination', 'returned', true, 'graduate', false),
    ('destination', 'effective', true, 'nobody', false),
    ('destination', 'void_audit_department', true, 'department', false),
    ('destination', 'void_audit_school', true, 'school', false),
    ('destination', 'voided', false, 'nobody', true),
    ('online_signing', 'invited', false, 'graduate', false),
    ('online_signing', 'signing_audit_department', true, 'department', false),
    ('online_signing', 'signing_audit_school', true, 'school', false),
    ('online_signing', 'effective', true, 'nobody', false),
    ('online_signing', 'voided', false, 'nobody', true),
    ('online_signing', 'terminated', false, 'nobody', true),
    ('online_signing', 'withdrawn', false, 'nobody', true),
    ('online_signing', 'declined', false, 'nobody', true),
    ('online_signing', 'lapsed', false, 'nobody', true),
    ('online_termination', 'awaiting_other_side', false, 'other', false),
    ('online_termination', 'audit_department', false, 'department', false),
    ('online_termination', 'audit_school', false, 'school', false),
    ('online_termination', 'terminated', false, 'nobody', true),
    ('online_termination', 'failed', false, 'nobody', true),
    ('online_termination', 'withdrawn', false, 'nobody', true)),
moved AS (   -- acts per record, a termination's effect on its parent included
    SELECT e.school_code, e.record_id, count(*) AS n, max(e.version) AS version FROM event e GROUP BY 1, 2),
last_event AS (
    SELECT DISTINCT ON (e.school_code, e.record_id) e.* FROM event e ORDER BY e.school_code, e.record_id, e.version DESC)
SELECT 'a state of its flow' AS rule, count(*) FROM record r
    WHERE NOT EXISTS (SELECT FROM state s WHERE s.flow = r.flow AND s.state = r.state)
UNION ALL SELECT 'S2.1.4 a state that holds the place has it', count(*) FROM record r JOIN state s USING (flow, state)
    WHERE s.holds_place AND NOT EXISTS (SELECT FROM place p WHERE p.school_code = r.school_code
          AND p.class_year = r.class_year AND p.graduate_id = r.graduate_id AND p.record_id = r.id)
UNION ALL SELECT 'S2.1.4 a place is of a record that holds it', count(*) FROM place p
    WHERE NOT EXISTS (SELECT FROM record r JOIN state s USING (flow, state)
          WHERE r.school_code = p.school_code AND r.id = p.record_id AND r.graduate_id = p.graduate_id AND s.holds_place)
UNION ALL SELECT 'in exactly the queue of its state', count(*) FROM record r JOIN state s USING (flow, state)
    WHERE r.waits_for <> CASE s.waits_for WHEN 'other' THEN CASE r.applicant WHEN 'graduate' THEN 'employer' ELSE 'graduate' END
                         ELSE s.waits_for END
       OR r.holder_id <> CASE WHEN r.waits_for = 'department' THEN r.department_id ELSE 0 END
UNION ALL SELECT 'S2.3.4 only what is invited has a deadline', count(*) FROM record r
    WHERE (r.due_at IS NOT NULL) <> (r.state = 'invited')
UNION ALL SELECT 'X1.4 as many events as versions', count(*) FROM record r
    LEFT JOIN moved m ON m.school_code = r.school_code AND m.record_id = r.id
    WHERE m.n IS DISTINCT FROM r.version OR m.version <> r.version
UNION ALL SELECT 'X1.4 the last event leads to the state', count(*) FROM record r
    JOIN last_event e ON e.school_code = r.school_code AND e.record_id = r.id
    WHERE e.to_state <> r.state OR e.action <> r.last_action OR e.from_state <> r.last_from OR e.actor_id <> r.last_actor
UNION ALL SELECT 'X1.4 events follow each other', count(*) FROM (
    SELECT e.from_state, lag(e.to_state) OVER w AS before, e.version, lag(e.version) OVER w AS version_before
    FROM event e WINDOW w AS (PARTITION BY e.school_code, e.record_id ORDER BY e.version)) f
    WHERE f.version <> COALESCE(f.version_before, 0) + 1 OR f.from_state <> COALESCE(f.before, f.from_state)
UNION ALL SELECT 'every revision has its content', count(*) FROM record r
    WHERE r.revision <> (SELECT count(*) FROM record_content c WHERE c.school_code = r.school_code AND c.record_id = r.id)
UNION ALL SELECT 'S2.1.5 the ledger shows the record in force', count(*) FROM record r
    LEFT JOIN ledger l ON l.school_code = r.school_code AND l.class_year = r.class_year AND l.graduate_id = r.graduate_id
    WHERE r.flow <> 'online_termination' AND r.state IN ('effective', 'void_audit_department', 'void_audit_school')
      AND l.destination ->> 'record_id' IS DISTINCT FROM r.school_code || '-' || r.id
UNION ALL SELECT 'S2.1.5 the ledger shows nothing that ended', count(*) FROM ledger l
    WHERE l.destination ->> 'source' = 'registration'
      AND NOT EXISTS (SELECT FROM record r WHERE r.school_code = l.school_code
          AND r.school_code || '-' || r.id = l.destination ->> 'record_id'
          AND r.state IN ('effective', 'void_audit_department', 'void_audit_school'))
UNION ALL SELECT 'S2.1.5 the ledger shows the content in force', count(*) FROM record r
    JOIN ledger l ON l.school_code = r.school_code AND l.class_year = r.class_year AND l.graduate_id = r.graduate_id
    JOIN record_content c ON c.school_code = r.school_code AND c.record_id = r.id AND c.revision = r.revision
    WHERE l.destination ->> 'record_id' = r.school_code || '-' || r.id
      AND l.destination ->> 'contact' IS DISTINCT FROM nullif(c.content ->> 'contact', '')
UNION ALL SELECT 'every ledger version is kept', count(*) FROM ledger l
    WHERE l.version <> (SELECT count(*) FROM ledger_history h WHERE h.school_code = l.school_code
                        AND h.class_year = l.class_year AND h.graduate_id = l.graduate_id)
UNION ALL SELECT 'the ledger is its last version', count(*) FROM ledger l
    JOIN ledger_history h USING (school_code, class_year, graduate_id, version)
    WHERE (l.destination, l.archive, l.household) IS DISTINCT FROM (h.destination, h.archive, h.household)
UNION ALL SELECT 'S2.5.6 one number, once', count(*) FROM (SELECT r.number FROM record r WHERE r.number IS NOT NULL
    GROUP BY r.school_code, r.number HAVING count(*) > 1) n
UNION ALL SELECT 'S2.1.4 one open application per record', count(*) FROM (SELECT r.parent_id FROM record r
    JOIN state s USING (flow, state) WHERE r.parent_id IS NOT NULL AND NOT s.final
    GROUP BY r.school_code, r.parent_id HAVING count(*) > 1) n
UNION ALL SELECT 'S2.2.5 every application of the graduate counts', count(*) FROM graduate g
    WHERE g.termination_count <> (SELECT count(*) FROM record r WHERE r.school_code = g.school_code
          AND r.graduate_id = g.id AND r.flow = 'online_termination' AND r.applicant = 'graduate')
UNION ALL SELECT 'a taken back record has its draft', count(*) FROM record r
    WHERE r.state = 'draft' AND NOT EXISTS (SELECT FROM draft d WHERE d.school_code = r.school_code AND d.uuid = r.uuid)
UNION ALL SELECT 'one answer per request', count(*) FROM (SELECT q.request_id FROM request q
    GROUP BY q.school_code, q.actor_id, q.request_id HAVING count(*) > 1) n
