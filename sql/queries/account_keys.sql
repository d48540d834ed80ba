-- $1 school, $2 account
SELECT k.fingerprint, k.kind, k.comment, k.added_at FROM account_key k
WHERE k.school_code = $1 AND k.account_id = $2::bigint ORDER BY k.added_at, k.fingerprint
