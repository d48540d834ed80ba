-- Store the next chunk; a chunk that is here already changes nothing. No row: no such upload of this account.
-- $1 school, $2 upload, $3 account, $4 offset, $5 bytes
WITH stored AS (
    UPDATE upload u SET received = u.received + length($5::bytea)
    WHERE u.school_code = $1::text AND u.uuid = $2::uuid AND u.account_id = $3::bigint AND u.evidence_id IS NULL
      AND u.received = $4::bigint AND length($5::bytea) = least(262144, u.size - u.received) AND u.received < u.size
    RETURNING u.blob_id, u.received
), chunk AS (
    INSERT INTO blob_chunk (school_code, blob_id, no, data)
    SELECT $1::text, s.blob_id, ($4::bigint / 262144)::int, $5::bytea FROM stored s)
SELECT COALESCE(s.received, u.received) AS received, s.received IS NOT NULL OR $4::bigint + length($5::bytea) <= u.received AS here
FROM upload u
LEFT JOIN stored s ON true
WHERE u.school_code = $1::text AND u.uuid = $2::uuid AND u.account_id = $3::bigint
