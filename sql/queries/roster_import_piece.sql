-- $1 school, $2 import, $3 from this byte on
SELECT p.data FROM import_piece p WHERE p.school_code = $1 AND p.import_id = $2::bigint AND p.at_byte = $3::bigint
