SELECT g.version FROM graduate g WHERE g.school_code = $1 AND g.id = $2::bigint FOR NO KEY UPDATE
