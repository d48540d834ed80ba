-- Tell every server what changed: $1 is one payload of many changes, at most 7,900 bytes.
SELECT pg_notify('qx_change', $1);
