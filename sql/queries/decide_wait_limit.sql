-- How long an item that goes by itself waits for a lock; until the end of its transaction.
SELECT set_config('lock_timeout', '400ms', true)
