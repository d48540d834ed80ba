-- Throw a draft away, with what was attached to it; never one that was submitted before.
-- $1 school, $2 uuid, $3 enrolment
WITH gone AS (
    DELETE FROM draft d
    WHERE d.school_code = $1::text AND d.uuid = $2::uuid AND d.graduate_id = $3::bigint
      AND NOT EXISTS (SELECT FROM record r WHERE r.school_code = $1::text AND r.uuid = $2::uuid)
    RETURNING d.uuid
), detached AS (
    UPDATE evidence v SET removed_at = now()
    FROM gone WHERE v.school_code = $1::text AND v.record_uuid = gone.uuid AND v.removed_at IS NULL)
SELECT EXISTS (SELECT FROM gone) AS removed,
       EXISTS (SELECT FROM record r WHERE r.school_code = $1::text AND r.uuid = $2::uuid AND r.graduate_id = $3::bigint) AS submitted
