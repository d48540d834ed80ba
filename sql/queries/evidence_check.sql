-- What is to be looked at before an upload is taken: its hash, its first and its last bytes (hex).
-- $1 school, $2 upload, $3 account
SELECT u.size, u.received, u.evidence_id, w.sha256, w.head, w.tail
FROM upload u
LEFT JOIN LATERAL (
    SELECT encode(sha256(b.bytes), 'hex') AS sha256, encode(substr(b.bytes, 1, 64), 'hex') AS head,
           encode(substr(b.bytes, greatest(1, length(b.bytes) - 1023)), 'hex') AS tail
    FROM (SELECT string_agg(c.data, '' ORDER BY c.no) AS bytes
          FROM blob_chunk c WHERE c.school_code = $1::text AND c.blob_id = u.blob_id) b) w
    ON u.received = u.size AND u.evidence_id IS NULL
WHERE u.school_code = $1::text AND u.uuid = $2::uuid AND u.account_id = $3::bigint
