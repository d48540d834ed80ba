-- What waits for a graduate (S1.5.3) beside the records: drafts, unread messages, contacts; and what decides what may be
-- started: settings, place, open terminations.
-- $1 school, $2 enrolment
SELECT (SELECT count(*) FROM draft d
        WHERE d.school_code = $1::text AND d.graduate_id = g.id
          AND NOT EXISTS (SELECT FROM record r WHERE r.school_code = $1::text AND r.uuid = d.uuid)) AS drafts,
       (SELECT count(*) FROM message m
        WHERE m.school_code = $1::text AND m.graduate_id = g.id AND m.read_at IS NULL) AS unread,
       COALESCE(s.contacts -> 'all', s.contacts -> CASE WHEN g.postgraduate THEN 'postgraduate' ELSE 'undergraduate' END) AS contacts
FROM graduate g
LEFT JOIN season s ON s.school_code = $1::text AND s.class_year = g.class_year
WHERE g.school_code = $1::text AND g.id = $2::bigint
