-- A draft; of a returned record without one, the returned content stands in its place.
-- $1 school, $2 uuid, $3 enrolment, $4 'flow/state' of records that can be edited
SELECT x.uuid, x.flow, x.kind, x.content, x.updated_at, r.version, r.school_code || '-' || r.id AS id,
       COALESCE((SELECT jsonb_agg(jsonb_build_object(
                            'id', v.school_code || '-' || v.id, 'purpose', v.purpose, 'file_name', v.file_name, 'size', b.size,
                            'media_type', b.media_type, 'added_at', to_char(v.added_at, 'YYYY-MM-DD"T"HH24:MI:SS.MSTZH:TZM')) ORDER BY v.id)
                 FROM evidence v JOIN blob b ON b.school_code = v.school_code AND b.id = v.blob_id
                 WHERE v.school_code = $1::text AND v.record_uuid = x.uuid AND v.removed_at IS NULL), '[]') AS evidence
FROM (SELECT d.uuid, d.flow, d.kind, d.body AS content, d.updated_at
      FROM draft d WHERE d.school_code = $1::text AND d.uuid = $2::uuid AND d.graduate_id = $3::bigint
      UNION ALL
      SELECT o.uuid, o.flow, o.kind, c.content - '_graduate', o.last_at
      FROM record o
      JOIN record_content c ON c.school_code = $1::text AND c.record_id = o.id AND c.revision = o.revision
      WHERE o.school_code = $1::text AND o.uuid = $2::uuid AND o.graduate_id = $3::bigint
        AND o.flow || '/' || o.state = ANY ($4::text[])
        AND NOT EXISTS (SELECT FROM draft d WHERE d.school_code = $1::text AND d.uuid = $2::uuid)) x
LEFT JOIN record r ON r.school_code = $1::text AND r.uuid = x.uuid
