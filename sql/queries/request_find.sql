-- Was this call carried out before? $1 account's school, $2 account, $3 request id, $4 hash of the parameters
SELECT r.answer, r.params_hash = $4::bytea AS same
FROM request r WHERE r.school_code = $1 AND r.actor_id = $2::bigint AND r.request_id = $3::uuid
