-- The database's clock, the only one business deadlines are read from.
SELECT now() AS now;
