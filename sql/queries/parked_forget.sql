-- Nothing to go on with.
-- $1 school, $2 account
DELETE FROM parked WHERE school_code = $1 AND account_id = $2::bigint;
