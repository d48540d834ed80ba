-- A person's account, by the keyed hash of the identity number.
-- $1 HMAC
SELECT a.school_code, a.id, a.role, a.password_hash
FROM person p JOIN account a ON a.school_code = '00000' AND a.person_id = p.id
WHERE p.identity_hmac = $1::bytea AND NOT a.disabled;
