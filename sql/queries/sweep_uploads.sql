-- Uploads that nobody finished within 24 hours, with their bytes; and the notes of those that were finished.
WITH old AS (
    SELECT school_code, uuid, blob_id FROM upload WHERE started_at < now() - interval '24 hours' ORDER BY started_at LIMIT 200
), gone AS (
    DELETE FROM upload u USING old WHERE u.school_code = old.school_code AND u.uuid = old.uuid
), dropped AS (
    DELETE FROM blob b USING old WHERE b.school_code = old.school_code AND b.id = old.blob_id AND NOT b.complete
)
SELECT count(*) = 200 AS more FROM old
