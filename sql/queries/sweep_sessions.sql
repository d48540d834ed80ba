-- Sessions end after 12 idle hours.
DELETE FROM session WHERE seen_at < now() - interval '12 hours'
