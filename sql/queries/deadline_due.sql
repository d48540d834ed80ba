-- What is due, oldest first, of all schools; the flow says what becomes of it.
SELECT r.school_code, r.id FROM record r WHERE r.due_at IS NOT NULL AND r.due_at <= now() ORDER BY r.due_at LIMIT 256
