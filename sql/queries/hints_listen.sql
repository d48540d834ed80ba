-- Hear of committed changes; sent on every new hints connection by the database layer itself.
LISTEN qx_change;
