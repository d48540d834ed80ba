-- A graduate's drafts, newest first: those that no record stands for yet. A taken-back or returned record is in the list
-- of records already, and would stand there twice.
-- $1 school, $2 enrolment
SELECT d.uuid, d.flow, d.kind, d.updated_at
FROM draft d
WHERE d.school_code = $1::text AND d.graduate_id = $2::bigint
  AND NOT EXISTS (SELECT FROM record r WHERE r.school_code = $1::text AND r.uuid = d.uuid)
ORDER BY d.updated_at DESC, d.uuid
LIMIT 100
