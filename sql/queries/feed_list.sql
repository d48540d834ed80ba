-- The outgoing feed in commit order: only what no transaction still under way can come before (a plain sequence loses rows
-- that commit late). $1 school, or '00000' for all; $2 xid, $3 id; $4 rows
SELECT f.school_code || '-' || f.id AS id, f.id AS feed_id, f.xid AS key, f.at, f.kind, f.school_code || '-' || f.record_id AS record,
       f.school_code || '-' || f.graduate_id AS graduate, f.version, f.body, f.retracted
FROM feed f
WHERE (f.xid, f.id) > ($2::xid8, $3::bigint) AND f.xid < pg_snapshot_xmin(pg_current_snapshot())
  AND (f.school_code = $1::text OR $1::text = '00000')
ORDER BY f.xid, f.id
LIMIT $4::int
