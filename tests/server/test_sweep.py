#!/usr/bin/python3
"""What has had its time goes, and what has not stays."""

from harness import Server, main, wait_for

PLANT = """
INSERT INTO blob (school_code, sha256, size, media_type) SELECT '10001', '', 10, '' FROM generate_series(1, 2);
INSERT INTO upload (school_code, uuid, account_id, blob_id, record_uuid, purpose, file_name, size, started_at)
    SELECT '10001', gen_random_uuid(), 1, b.id, gen_random_uuid(), 'proof', CASE WHEN b.n = 1 THEN 'old' ELSE 'new' END, 10,
           now() - CASE WHEN b.n = 1 THEN interval '25 hours' ELSE interval '23 hours' END
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM blob WHERE school_code = '10001' AND NOT complete) b;
INSERT INTO request (school_code, actor_id, request_id, params_hash, answer, at)
    SELECT '10001', 1, gen_random_uuid(), '', '{}', now() - (CASE d WHEN 1 THEN 6 ELSE 8 END) * interval '1 day' FROM generate_series(1, 45000) d;
INSERT INTO import (school_code, uuid, account_id, class_year, started_at)
    SELECT '10001', gen_random_uuid(), 1, 2026, now() - d * interval '1 hour' FROM generate_series(23, 25, 2) d;
INSERT INTO import_piece (school_code, import_id, at_byte, data) SELECT '10001', id, 0, '' FROM import WHERE account_id = 1;
INSERT INTO parked (school_code, account_id, body, saved_at)
    SELECT '10001', d, '', now() - d * interval '1 hour' FROM generate_series(23, 25, 2) d;
INSERT INTO session (token_hash, school_code, account_id, method, seen_at)
    SELECT decode(lpad(d::text, 4, '0'), 'hex'), '10001', 1, 'password', now() - d * interval '1 hour' FROM generate_series(11, 13, 2) d;
INSERT INTO login_failure (user_name, address, failures, last_at)
    SELECT 'u' || d, '', 1, now() - d * interval '1 hour' FROM generate_series(23, 25, 2) d;
"""
LEFT = ("SELECT (SELECT string_agg(file_name, ',') FROM upload), (SELECT count(*) FROM blob WHERE NOT complete), (SELECT count(*) FROM request), "
        "(SELECT count(*) FROM parked), (SELECT count(*) FROM session), (SELECT count(*) FROM login_failure), (SELECT count(*) FROM import_piece)")


def test_sweep(server):
    """X1.14 parked screens after 24 h, uploads after 24 h, the request log after 7 days (all of a day, in one pass), imports' files after one, idle sessions after 12 h: gone; younger ones stay"""
    server.stop()
    server.start()  # a pass begins three seconds after the start
    server.sql(PLANT)
    assert wait_for(lambda: server.sql(LEFT) == [["new", "1", "1", "1", "1", "1", "1"]], 20), server.sql(LEFT)


if __name__ == "__main__":
    main([test_sweep], lambda: Server())
