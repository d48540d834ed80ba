SELECT s.version FROM season s WHERE s.school_code = $1 AND s.class_year = $2::int FOR SHARE
