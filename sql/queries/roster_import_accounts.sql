-- A person's account: without a password until it is activated. Their own data is theirs to see and write.
-- $1 identity HMACs, $2 names
INSERT INTO account (school_code, role, user_name, person_id, name, right_employment, right_archive, right_household)
SELECT '00000', 'graduate', 'person-' || p.id, p.id, i.name, 2, 2, 2
FROM unnest($1::bytea[], $2::text[]) AS i(identity_hmac, name)
JOIN person p ON p.identity_hmac = i.identity_hmac
WHERE NOT EXISTS (SELECT FROM account a WHERE a.school_code = '00000' AND a.person_id = p.id)
ON CONFLICT (school_code, person_id) WHERE person_id IS NOT NULL DO NOTHING
