-- A new import, or the one of that UUID again. $1 school, $2 uuid, $3 account, $4 class, $5 good rows alone
WITH swept AS (   -- files that nobody took in within a day
    DELETE FROM import_piece p USING import i
    WHERE i.school_code = $1 AND i.started_at < now() - interval '1 day' AND p.school_code = i.school_code AND p.import_id = i.id),
made AS (
    INSERT INTO import (school_code, uuid, account_id, class_year, good_rows_alone)
    VALUES ($1, $2::uuid, $3::bigint, $4::int, $5::boolean)
    ON CONFLICT (school_code, uuid) DO NOTHING
    RETURNING received)
SELECT m.received, true AS mine FROM made m
UNION ALL
SELECT i.received, i.account_id = $3::bigint AND i.class_year = $4::int AND i.good_rows_alone = $5::boolean
FROM import i WHERE i.school_code = $1 AND i.uuid = $2::uuid
