-- Store the next chunk; a chunk that is here already changes nothing. No row: no such upload of this account.
-- $1 school, $2 upload, $3 account's school, $4 account, $5 offset, $6 bytes
WITH stored AS (
    UPDATE upload u SET received = u.received + length($6::bytea)
    WHERE u.school_code = $1::text AND u.uuid = $2::uuid AND u.account_id = $4::bigint AND u.evidence_id IS NULL
      AND u.received = $5::bigint AND length($6::bytea) = least(262144, u.size - u.received) AND u.received < u.size
      AND EXISTS (SELECT FROM account a WHERE a.school_code = $3::text AND a.id = $4::bigint AND NOT a.disabled)
    RETURNING u.blob_id, u.received
), chunk AS (
    INSERT INTO blob_chunk (school_code, blob_id, no, data)
    SELECT $1::text, s.blob_id, ($5::bigint / 262144)::int, $6::bytea FROM stored s)
SELECT COALESCE(s.received, u.received) AS received, s.received IS NOT NULL OR $5::bigint + length($6::bytea) <= u.received AS here
FROM upload u
LEFT JOIN stored s ON true
WHERE u.school_code = $1::text AND u.uuid = $2::uuid AND u.account_id = $4::bigint
