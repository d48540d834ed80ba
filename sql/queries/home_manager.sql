-- Notices on the home screen of a department or school (S1.5.1).
-- $1 school, $2 class, $3 department or 0, $4 postgraduate or NULL, $5 account's school, $6 account, $7 all flows
SELECT COALESCE(s.online_signing, false) AS online_signing, COALESCE(s.contacts, '{}') AS contacts,
       (SELECT count(*) FROM record r
        WHERE r.school_code = $1::text AND r.class_year = $2::int
          AND r.flow = ANY ($7::text[]) AND r.state = 'lapsed'
          AND (r.department_id = $3::bigint OR $3::bigint = 0)
          AND (r.postgraduate = $4::boolean OR $4::boolean IS NULL)
          AND r.last_at > COALESCE((SELECT n.at FROM lapsed_seen n
                                    WHERE n.school_code = $5::text AND n.account_id = $6::bigint AND n.class_year = $2::int),
                                   '-infinity')) AS lapsed_unseen,
       COALESCE((SELECT jsonb_agg(d.name ORDER BY d.id) FROM department d
                 WHERE $3::bigint = 0 AND d.school_code = $1::text
                   AND EXISTS (SELECT FROM graduate g WHERE g.school_code = $1::text AND g.class_year = $2::int
                               AND g.department_id = d.id)
                   AND NOT EXISTS (SELECT FROM account a WHERE a.school_code = $1::text AND a.department_id = d.id
                                   AND a.role = 'department' AND NOT a.disabled)), '[]') AS departments_without_account
FROM (VALUES (1)) AS one (x)
LEFT JOIN season s ON s.school_code = $1::text AND s.class_year = $2::int
