-- Start an upload, or find it where it stood. No row: no such draft or record in the caller's scope, or not now.
-- $1 school, $2 upload, $3 account, $4 draft or record, $5 purpose, $6 file name, $7 size, $8 own enrolment or 0,
-- $10 department or 0, $11 postgraduate or NULL, $9 'flow/state' of records that take files for this purpose
WITH have AS (
    SELECT u.account_id, u.received, u.size FROM upload u WHERE u.school_code = $1::text AND u.uuid = $2::uuid
), target AS (
    SELECT x.graduate_id
    FROM (SELECT r.graduate_id, r.flow || '/' || r.state AS place
          FROM record r WHERE r.school_code = $1::text AND r.uuid = $4::uuid
          UNION ALL
          SELECT d.graduate_id, d.flow || '/draft'
          FROM draft d WHERE d.school_code = $1::text AND d.uuid = $4::uuid
            AND NOT EXISTS (SELECT FROM record r WHERE r.school_code = $1::text AND r.uuid = $4::uuid)) x
    JOIN graduate g ON g.school_code = $1::text AND g.id = x.graduate_id AND (g.department_id = $10::bigint OR $10::bigint = 0)
         AND (g.postgraduate = $11::boolean OR $11::boolean IS NULL)
    WHERE (x.graduate_id = $8::bigint OR $8::bigint = 0) AND x.place = ANY ($9::text[])
), files AS (
    SELECT count(*) AS n FROM evidence v
    WHERE v.school_code = $1::text AND v.record_uuid = $4::uuid AND v.removed_at IS NULL
), opened AS (
    SELECT count(*) AS n FROM upload u
    WHERE u.school_code = $1::text AND u.record_uuid = $4::uuid AND u.evidence_id IS NULL
), room AS (
    SELECT files.n + opened.n < 20 AS left FROM files, opened
), made AS (
    INSERT INTO blob (school_code, sha256, size, media_type)
    SELECT $1::text, '', $7::bigint, '' FROM target, room
    WHERE room.left AND NOT EXISTS (SELECT FROM have)
    RETURNING id
), started AS (
    INSERT INTO upload (school_code, uuid, account_id, blob_id, record_uuid, purpose, file_name, size)
    SELECT $1::text, $2::uuid, $3::bigint, made.id, $4::uuid, $5::text, $6::text, $7::bigint FROM made
    ON CONFLICT DO NOTHING
    RETURNING received)
SELECT COALESCE(h.received, 0) AS received, COALESCE(h.size, $7::bigint) AS size,
       h.account_id IS NULL OR h.account_id = $3::bigint AS mine,
       h.account_id IS NOT NULL OR EXISTS (SELECT FROM started) AS begun
FROM target
LEFT JOIN have h ON true
