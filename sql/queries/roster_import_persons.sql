-- $1 identity HMACs: whoever isn't known yet becomes a person.
INSERT INTO person (identity_hmac)
SELECT DISTINCT h FROM unnest($1::bytea[]) AS h WHERE NOT EXISTS (SELECT FROM person p WHERE p.identity_hmac = h)
ON CONFLICT (identity_hmac) DO NOTHING
