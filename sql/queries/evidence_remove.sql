-- Take a file off one's own draft or a record that can be edited now.
-- $1 school, $2 evidence, $3 own enrolment, $4 and $5: 'flow/state' of records that take proofs, and stamped images
WITH gone AS (
    UPDATE evidence v SET removed_at = now()
    WHERE v.school_code = $1::text AND v.id = $2::bigint AND v.graduate_id = $3::bigint AND v.removed_at IS NULL
      AND NOT EXISTS (SELECT FROM record r WHERE r.school_code = $1::text AND r.uuid = v.record_uuid
                      AND r.flow || '/' || r.state <> ALL (CASE v.purpose WHEN 'proof' THEN $4::text[] ELSE $5::text[] END))
    RETURNING v.id, v.record_uuid
), edited AS (   -- a submission under way that read other files is decided anew
    UPDATE draft d SET version = nextval('draft_version') FROM gone WHERE d.school_code = $1::text AND d.uuid = gone.record_uuid
), refiled AS (
    UPDATE record r SET files_version = r.files_version + 1 FROM gone WHERE r.school_code = $1::text AND r.uuid = gone.record_uuid)
SELECT id FROM gone
