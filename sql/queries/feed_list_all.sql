-- The outgoing feed in commit order: only what no transaction still under way can come before (a plain sequence loses rows
-- that commit late). Whoever asks gets it delivered: what a row tells of can't be undone any more (X1.6). An undo compares
-- passed_on under the record's lock, so that one of the two comes first; only what is fresh is worth the write.
-- Every school's; feed_list with one condition less, for the other index. $1 xid, $2 id; $3 rows
WITH page AS MATERIALIZED (
    SELECT f.* FROM feed f
    WHERE (f.xid, f.id) > ($1::xid8, $2::bigint) AND f.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY f.xid, f.id
    LIMIT $3::int),
fresh AS MATERIALIZED (
    SELECT r.school_code, r.id FROM page p
    JOIN record r ON r.school_code = p.school_code AND r.id = p.record_id
    WHERE r.version = p.version AND NOT p.retracted AND NOT r.passed_on AND p.at > now() - interval '1 hour'
    ORDER BY r.school_code, r.id
    FOR NO KEY UPDATE OF r),
delivered AS (
    UPDATE record r SET passed_on = true FROM fresh WHERE r.school_code = fresh.school_code AND r.id = fresh.id)
SELECT p.school_code || '-' || p.id AS id, p.id AS feed_id, p.xid AS key, p.at, p.kind, p.school_code || '-' || p.record_id AS record,
       p.school_code || '-' || p.graduate_id AS graduate, p.version, p.body, p.retracted
FROM page p
ORDER BY p.xid, p.id
