#!/usr/bin/python3
"""A client that others wrote: Debian's python3-pynvim speaks MessagePack-RPC with the server over TCP, logs in, lists a queue,
decides a record."""

import uuid

from pynvim.msgpack_rpc import tcp_session

from harness import Server, free_port, main

PORT = free_port()


def session():
    s = tcp_session("127.0.0.1", PORT)
    s.error_wrapper = lambda e: RuntimeError(e[1])
    return s


def refused(s, *call):
    try:
        s.request(*call)
    except RuntimeError as e:
        return str(e)
    raise AssertionError("not refused")


def test_pynvim(server):
    """pynvim logs in, lists a queue, decides a record, and is told apart from a repeat"""
    user, s = server.user("school", "everything"), session()
    assert s.request("hello", {"client": "pynvim"})["protocol"] == 1
    account = s.request("session.login", {"user": user["user"], "password": user["password"]})["account"]
    assert account["role"] == "school" and account["class"] == 2026
    before = s.request("queue.counts")["total"]
    record = s.request("queue.list", {"flow": "destination", "state": "audit_school", "limit": 1})["rows"][0]
    call = {"id": record["id"], "version": record["version"], "action": "approve", "request_id": str(uuid.uuid4())}
    answer = s.request("record.act", call)
    assert answer["outcome"] == "ok" and answer["state"] == "effective", answer
    assert s.request("record.act", call)["version"] == answer["version"], "the same request again gets the first answer"
    assert s.request("record.act", {**call, "request_id": str(uuid.uuid4())})["outcome"] == "stale"
    assert s.request("queue.counts")["total"] == before - 1
    assert server.sql(f"SELECT state FROM record WHERE school_code || '-' || id = '{record['id']}'") == [["effective"]]
    s.close()


def test_pynvim_errors(server):
    """pynvim gets errors as it can show them: [kind, text]"""
    s = session()
    assert refused(s, "queue.list").startswith("UNAUTHENTICATED")
    assert refused(s, "no.such.method").startswith("UNIMPLEMENTED")
    assert refused(s, "session.login", {"user": "school", "password": "wrong"}).startswith(("UNAUTHENTICATED", "PERMISSION_DENIED"))
    assert refused(s, "session.login", {"user": 7}).startswith("INVALID_ARGUMENT")
    s.close()


def test_pynvim_notified(server):
    """pynvim is notified when a queue that it watches changes"""
    user, s = server.user("school", "everything"), session()
    s.request("session.login", {"user": user["user"], "password": user["password"]})
    s.request("queue.watch", {})
    c = server.client(user)
    record = c.call("queue.list", flow="destination", state="audit_school", limit=1)["rows"][0]
    assert c.change("record.act", id=record["id"], version=record["version"], action="approve")["outcome"] == "ok"
    kind, name, params = s.next_message()[:3]
    assert kind == "notification" and name == "queue.changed", (kind, name)
    s.close()


if __name__ == "__main__":
    main([test_pynvim, test_pynvim_errors, test_pynvim_notified], lambda: Server(demo=300, args=("--port", str(PORT))))
