-- A chunk of a file. Managers see what was submitted, a graduate also what hangs on an own draft.
-- $1 school, $2 evidence, $3 chunk, $4 department or 0, $5 postgraduate or NULL, $6 own enrolment or 0
SELECT v.file_name, b.media_type, b.size, c.data
FROM evidence v
JOIN blob b ON b.school_code = $1::text AND b.id = v.blob_id
JOIN graduate g ON g.school_code = $1::text AND g.id = v.graduate_id
LEFT JOIN blob_chunk c ON c.school_code = $1::text AND c.blob_id = b.id AND c.no = $3::int
WHERE v.school_code = $1::text AND v.id = $2::bigint
  AND (g.department_id = $4::bigint OR $4::bigint = 0)
  AND (g.postgraduate = $5::boolean OR $5::boolean IS NULL)
  AND CASE WHEN $6::bigint <> 0 THEN g.id = $6::bigint
           ELSE EXISTS (SELECT FROM record r WHERE r.school_code = $1::text AND r.uuid = v.record_uuid AND r.state <> 'draft') END
