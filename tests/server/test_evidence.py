#!/usr/bin/python3
"""Evidence: whole or not at all, resumed where it stood, of the type its bytes show, seen only by those who may."""

import hashlib
import os
import struct
import uuid
import zlib

from declared import login, test_declared
from harness import Server, expect_error, main

CHUNK = 262144


def png(size):
    """A PNG of about so many bytes: whole by its chunks, with noise inside."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 10, 10, 8, 2, 0, 0, 0))
    end = chunk(b"IEND", b"")
    return head + chunk(b"IDAT", os.urandom(max(1, size - len(head) - len(end) - 12))) + end


def jpeg(size):
    return b"\xff\xd8\xff\xe0" + os.urandom(size - 6) + b"\xff\xd9"


def pdf(size):
    return b"%PDF-1.7\n" + os.urandom(size - 20) + b"\n%%EOF\n"


def draft_of(g):
    u = str(uuid.uuid4())
    assert g.call("draft.put", uuid=u, flow="destination", kind="B01", content={})["outcome"] == "ok"
    return u


def begin(g, record, data, upload=None, **more):
    params = {"upload": upload or str(uuid.uuid4()), "record": record, "purpose": "proof", "file_name": "录用证明.png", "size": len(data), **more}
    return params["upload"], g.call("evidence.begin", **params)


def send(g, upload, data, at=0):
    for offset in range(at, len(data), CHUNK):
        answer = g.call("evidence.chunk", upload=upload, offset=offset, data=data[offset:offset + CHUNK])
        assert answer["outcome"] == "ok" and answer["offset"] == min(len(data), offset + CHUNK), answer


def finish(g, upload, data):
    return g.call("evidence.finish", upload=upload, sha256=hashlib.sha256(data).digest())


def put(g, record, data, **more):
    upload, answer = begin(g, record, data, **more)
    assert answer["outcome"] == "ok" and answer["offset"] == 0 and answer["chunk"] == CHUNK, answer
    send(g, upload, data)
    return finish(g, upload, data)


def fetch(c, id):
    data, size = b"", None
    while size is None or len(data) < size:
        piece = c.call("evidence.get", id=id, offset=len(data))
        data, size = data + piece["data"], piece["size"]
    return data


def student(server):
    return login(server, server.user("graduate", "nothing yet"))


def test_types(server):
    """S2.1.2 PNG, JPEG and PDF of one byte more than a chunk, whole chunks and 10 MiB come back as they were"""
    g = student(server)
    record = draft_of(g)
    for make, size, kind in ((png, CHUNK + 1, "image/png"), (jpeg, 2 * CHUNK, "image/jpeg"), (pdf, 10 * 1024 * 1024, "application/pdf"), (png, 300, "image/png")):
        data = make(size)
        answer = put(g, record, data)
        assert answer["outcome"] == "ok", answer
        assert g.call("evidence.get", id=answer["evidence"])["media_type"] == kind
        assert fetch(g, answer["evidence"]) == data
    assert len(g.call("draft.get", uuid=record)["evidence"]) == 4


def test_not_a_type(server):
    """S2.1.2 what is no image or PDF by its bytes, or is cut off, is refused and hangs on nothing"""
    g = student(server)
    record = draft_of(g)
    for data in (b"MZ" + os.urandom(500), png(3000)[:-4], jpeg(500)[:-2] + b"xx", b"%PDF-1.4" + b"x" * 3000, b"<svg>" + b" " * 100,
                 b"GIF89a" + os.urandom(100), b"\x89PNG\r\n\x1a\n"):
        answer = put(g, record, data)
        assert answer["outcome"] == "invalid" and answer["fields"] == [{"field": "data", "error": "not_jpeg_png_pdf"}], answer
    assert g.call("draft.get", uuid=record)["evidence"] == []


def test_resume(server):
    """evidence is resumed where it stood, after a broken connection and by another server process"""
    g = student(server)
    record, data = draft_of(g), png(5 * CHUNK + 77)
    upload, _ = begin(g, record, data)
    for offset in (0, CHUNK):
        g.call("evidence.chunk", upload=upload, offset=offset, data=data[offset:offset + CHUNK])
    g.close()
    server.kill()
    server.start()
    g = student(server)
    _, answer = begin(g, record, data, upload=upload)
    assert answer["offset"] == 2 * CHUNK
    assert finish(g, upload, data)["outcome"] == "stale"
    again = g.call("evidence.chunk", upload=upload, offset=CHUNK, data=data[CHUNK:2 * CHUNK])
    assert again["outcome"] == "ok" and again["offset"] == 2 * CHUNK, "a chunk that is here already"
    ahead = g.call("evidence.chunk", upload=upload, offset=4 * CHUNK, data=data[4 * CHUNK:5 * CHUNK])
    assert ahead["outcome"] == "stale" and ahead["offset"] == 2 * CHUNK
    send(g, upload, data, 2 * CHUNK)
    first, second = finish(g, upload, data), finish(g, upload, data)
    assert first["outcome"] == second["outcome"] == "ok" and first["evidence"] == second["evidence"], "a repeated finish"
    assert fetch(g, first["evidence"]) == data
    assert len(g.call("draft.get", uuid=record)["evidence"]) == 1


def test_limits(server):
    """evidence over 10 MiB, empty, of a strange name or purpose, of a wrong hash, out of step: each refused by name"""
    g = student(server)
    record, data = draft_of(g), png(1000)
    for more, field in (({"size": 10 * 1024 * 1024 + 1}, "size"), ({"size": 0}, "size"), ({"purpose": "other"}, "purpose"),
                        ({"file_name": "../x"}, "file_name"), ({"file_name": ""}, "file_name"), ({"file_name": "a\x1b[2J.png"}, "file_name")):
        _, answer = begin(g, record, data, **more)
        assert answer["outcome"] == "invalid" and answer["fields"][0]["field"] == field, (more, answer)
    upload, _ = begin(g, record, data)
    _, answer = begin(g, record, data + b"x", upload=upload)
    assert answer["fields"] == [{"field": "size", "error": "differs_from_before"}]
    expect_error("INVALID_ARGUMENT", g.call, "evidence.chunk", upload=upload, offset=1, data=b"x")
    expect_error("INVALID_ARGUMENT", g.call, "evidence.chunk", upload=upload, offset=0, data=b"x" * (CHUNK + 1))
    assert g.call("evidence.chunk", upload=upload, offset=0, data=data[:-1])["outcome"] == "stale", "shorter than the rest"
    assert g.call("evidence.chunk", upload=upload, offset=0, data=data + b"x")["outcome"] == "stale", "longer than said"
    send(g, upload, data)
    answer = g.call("evidence.finish", upload=upload, sha256=hashlib.sha256(b"other").digest())
    assert answer["fields"] == [{"field": "sha256", "error": "differs"}]
    expect_error("INVALID_ARGUMENT", g.call, "evidence.finish", upload=upload, sha256=b"short")
    _, answer = begin(g, str(uuid.uuid4()), data)
    assert answer["outcome"] == "not_found"


def test_count(server):
    """evidence: at most 20 files on a record"""
    g = student(server)
    record = draft_of(g)
    for _ in range(20):
        assert put(g, record, png(200))["outcome"] == "ok"
    _, answer = begin(g, record, png(200))
    assert answer["fields"] == [{"field": "record", "error": "too_many_files"}]


def test_scope(server):
    """S1.4.5 evidence of a draft is the graduate's alone; of a record also its department's and school's; a stranger's is not there"""
    g = student(server)
    record = draft_of(g)
    mine = put(g, record, png(400))["evidence"]
    other = login(server, server.user("graduate", "under audit"))
    for c in (other, login(server, "school"), login(server, "dept02"), login(server, "school10002")):
        expect_error("NOT_FOUND", c.call, "evidence.get", id=mine)
    assert other.call("evidence.remove", id=mine)["outcome"] == "not_found"
    assert begin(other, record, png(300))[1]["outcome"] == "not_found"
    upload, _ = begin(g, record, png(300))
    assert other.call("evidence.chunk", upload=upload, offset=0, data=png(300))["outcome"] == "not_found"
    id, department = server.sql("SELECT v.id, d.name FROM evidence v JOIN record r ON r.school_code = v.school_code AND r.uuid = v.record_uuid "
                                "JOIN department d ON d.school_code = r.school_code AND d.id = r.department_id "
                                "WHERE r.school_code = '10001' AND r.state = 'audit_department' AND NOT r.postgraduate LIMIT 1")[0]
    own = next(u for u in server.users if u["department"] == department and u["note"] == "department: read and write")
    strange = next(u for u in server.users if u["role"] == "department" and u["school"] == "10001" and u["department"] != department)
    assert fetch(login(server, own), f"10001-{id}") and fetch(login(server, "school"), f"10001-{id}")
    expect_error("NOT_FOUND", login(server, strange).call, "evidence.get", id=f"10001-{id}")
    expect_error("NOT_FOUND", login(server, "school10002").call, "evidence.get", id=f"10001-{id}")


def test_states(server):
    """S2.5.3 proofs go to drafts and returned records, stamped images to awaiting ones, nothing to a record under audit"""
    audit, awaiting = login(server, server.user("graduate", "under audit")), login(server, server.user("graduate", "awaiting"))
    record = audit.call("graduate.records")["records"][0]
    assert begin(audit, record["uuid"], png(300))[1]["outcome"] == "not_found"
    assert begin(audit, record["uuid"], png(300), purpose="stamped_image")[1]["outcome"] == "not_found"
    record = next(r for r in awaiting.call("graduate.records")["records"] if r["state"] == "awaiting_stamped_image")
    assert begin(awaiting, record["uuid"], png(300))[1]["outcome"] == "not_found"
    answer = put(awaiting, record["uuid"], png(3000), purpose="stamped_image", file_name="盖章.png")
    assert answer["outcome"] == "ok"
    may = next(r for r in awaiting.call("graduate.records")["records"] if r["id"] == record["id"])["may"]
    assert next(m for m in may if m["action"] == "upload")["ok"]
    assert awaiting.call("evidence.remove", id=answer["evidence"])["outcome"] == "ok"
    assert awaiting.call("evidence.remove", id=answer["evidence"])["outcome"] == "not_found"


def test_dedup(server):
    """the same bytes are kept once in a school, only after a whole upload, and never across schools"""
    g, far = student(server), login(server, server.user("graduate", "second school"))
    data = png(CHUNK + 500)
    ids = [put(c, draft_of(c), data)["evidence"] for c in (g, g, far)]
    blobs = [server.sql(f"SELECT school_code, blob_id FROM evidence WHERE school_code || '-' || id = '{id}'")[0] for id in ids]
    assert blobs[0] == blobs[1] and blobs[2][0] == "10002"
    upload, answer = begin(g, draft_of(g), data)
    assert answer["offset"] == 0, "an upload never tells that the bytes are here"
    assert [fetch(c, id) == data for c, id in zip((g, g, far), ids)] == [True] * 3
    assert server.sql("SELECT count(*) FROM blob b WHERE complete AND NOT EXISTS (SELECT FROM blob_chunk c WHERE c.blob_id = b.id AND c.school_code = b.school_code)")[0] == ["0"]


if __name__ == "__main__":
    main([test_types, test_not_a_type, test_resume, test_limits, test_count, test_scope, test_states, test_dedup, test_declared], lambda: Server(demo=1000))
