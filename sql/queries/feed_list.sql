-- The outgoing feed in commit order: only what no transaction still under way can come before (a plain sequence loses rows
-- that commit late). Whoever asks gets it delivered: what a row tells of can't be undone any more (X1.6). An undo compares
-- passed_on under the record's lock, so that one of the two comes first; only what is fresh is worth the write.
-- $1 school; $2 xid, $3 id; $4 rows; $5 postgraduate or NULL (scope)
WITH page AS MATERIALIZED (
    SELECT f.* FROM feed f
    WHERE (f.xid, f.id) > ($2::xid8, $3::bigint) AND f.xid < pg_snapshot_xmin(pg_current_snapshot())
      AND f.school_code = $1::text
      AND ($5::boolean IS NULL OR EXISTS (SELECT FROM graduate g WHERE g.school_code = f.school_code AND g.id = f.graduate_id
                                          AND g.postgraduate = $5::boolean))
    ORDER BY f.xid, f.id
    LIMIT $4::int),
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
