-- The account behind a user name.
-- $1 user name
SELECT a.school_code, a.id, a.role, a.password_hash
FROM login l JOIN account a ON a.school_code = l.school_code AND a.id = l.account_id
WHERE l.user_name = $1 AND NOT a.disabled;
