-- Failed log-ins are forgotten a day after the last one.
DELETE FROM login_failure WHERE last_at < now() - interval '24 hours' AND (locked_until IS NULL OR locked_until < now())
