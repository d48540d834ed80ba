-- Keep a draft. No row: the uuid is another graduate's or of another flow, or of a record that can't be edited now.
-- $1 school, $2 uuid, $3 enrolment, $4 flow, $5 kind, $6 body, $7 'flow/state' of records that can be edited
INSERT INTO draft AS d (school_code, uuid, graduate_id, flow, kind, body, updated_at)
SELECT $1::text, $2::uuid, $3::bigint, $4::text, $5::text, $6::jsonb, now()
WHERE NOT EXISTS (SELECT FROM record r WHERE r.school_code = $1::text AND r.uuid = $2::uuid
                  AND (r.graduate_id <> $3::bigint OR r.flow <> $4::text OR r.flow || '/' || r.state <> ALL ($7::text[])))
ON CONFLICT (school_code, uuid) DO UPDATE
    SET kind = excluded.kind, body = excluded.body, updated_at = excluded.updated_at, version = excluded.version
    WHERE d.graduate_id = excluded.graduate_id AND d.flow = excluded.flow
RETURNING d.uuid
