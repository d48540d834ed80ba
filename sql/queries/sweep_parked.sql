-- Parked screens are kept for 24 hours (X1.14).
DELETE FROM parked WHERE saved_at < now() - interval '24 hours'
