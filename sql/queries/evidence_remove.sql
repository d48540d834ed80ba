-- Take a file off one's own draft or a record that can be edited now.
-- $1 school, $2 evidence, $3 own enrolment, $4 and $5: 'flow/state' of records that take proofs, and stamped images
UPDATE evidence v SET removed_at = now()
WHERE v.school_code = $1::text AND v.id = $2::bigint AND v.graduate_id = $3::bigint AND v.removed_at IS NULL
  AND NOT EXISTS (SELECT FROM record r WHERE r.school_code = $1::text AND r.uuid = v.record_uuid
                  AND r.flow || '/' || r.state <> ALL (CASE v.purpose WHEN 'proof' THEN $4::text[] ELSE $5::text[] END))
RETURNING v.id
