-- Take a whole, checked upload in. The same bytes are kept once in a school; an upload under way never shares (or it would
-- tell who has which file). No row: the record took no more files meanwhile.
-- $1 school, $2 upload, $3 account, $4 sha256 in hex, $5 media type, $6 own enrolment or 0, $7 and $8: 'flow/state' of records
-- that take proofs, and stamped images; $9 department or 0, $10 postgraduate or NULL
WITH u AS (
    SELECT u.uuid, u.blob_id, u.record_uuid, u.purpose, u.file_name, x.graduate_id
    FROM upload u
    JOIN LATERAL (
        SELECT r.graduate_id, r.flow || '/' || r.state AS place
        FROM record r WHERE r.school_code = $1::text AND r.uuid = u.record_uuid
        UNION ALL
        SELECT d.graduate_id, d.flow || '/draft'
        FROM draft d WHERE d.school_code = $1::text AND d.uuid = u.record_uuid
          AND NOT EXISTS (SELECT FROM record r WHERE r.school_code = $1::text AND r.uuid = u.record_uuid)) x
        ON (x.graduate_id = $6::bigint OR $6::bigint = 0)
       AND x.place = ANY (CASE u.purpose WHEN 'proof' THEN $7::text[] ELSE $8::text[] END)
    JOIN graduate g ON g.school_code = $1::text AND g.id = x.graduate_id AND (g.department_id = $9::bigint OR $9::bigint = 0)
         AND (g.postgraduate = $10::boolean OR $10::boolean IS NULL)
    WHERE u.school_code = $1::text AND u.uuid = $2::uuid AND u.account_id = $3::bigint AND u.evidence_id IS NULL
      AND u.received = u.size
    FOR UPDATE OF u
), twin AS (
    SELECT b.id FROM blob b, u
    WHERE b.school_code = $1::text AND b.sha256 = decode($4::text, 'hex') AND b.complete AND b.id <> u.blob_id
    ORDER BY b.id LIMIT 1
), kept AS (
    UPDATE blob b SET complete = true, sha256 = decode($4::text, 'hex'), media_type = $5::text
    FROM u WHERE b.school_code = $1::text AND b.id = u.blob_id AND NOT EXISTS (SELECT FROM twin)
), dropped AS (
    DELETE FROM blob b USING u, twin WHERE b.school_code = $1::text AND b.id = u.blob_id
), attached AS (
    INSERT INTO evidence (school_code, record_uuid, graduate_id, purpose, blob_id, file_name, added_by)
    SELECT $1::text, u.record_uuid, u.graduate_id, u.purpose, COALESCE((SELECT id FROM twin), u.blob_id), u.file_name, $3::bigint
    FROM u
    RETURNING id
), edited AS (   -- a submission under way that read other files is decided anew
    UPDATE draft d SET version = nextval('draft_version') FROM u WHERE d.school_code = $1::text AND d.uuid = u.record_uuid
), refiled AS (
    UPDATE record r SET files_version = r.files_version + 1 FROM u WHERE r.school_code = $1::text AND r.uuid = u.record_uuid
), marked AS (
    UPDATE upload x SET evidence_id = attached.id FROM attached
    WHERE x.school_code = $1::text AND x.uuid = $2::uuid)
SELECT id AS evidence_id FROM attached
