-- A graduate's own roster data, ledger and place.
-- $1 school, $2 enrolment
SELECT gr.*, l.destination AS l_destination, l.archive AS l_archive, l.household AS l_household, l.version AS l_version,
       l.graduate_id AS l_graduate, r.school_code || '-' || r.id AS p_id, r.flow AS p_flow, r.state AS p_state
FROM graduate_row gr
LEFT JOIN ledger l ON l.school_code = $1::text AND l.class_year = gr.g_class AND l.graduate_id = gr.graduate_id
LEFT JOIN place p ON p.school_code = $1::text AND p.class_year = gr.g_class AND p.graduate_id = gr.graduate_id
LEFT JOIN record r ON r.school_code = $1::text AND r.id = p.record_id
WHERE gr.school_code = $1::text AND gr.graduate_id = $2::bigint
