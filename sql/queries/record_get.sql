-- Everything an audit screen shows of one record (S2.1.7), in one row. Columns are named as the answer's members; the
-- graduate's begin with g_, the ledger's with l_.
-- $1 school, $2 record, $3 department or 0, $4 postgraduate or NULL, $5 own enrolment or 0
SELECT r.school_code || '-' || r.id AS id, r.id AS record_id, r.uuid, r.version, r.flow, r.kind, r.state, r.waits_for,
       r.submitted_at, r.number, r.revision, r.last_from, s.audit_mode, gr.*,
       c.content AS content_json, back.content AS content_before_json,
       l.destination AS l_destination, l.archive AS l_archive, l.household AS l_household, l.version AS l_version,
       l.graduate_id AS l_graduate,
       COALESCE((SELECT jsonb_agg(jsonb_build_object(
                            'id', v.school_code || '-' || v.id, 'purpose', v.purpose, 'file_name', v.file_name, 'size', b.size,
                            'media_type', b.media_type, 'added_at', to_char(v.added_at, 'YYYY-MM-DD"T"HH24:MI:SS.MSTZH:TZM')) ORDER BY v.id)
                 FROM evidence v JOIN blob b ON b.school_code = v.school_code AND b.id = v.blob_id
                 WHERE v.school_code = $1::text AND v.record_uuid = r.uuid AND v.removed_at IS NULL), '[]') AS evidence,
       COALESCE((SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                            'id', o.school_code || '-' || o.id, 'flow', o.flow, 'kind', o.kind, 'state', o.state,
                            'at', to_char(o.last_at, 'YYYY-MM-DD"T"HH24:MI:SS.MSTZH:TZM'), 'employer', nullif(o.employer_name, ''), 'number', o.number,
                            'action', o.last_action, 'reason_code', e.reason_code, 'reason_text', e.reason_text)) ORDER BY o.id DESC)
                 FROM record o
                 LEFT JOIN LATERAL (
                     SELECT w.reason_code, w.reason_text FROM event w
                     WHERE w.school_code = $1::text AND w.record_id = o.id AND w.reason_text IS NOT NULL
                     ORDER BY w.id DESC LIMIT 1) e ON true
                 WHERE o.school_code = $1::text AND o.graduate_id = r.graduate_id AND o.id <> r.id
                   AND (o.state <> 'draft' OR $5::bigint <> 0)), '[]') AS earlier
FROM record r
JOIN graduate_row gr ON gr.school_code = $1::text AND gr.graduate_id = r.graduate_id
LEFT JOIN season s ON s.school_code = $1::text AND s.class_year = r.class_year
LEFT JOIN record_content c ON c.school_code = $1::text AND c.record_id = r.id AND c.revision = r.revision
LEFT JOIN LATERAL (   -- as it was when it was last returned (X1.10)
    SELECT o.content FROM event e
    JOIN record_content o ON o.school_code = $1::text AND o.record_id = r.id AND o.revision = e.revision
    WHERE e.school_code = $1::text AND e.record_id = r.id AND e.action = 'return' AND e.revision < r.revision
    ORDER BY e.id DESC LIMIT 1) back ON true
LEFT JOIN ledger l ON l.school_code = $1::text AND l.class_year = r.class_year AND l.graduate_id = r.graduate_id
WHERE r.school_code = $1::text AND r.id = $2::bigint
  AND (r.department_id = $3::bigint OR $3::bigint = 0)
  AND (r.postgraduate = $4::boolean OR $4::boolean IS NULL)
  AND (r.graduate_id = $5::bigint OR $5::bigint = 0)
