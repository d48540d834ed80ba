-- The class's settings; version 0: the class isn't opened yet, the values are those it would start with (S1.5.4).
-- $1 school, $2 class
SELECT coalesce(s.version, 0) AS version, $2::int AS class, coalesce(s.online_signing, false) AS online_signing,
       coalesce(s.supplement, false) AS supplement, coalesce(s.destination, false) AS destination,
       coalesce(s.audit_mode, 'school_only') AS audit_mode, coalesce(s.termination_limit, 1) AS termination_limit,
       coalesce(s.void_audited, false) AS void_audited, coalesce(s.contacts, '{}') AS contacts, h.agreement_parties
FROM school h
LEFT JOIN season s ON s.school_code = h.school_code AND s.class_year = $2::int
WHERE h.school_code = $1
