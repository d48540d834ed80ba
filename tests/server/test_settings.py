#!/usr/bin/python3
"""The class's settings: who may change them, switches that only go on, the audit mode, contacts."""

import uuid

import declared
from declared import test_declared
from harness import Server, expect_error, main

YEAR = 2028


def login(server, user):
    c = declared.login(server, user)
    c.call("session.select", **{"class": 2026})  # a class that a test opens would be the newer one
    return c


def settings(c, **more):
    return c.call("settings.get", **more)


def change(c, **more):
    return c.change("settings.set", version=settings(c, **({"class": more["class"]} if "class" in more else {}))["version"], **more)


def test_class_range(server):
    """S2.2.2 a class or number out of range is refused by its name, and never taken for the chosen class"""
    c = login(server, "school")
    before = server.sql("SELECT * FROM season ORDER BY 1, 2")
    for year in (0, -5, 99999, 2**32 + 2026, 2**64 - 1):
        e = expect_error("INVALID_ARGUMENT", c.change, "settings.set", version=1, **{"class": year, "termination_limit": 7})
        assert "class" in e.text, e.text
    assert "version" in expect_error("INVALID_ARGUMENT", c.change, "settings.set", version=2**63, termination_limit=7).text
    assert server.sql("SELECT * FROM season ORDER BY 1, 2") == before


def test_who(server):
    """S2.2.2 only a school account with write on basic and employment changes the settings"""
    for user in ("school-read", "school-archive", "dept01", "province"):
        expect_error("PERMISSION_DENIED", declared.login(server, user).change, "settings.set", version=1, termination_limit=2)
    expect_error("PERMISSION_DENIED", login(server, "school-archive").call, "settings.get")
    c = login(server, "school")
    assert change(c, termination_limit=5)["outcome"] == "ok" and settings(c)["termination_limit"] == 5
    for limit in (-1, 100):
        r = change(c, termination_limit=limit)
        assert r["outcome"] == "invalid" and r["fields"][0]["field"] == "termination_limit", r
    assert settings(login(server, "school10002"))["termination_limit"] == 3


def test_new_class(server):
    """S1.5.4 a new class starts with its switches off"""
    c = login(server, "school")
    assert settings(c, **{"class": YEAR})["version"] == 0
    assert change(c, **{"class": YEAR, "termination_limit": 2})["outcome"] == "ok"
    s = settings(c, **{"class": YEAR})
    assert s["version"] == 1 and not (s["online_signing"] or s["supplement"] or s["destination"]) and s["audit_mode"] == "school_only", s


def test_switches(server):
    """S2.2.3 online signing turns the other two on; they may be opened alone; none goes off again"""
    c = login(server, "school")
    assert change(c, **{"class": YEAR, "destination": True})["outcome"] == "ok"
    s = settings(c, **{"class": YEAR})
    assert s["destination"] and not s["supplement"] and not s["online_signing"]
    r = change(c, **{"class": YEAR, "destination": False})
    assert r["outcome"] == "invalid" and r["fields"] == [{"field": "destination", "error": "cannot_turn_off"}], r
    assert change(c, **{"class": YEAR, "online_signing": True})["outcome"] == "ok"
    s = settings(c, **{"class": YEAR})
    assert s["online_signing"] and s["supplement"] and s["destination"]
    for name in ("online_signing", "supplement", "destination"):
        r = change(c, **{"class": YEAR, name: False})
        assert r["outcome"] == "invalid" and r["fields"][0]["field"] == name, r


def test_mode(server):
    """S2.2.4 the audit mode changes only while nothing is in process, and to two levels only with an account for everybody"""
    c, d = login(server, "school"), login(server, "school10002")
    r = change(c, audit_mode="school_only")
    waiting = int(server.sql("SELECT count(*) FROM record WHERE school_code = '10001' AND class_year = 2026 AND state NOT IN ('draft', 'effective', 'voided')")[0][0])
    assert r["outcome"] == "guard" and r["in_process"] == waiting > 0, (r, waiting)
    r = change(d, audit_mode="two_level", dry_run=True)
    assert r["outcome"] == "guard" and r["in_process"] > 0 and {"department": "外国语学院", "scope": "undergraduate"} in r["missing"], r
    assert {"department": "计算机学院", "scope": "undergraduate"} not in r["missing"]
    assert change(c, **{"class": YEAR, "audit_mode": "two_level"})["outcome"] == "ok"
    assert change(c, **{"class": YEAR, "audit_mode": "school_only"})["outcome"] == "ok"
    assert change(c, audit_mode="three_level")["fields"][0]["field"] == "audit_mode"


def test_dry(server):
    """X1.13 a dry run says what a change would do and does nothing"""
    c = login(server, "school")
    before = settings(c, **{"class": YEAR})
    assert change(c, **{"class": YEAR, "termination_limit": 9, "audit_mode": "two_level", "dry_run": True})["outcome"] == "ok"
    assert settings(c, **{"class": YEAR}) == before


def test_contacts(server):
    """S2.2.6 contacts: one for the school, or one each for undergraduates and postgraduates; changed at any time"""
    c = login(server, "school")
    contacts = {"all": {"handler": "林就业", "phone": "010-60000009", "address": "示例市学院路2号", "postcode": "100081"}}
    assert change(c, contacts=contacts)["outcome"] == "ok" and settings(c)["contacts"] == contacts
    for wrong, field in (({"everybody": {}}, "contacts"), ({"all": {"postcode": "10008"}}, "contacts.postcode"), ({"all": {"name": "甲"}}, "contacts")):
        r = change(c, contacts=wrong)
        assert r["outcome"] == "invalid" and r["fields"][0]["field"] == field, r
    assert settings(c)["contacts"] == contacts


def test_once(server):
    """S2.2.2 a change is bound to the version that was seen, and carried out once"""
    c, request = login(server, "school"), str(uuid.uuid4())
    version = settings(c)["version"]
    first = c.change("settings.set", request_id=request, version=version, termination_limit=7)
    assert first["outcome"] == "ok" and first["version"] == version + 1, first
    assert c.change("settings.set", request_id=request, version=version, termination_limit=7) == first
    r = c.change("settings.set", version=version, termination_limit=8)
    assert r["outcome"] == "stale" and r["version"] == version + 1 and settings(c)["termination_limit"] == 7, r


def test_stages(server):
    """S2.2.9 only the record's own department decides at stage D and only the school at S"""
    school, department = login(server, "school"), login(server, "dept01")
    other = login(server, "dept02")
    at_d = department.call("queue.list", flow="destination", state="audit_department")["rows"][0]
    at_s = school.call("queue.list", flow="destination", state="audit_school", limit=200)["rows"]
    act = {"id": at_d["id"], "version": at_d["version"], "action": "approve"}
    assert school.change("record.act", **act)["outcome"] in ("wrong_state", "forbidden")
    assert other.change("record.act", **act)["outcome"] == "not_found"
    mine = next(r for r in at_s if r["department"] == "计算机学院")
    assert department.change("record.act", id=mine["id"], version=mine["version"], action="approve")["outcome"] in ("wrong_state", "forbidden")
    assert department.change("record.act", **act)["outcome"] == "ok"


if __name__ == "__main__":
    main([test_class_range, test_who, test_new_class, test_switches, test_mode, test_dry, test_contacts, test_once, test_stages, test_declared], lambda: Server(demo=1000))
