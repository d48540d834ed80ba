SELECT r.version FROM record r WHERE r.school_code = $1 AND r.id = $2::bigint FOR NO KEY UPDATE
