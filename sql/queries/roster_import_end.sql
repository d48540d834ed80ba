-- $1 school, $2 import, $3 account, $4 session, $5 address, $6 report, $7 encoding, $8 rows
WITH ended AS (
    UPDATE import i SET state = 'done', ended_at = now(), report = $6::jsonb, encoding = $7, rows_total = $8::int, rows_done = $8::int
    WHERE i.school_code = $1 AND i.id = $2::bigint AND i.state = 'running' RETURNING i.id, i.class_year),
freed AS (DELETE FROM import_piece p USING ended e WHERE p.school_code = $1 AND p.import_id = e.id),
logged AS (
    INSERT INTO audit_log (school_code, actor_school, actor_id, session_id, address, kind, subject, detail)
    SELECT $1, $1, $3::bigint, $4::bigint, $5, 'roster_import', $1 || '-' || e.id,
           ($6::jsonb - 'errors' - 'refused_modes') || jsonb_build_object('class', e.class_year) FROM ended e)
SELECT e.id FROM ended e
