-- $1 school, $2 uuid, $3 account. An import that was ended before has its report.
WITH started AS (
    UPDATE import i SET state = 'running'
    WHERE i.school_code = $1 AND i.uuid = $2::uuid AND i.account_id = $3::bigint AND i.state IN ('receiving', 'running')
    RETURNING i.id)
SELECT i.id AS import_id, i.class_year, i.good_rows_alone, i.received, i.state, i.report,
       to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD')::int AS today
FROM import i WHERE i.school_code = $1 AND i.uuid = $2::uuid AND i.account_id = $3::bigint
