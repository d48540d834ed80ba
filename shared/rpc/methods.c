/*
 * methods.c - the declarations. What a method is called, takes, gives and needs stands here and nowhere else.
 *
 * Conventions: ids are strings ("10001-4711": school code, dash, number); times RFC 3339 at +08:00; `version` is the
 * record's; `class` a year. A changing method takes `request_id` (a UUID chosen by the caller) and answers with `outcome`.
 */
#include "methods.h"

#include "../domain/forms.h"

#include <string.h>

#define END                                                                                                            \
    {                                                                                                                  \
        0                                                                                                              \
    }
#define P(n, t, d) {.name = (n), .type = V_##t, .doc = (d)}
#define PO(n, t, d) {.name = (n), .type = V_##t, .optional = true, .doc = (d)}
#define CLASS_RANGE .min = 2000, .max = 2999
#define PM(n, t, mod, d) {.name = (n), .type = V_##t, .optional = true, .module = MODULE_##mod, .doc = (d)}
#define PK(n, t, m, d) {.name = (n), .type = V_##t, .optional = true, .mask = MASK_##m, .doc = (d)}
#define PL(n, t, m, d) {.name = (n), .type = V_##t, .doc = (d), .of = (m)} /* with its members */
#define PLO(n, t, m, d) {.name = (n), .type = V_##t, .optional = true, .doc = (d), .of = (m)}
#define PLM(n, t, mod, m, d) {.name = (n), .type = V_##t, .optional = true, .module = MODULE_##mod, .doc = (d), .of = (m)}
#define LIST(...) ((const struct value_decl[]){__VA_ARGS__, END})
#define NOTHING ((const struct value_decl[]){END})

#define REQUEST_ID P("request_id", UUID, "the caller's id of this call; the same id again gets the first answer")
#define OUTCOME                                                                                                        \
    P("outcome", STR, "ok, stale, wrong_state, forbidden, guard, invalid, not_found, locked"),                         \
        PO("version", INT, "the record's version now"), PO("state", STR, "its state now"),                             \
        PO("id", ID, "the record"), PO("by", MAP, "who acted last: {name, role, at, action}"),                         \
        PO("failed", ARRAY, "guards that failed: [{guard, …parameters}]"),                                             \
        PO("fields", ARRAY, "fields that are wrong: [{field, error, …}]")
#define PAGE                                                                                                           \
    PO("order", STR, "submitted, name, student_no"), PO("descending", BOOL, "the other way round"),                    \
        PO("limit", INT, "rows, 1 to 200; default 50"), PO("cursor", STR, "from the page before")
#define PAGED(row) PL("rows", ARRAY, row, "the page"), PO("next", STR, "cursor of the next page; absent on the last")

#define EMPLOYMENT_READ .module = MODULE_EMPLOYMENT, .right = RIGHT_READ
#define EMPLOYMENT_WRITE .module = MODULE_EMPLOYMENT, .right = RIGHT_WRITE

/* ---- members of maps and rows that several methods share */
static const struct value_decl queue_row[] = {
    P("id", ID, "record"), P("version", INT, "bound to decisions"), P("flow", STR, "flow"), P("kind", STR, "destination kind, or empty"),
    P("state", STR, "state"), P("submitted_at", TIME, "when"), P("name", STR, "graduate"), P("student_no", STR, "student number"),
    PK("identity_no", STR, IDENTITY, "identity number"), P("department", STR, "department"), P("major", STR, "major"),
    P("level", STR, "education level"), PO("employer", STR, "employer"), PO("number", STR, "agreement number"),
    PO("settled_at", TIME, "of a record that waits for nobody: its last act (S1.5.5)"), PO("settled_by", STR, "who, by name"),
    PO("settled_role", STR, "role"), PO("settled_reason", STR, "code audit_reject_reason"), PO("settled_text", STR, "the problem in words"),
    P("marks", ARRAY, "of: returned, forced, resubmitted, resubmitted_unchanged (X1.10), directed (S2.9.1)"), END};
static const struct value_decl graduate_row[] = {
    PO("id", ID, "enrolment; absent from what was kept of it"), P("name", STR, "name"), PO("sex", STR, "code gender"), PO("ethnicity", STR, "code ethnicity"),
    PO("political_status", STR, "code political_status"), P("department", STR, "department"), PO("length", STR, "code study_length"),
    P("level", STR, "code education_level"), PO("graduation", STR, "YYYYMM"), PK("mobile", STR, PHONE, "mobile"),
    PK("email", STR, EMAIL, "e-mail"), PK("identity_no", STR, IDENTITY, "identity number"), P("student_no", STR, "student number"),
    P("exam_no", STR, "examination number"), PO("major", STR, "major"), P("training_mode", STR, "code training_mode"),
    PO("origin", STR, "code region"), PO("class", INT, "year, likewise"), END};
#define BLOCK                                                                                                          \
    P("source", STR, "registration, upload or interface (S3.1.1)"), PO("record_id", ID, "where it comes from"),         \
        P("date", STR, "YYYY-MM-DD"), PO("to_be_checked", BOOL, "what it went with was cleared (S2.1.5)")
static const struct value_decl destination_block[] = {
    BLOCK, PO("kind", STR, "destination kind"), PO("reported_code", STR, "code destination_moe"), PO("reported_name", STR, "its name"),
    PO("employer", STR, "employer, school, …"), PO("code", STR, "credit code"), PO("nature", STR, "code employer_nature"),
    PO("industry", STR, "code industry"), PO("place", STR, "code region"), PO("address", STR, "address"), PO("postcode", STR, "postcode"),
    PO("position_class", STR, "code job_category"), PO("contact", STR, "contact"), PO("phone", STR, "phone"),
    PK("mobile", STR, PHONE, "mobile"), PK("email", STR, EMAIL, "e-mail"), PO("fax", STR, "fax"), END};
static const struct value_decl archive_block[] = {
    BLOCK, PO("type", STR, "code archive_transfer_type"), PO("unit", STR, "receiver"), PO("region", STR, "code region"),
    PO("address", STR, "address"), PO("postcode", STR, "postcode"), PO("contact", STR, "contact"), PO("phone", STR, "phone"), END};
static const struct value_decl household_block[] = {
    BLOCK, PO("type", STR, "code household_transfer_type"), PO("region", STR, "code region"), PO("address", STR, "address"), END};
static const struct value_decl ledger_row[] = {
    PLM("destination", MAP, EMPLOYMENT, destination_block, "what is reported of the graduate"),
    PLM("archive", MAP, ARCHIVE, archive_block, "where the archive goes"),
    PLM("household", MAP, HOUSEHOLD, household_block, "where the household goes"), PO("version", INT, "of the ledger entry"), END};
static const struct value_decl revealed_block[] = {PO("mobile", STR, "mobile"), PO("email", STR, "e-mail"), END};
static const struct value_decl revealed_ledger[] = {PL("destination", MAP, revealed_block, "the employer's contact"), END};
static const struct value_decl may_row[] = {
    P("action", STR, "action"), P("ok", BOOL, "it may be taken now"), PO("outcome", STR, "what it would be refused with"),
    PO("failed", ARRAY, "guards that fail"), END};
static const struct value_decl evidence_row[] = {
    P("id", ID, "evidence"), P("purpose", STR, "proof or stamped_image"), P("file_name", STR, "name"), P("size", INT, "bytes"),
    P("media_type", STR, "by content"), P("added_at", TIME, "when"), END};
static const struct value_decl earlier_row[] = {
    P("id", ID, "record"), P("flow", STR, "flow"), P("kind", STR, "kind"), P("state", STR, "state"), P("at", TIME, "last act"),
    PO("employer", STR, "employer"), PO("number", STR, "agreement number"), P("action", STR, "last action"),
    PO("reason_code", STR, "of its last return, rejection or void"), PO("reason_text", STR, "likewise"), END};
static const struct value_decl event_row[] = {
    P("at", TIME, "when"), P("action", STR, "action"), P("from", STR, "state"), P("to", STR, "state"), PO("by", STR, "name"),
    P("role", STR, "role"), PO("reason_code", STR, "reason"), PO("reason_text", STR, "the concrete problem"),
    P("version", INT, "after it"), P("revision", INT, "of the content"), END};
static const struct value_decl own_record_row[] = {
    P("id", ID, "record"), P("uuid", UUID, "its UUID"), P("version", INT, "bound to actions"), P("flow", STR, "flow"),
    P("kind", STR, "kind"), P("state", STR, "state"), P("submitted_at", TIME, "when"), PO("employer", STR, "employer"),
    PO("number", STR, "agreement number"), PO("reason_code", STR, "of the last return, rejection or void"),
    PO("reason_text", STR, "likewise"), PL("may", ARRAY, may_row, "what can be done with it"), END};
static const struct value_decl draft_row[] = {
    P("uuid", UUID, "of the record it will be"), P("flow", STR, "flow"), P("kind", STR, "kind"), P("updated_at", TIME, "when"), END};
static const struct value_decl count_row[] = {P("flow", STR, "flow"), P("state", STR, "state"), P("count", INT, "exact"), END};
static const struct value_decl stage_row[] = {
    P("stage", STR, "a state of the flow"), P("state", STR, "done, now or to_come"), END};
static const struct value_decl start_row[] = {
    P("flow", STR, "flow"), PO("group", INT, "of destination kinds, 1 to 4"), P("ok", BOOL, "it may be started"),
    PO("failed", ARRAY, "guards that fail"), PO("holder", ID, "the record that holds the place, when that stands against it (S2.1.4)"), END};
static const struct value_decl message_row[] = {
    P("id", ID, "message"), P("at", TIME, "when"), P("kind", STR, "message code"),
    P("params", MAP, "{reason_code, reason_text, employer, …}"), P("record", ID, "record"), P("read", BOOL, "seen"), END};
static const struct value_decl feed_row[] = {
    P("id", ID, "feed row"), P("at", TIME, "when"), P("kind", STR, "message code or ledger"), P("record", ID, "record"),
    P("graduate", ID, "enrolment"), P("version", INT, "of the record"), P("body", MAP, "what changed"),
    P("retracted", BOOL, "undone since (X1.6)"), END};
static const struct value_decl roster_row[] = {
    P("id", ID, "enrolment"), P("name", STR, "name"), P("student_no", STR, "student number"), P("exam_no", STR, "examination number"),
    PK("identity_no", STR, IDENTITY, "identity number"), P("department", STR, "department"), P("major", STR, "major"),
    P("level", STR, "education level"), PO("graduation", STR, "YYYYMM"), P("may_sign", BOOL, "S1.5.7"),
    PO("why_not", STR, "flow_open, closed_class, barred"), PO("destination", STR, "kind in the ledger"), END};
static const struct value_decl account_row[] = {
    P("id", ID, "account"), P("user", STR, "user name"), P("role", STR, "role"), P("name", STR, "person"), PO("title", STR, "title"),
    PO("department", STR, "department"), PO("matched", BOOL, "it stands in the roster"), PO("email", STR, "e-mail"),
    PO("mobile", STR, "mobile"), PO("phone", STR, "phone"), PO("fax", STR, "fax"), PO("qq", STR, "QQ"),
    PO("rights", MAP, "{employment, archive, household}"), PO("scope", STR, "data scope"), PO("disabled", BOOL, "may not log in"),
    PO("activated", BOOL, "has a password"), PO("version", INT, "bound to changes"), END};
static const struct value_decl place_row[] = {P("id", ID, "record"), P("flow", STR, "flow"), P("state", STR, "state"), END};

static const struct method methods[] = {
    /* ------------------------------------------------------------------ connection and session */
    {.name = "hello", .doc = "Versions and limits; the first call. Harmless to leave out.", .flags = MF_ANONYMOUS,
     .params = LIST(PO("client", STR, "program and version"), PO("protocol", INT, "highest protocol version it speaks")),
     .result = LIST(P("protocol", INT, "1"), P("server", STR, "program and version"), P("limits", MAP, "in force on this connection"),
                    P("now", TIME, "the database's clock"), P("help_contact", STR, "shown everywhere (S1.3.2)"))},
    {.name = "session.login", .doc = "Log in by user name, identity number or school.studentno, and password; or by the activation code, while there is no password.",
     .flags = MF_ANONYMOUS,
     .params = LIST(P("user", STR, "user name"), P("password", STR, "password, or activation code")),
     .result = LIST(P("token", STR, "for session.resume; shown once"), P("account", MAP, "as session.whoami"))},
    {.name = "session.resume", .doc = "Take up a session by its token.", .flags = MF_ANONYMOUS,
     .params = LIST(P("token", STR, "from session.login")), .result = LIST(P("account", MAP, "as session.whoami"))},
    {.name = "session.activate", .doc = "Set the first password by a one-time activation code.", .flags = MF_ANONYMOUS,
     .params = LIST(P("user", STR, "user name"), P("code", STR, "the printed code"), P("password", STR, "the new password")),
     .result = LIST(P("token", STR, "logged in"), P("account", MAP, "as session.whoami"))},
    {.name = "session.whoami", .doc = "The account, its rights, its classes or enrolments.", .roles = R_ANY,
     .flags = MF_NO_CLASS | MF_NO_PASSWORD,
     .params = NOTHING,
     .result = LIST(P("account_id", ID, "the account"), P("user", STR, "user name"), P("name", STR, "person"), P("role", STR, "role"),
                    PO("school_code", STR, "school"), PO("school", STR, "its name"), PO("department", STR, "department"),
                    P("rights", MAP, "{employment, archive, household}: none, read, write"), P("scope", STR, "both, undergraduate, postgraduate"),
                    P("classes", ARRAY, "years, newest first"), PO("class", INT, "the chosen one"),
                    PO("enrolments", ARRAY, "of a graduate: [{id, school, class, department, major, level}]"),
                    PO("enrolment", ID, "the chosen one"), P("language", STR, "zh, en or empty"),
                    PO("must_set_password", BOOL, "came by an activation code: only session.password is open"))},
    {.name = "session.select", .doc = "Choose class (managers) or enrolment (graduates) of this session (S1.5.4).", .roles = R_ANY,
     .flags = MF_NO_CLASS | MF_NO_PASSWORD, .params = LIST(PO("class", INT, "year"), PO("enrolment", ID, "enrolment"), PO("language", STR, "zh or en: kept")),
     .result = LIST(P("account", MAP, "as session.whoami"))},
    {.name = "session.logout", .doc = "End the session; its token is dead.", .roles = R_ANY, .flags = MF_NO_CLASS | MF_NO_PASSWORD, .params = NOTHING, .result = NOTHING},
    {.name = "session.password", .doc = "Change one's own password (S1.4.6), or set the first one.", .roles = R_ANY, .flags = MF_NO_CLASS | MF_NO_PASSWORD,
     .params = LIST(PO("old", STR, "the password in force; not needed while must_set_password"), P("new", STR, "8 to 128 characters")), .result = LIST(OUTCOME)},
    {.name = "session.park", .doc = "Keep the screens' state for the next login, 24 h (X1.14).", .roles = R_ANY, .flags = MF_NO_CLASS,
     .params = LIST(P("body", BIN, "opaque, at most 64 KiB; empty forgets it")), .result = NOTHING},
    {.name = "session.unpark", .doc = "The parked state, if any.", .roles = R_ANY, .flags = MF_NO_CLASS, .params = NOTHING,
     .result = LIST(PO("body", BIN, "as parked"), PO("saved_at", TIME, "when"))},
    {.name = "gateway.password", .doc = "The broker asks for a log-in by password.", .flags = MF_ANONYMOUS | MF_GATEWAY,
     .params = LIST(P("user", STR, "user name"), P("password", STR, "password, or activation code"), P("address", STR, "the client's")),
     .result = LIST(P("outcome", STR, "ok or forbidden"), PO("token", STR, "for the client program"))},
    {.name = "gateway.key", .doc = "The broker asks whether a public key may log in (mint=false), or mints the log-in.",
     .flags = MF_ANONYMOUS | MF_GATEWAY,
     .params = LIST(P("user", STR, "user name"), P("fingerprint", STR, "SHA256:…"), P("address", STR, "the client's"), P("mint", BOOL, "after the signature was checked")),
     .result = LIST(P("outcome", STR, "ok or forbidden"), PO("token", STR, "with mint"))},

    /* ------------------------------------------------------------------ home, queues */
    {.name = "home.get", .doc = "The home screen: exact counts by queue and state, notices, contacts, prompts (S1.5.1, S1.5.3).", .roles = R_ANY,
     .params = NOTHING,
     .result = LIST(PM("pending", INT, EMPLOYMENT, "waiting for me, exact"),
                    PLM("queues", ARRAY, EMPLOYMENT, count_row, "by flow and state"), PO("lapsed_unseen", INT, "lapsed records not yet looked at"),
                    PO("contacts", MAP, "agreement contacts (S2.2.6)"), PO("must_open_signing", BOOL, "请先进入签约设置开启在线签约功能"),
                    PO("departments_without_account", ARRAY, "names (S1.4.4)"), PO("drafts", INT, "of a graduate"), PO("unread", INT, "messages"),
                    PLO("records", ARRAY, own_record_row, "of a graduate: as graduate.records"), PLO("may", ARRAY, start_row, "of a graduate: what can be started"),
                    P("help_contact", STR, "help"))},
    {.name = "queue.list", .doc = "A page of a queue: records that wait for the caller's side, or (state given) a registration list (S2.3.10).",
     .roles = R_MANAGER, EMPLOYMENT_READ,
     .params = LIST(PO("flow", STR, "flow; default all"), PO("state", STR, "state; default all that wait for the caller"),
                    PO("all", BOOL, "not only what waits for the caller: every record of the flow and state"),
                    PO("filter", MAP, "{text: name prefix, initials, student number prefix, exact identity number, last four digits of it, or agreement number; department, level, major, kind, employer}"),
                    PAGE),
     .result = LIST(PAGED(queue_row))},
    {.name = "queue.counts", .doc = "Exact counts of what waits for the caller, by flow and state.", .roles = R_MANAGER, EMPLOYMENT_READ,
     .params = NOTHING, .result = LIST(P("total", INT, "sum"), PL("queues", ARRAY, count_row, "by flow and state"))},
    {.name = "queue.watch", .doc = "Ask for the notification queue.changed {flow, state, record, version} of the caller's queues.", .roles = R_ANY,
     .params = LIST(PO("on", BOOL, "default true")), .result = NOTHING},

    /* ------------------------------------------------------------------ records */
    {.name = "record.get", .doc = "Everything an audit screen shows (S2.1.7).", .roles = R_ANY, EMPLOYMENT_READ,
     .params = LIST(P("id", ID, "record"), PO("look", BOOL, "say to others that I look at it (X1.2)")),
     .result = LIST(P("id", ID, "record"), P("uuid", UUID, "its UUID"), P("version", INT, "bound to decisions"), P("flow", STR, "flow"), P("kind", STR, "destination kind"),
                    P("state", STR, "state"), P("waits_for", STR, "role"), PL("stages", ARRAY, stage_row, "stage bar"),
                    P("submitted_at", TIME, "when"), PO("number", STR, "agreement number"), P("content", MAP, "form values"), P("revision", INT, "of the content"),
                    PO("content_before", MAP, "of the revision that was returned (X1.10)"),
                    PLO("ledger", MAP, ledger_row, "as it stands"),
                    PL("graduate", MAP, graduate_row, "now"),
                    PLO("graduate_then", MAP, graduate_row, "as at submission"),
                    PL("evidence", ARRAY, evidence_row, "files"), PL("may", ARRAY, may_row, "actions of the caller's role (X1.9)"),
                    P("others", ARRAY, "names of who is looking at it too"), PL("earlier", ARRAY, earlier_row, "the graduate's other records, newest first"))},
    {.name = "record.history", .doc = "Events, newest last.", .roles = R_ANY, EMPLOYMENT_READ, .params = LIST(P("id", ID, "record")),
     .result = LIST(PL("rows", ARRAY, event_row, "events"))},
    {.name = "record.act", .doc = "Take one action of the flow on one record: decide it, submit it, take it back, … The only way a state changes.",
     .roles = R_ANY, .flags = MF_CHANGES,
     .params = LIST(REQUEST_ID, PO("id", ID, "record; absent when the action creates it"), PO("uuid", UUID, "of the draft to submit"),
                    PO("version", INT, "the version seen; needed unless the action creates"), P("action", STR, "action code (quxiang-flows(7))"),
                    PO("reason_code", STR, "audit_reject_reason or termination_reason"), PO("reason_text", STR, "the concrete problem; at most 500 characters"),
                    PO("agreed", BOOL, "the tick"), PO("kind", STR, "change: the new kind"), PO("content", MAP, "change, modify, invite, apply: form values"),
                    PO("graduate", ID, "invite: whom"), PO("parent", ID, "apply: the signing to be ended"), PO("valid_days", INT, "invite: 1 to 30 (S2.3.2)")),
     .result = LIST(OUTCOME, PO("number", STR, "agreement number"), PO("undo_until", TIME, "may be undone until"))},
    {.name = "record.preview", .doc = "What record.act would answer, without doing it.", .roles = R_ANY,
     .params = LIST(P("id", ID, "record"), PO("version", INT, "seen"), P("action", STR, "action"), PO("reason_code", STR, ""), PO("reason_text", STR, ""), PO("agreed", BOOL, "")),
     .result = LIST(OUTCOME)},
    {.name = "record.agreement", .doc = "The agreement as text (S2.5.6).", .roles = R_ANY, EMPLOYMENT_READ, .params = LIST(P("id", ID, "record"), PO("language", STR, "zh or en")),
     .result = LIST(P("text", STR, "lines"), PO("number", STR, "its number"))},
    {.name = "record.reveal", .doc = "Unmasked identity and phone numbers of a record's graduate; writes its audit row before it answers (X1.5).",
     .roles = R_ANY, EMPLOYMENT_READ, .params = LIST(PO("id", ID, "record"), PO("graduate", ID, "or an enrolment")),
     .result = LIST(P("identity_no", STR, "identity number"), P("mobile", STR, "mobile"), P("email", STR, "e-mail"),
                    PO("content", MAP, "of a record: the form's values that record.get masks"),
                    PLO("ledger", MAP, revealed_ledger, "what record.get masks of it"))},

    /* ------------------------------------------------------------------ a graduate's own */
    {.name = "graduate.records", .doc = "Own records, and the drafts that no record stands for yet (S2.8.4 登记记录).", .roles = R(GRADUATE), .params = NOTHING,
     .result = LIST(PL("records", ARRAY, own_record_row, "newest first"), PL("drafts", ARRAY, draft_row, "newest first"))},
    {.name = "graduate.self", .doc = "Own roster data and ledger.", .roles = R(GRADUATE), .params = NOTHING,
     .result = LIST(PL("graduate", MAP, graduate_row, "own data"), PLO("ledger", MAP, ledger_row, "blocks"), PLO("place", MAP, place_row, "who holds it"))},
    {.name = "draft.put", .doc = "Keep a draft, complete or not (S2.1.3). Problems are told, not refused.", .roles = R(GRADUATE),
     .params = LIST(P("uuid", UUID, "of the record it will be"), P("flow", STR, "offline_signing or destination"), PO("kind", STR, "destination kind"), P("content", MAP, "form values so far")),
     .result = LIST(OUTCOME)},
    {.name = "draft.get", .doc = "A draft.", .roles = R(GRADUATE), .params = LIST(P("uuid", UUID, "draft")),
     .result = LIST(P("uuid", UUID, ""), P("flow", STR, ""), P("kind", STR, ""), P("content", MAP, ""), P("updated_at", TIME, ""), PL("evidence", ARRAY, evidence_row, "files"), PO("version", INT, "of the record, if it was submitted before"), PO("id", ID, "the record, likewise"))},
    {.name = "draft.remove", .doc = "Throw a draft away (never one that was submitted before).", .roles = R(GRADUATE), .params = LIST(P("uuid", UUID, "draft")), .result = LIST(OUTCOME)},
    {.name = "inbox.list", .doc = "Messages, newest first (S2.11.1).", .roles = R(GRADUATE) | R(EMPLOYER), .params = LIST(PO("limit", INT, ""), PO("cursor", STR, "")),
     .result = LIST(PAGED(message_row), P("unread", INT, "how many"))},
    {.name = "inbox.read", .doc = "Mark as read.", .roles = R(GRADUATE) | R(EMPLOYER), .params = LIST(PO("id", ID, "one; default all")), .result = NOTHING},

    /* ------------------------------------------------------------------ evidence */
    {.name = "evidence.begin", .doc = "Start or resume an upload. The same upload id goes on where it stood.", .roles = R(GRADUATE) | R(SCHOOL),
     .params = LIST(P("upload", UUID, "the caller's id"), P("record", UUID, "record or draft"), P("purpose", STR, "proof or stamped_image"), P("file_name", STR, "name"), P("size", INT, "bytes, at most 10 MiB")),
     .result = LIST(OUTCOME, PO("offset", INT, "bytes already here"), PO("chunk", INT, "bytes per chunk: 262144"))},
    {.name = "evidence.chunk", .doc = "One chunk at its offset.", .roles = R(GRADUATE) | R(SCHOOL), .flags = MF_HEAVY,
     .params = LIST(P("upload", UUID, ""), P("offset", INT, "a multiple of the chunk size"), P("data", BIN, "262144 bytes, the last may be shorter")),
     .result = LIST(OUTCOME, PO("offset", INT, "bytes here now"))},
    {.name = "evidence.finish", .doc = "Check the type by content (JPEG, PNG, PDF) and attach it.", .roles = R(GRADUATE) | R(SCHOOL), .flags = MF_HEAVY,
     .params = LIST(P("upload", UUID, ""), P("sha256", BIN, "of the whole")), .result = LIST(OUTCOME, PO("evidence", ID, "it"), PO("offset", INT, "bytes here, when some are missing: stale"))},
    {.name = "evidence.get", .doc = "A piece of a file.", .roles = R_ANY, EMPLOYMENT_READ, .flags = MF_HEAVY,
     .params = LIST(P("id", ID, "evidence"), PO("offset", INT, "multiple of 262144")),
     .result = LIST(P("file_name", STR, ""), P("media_type", STR, ""), P("size", INT, ""), P("offset", INT, ""), P("data", BIN, "at most 262144 bytes"))},
    {.name = "evidence.remove", .doc = "Take a file off a draft or returned record.", .roles = R(GRADUATE), .params = LIST(P("id", ID, "evidence")), .result = LIST(OUTCOME)},

    /* ------------------------------------------------------------------ roster */
    {.name = "roster.list", .doc = "The roster (S1.5.7).", .roles = R_MANAGER, EMPLOYMENT_READ,
     .params = LIST(PO("filter", MAP, "as queue.list; may_sign: bool"), PAGE),
     .result = LIST(PAGED(roster_row))},
    {.name = "roster.get", .doc = "One graduate with the whole history.", .roles = R_MANAGER | R(SUPPORT), EMPLOYMENT_READ, .params = LIST(P("id", ID, "graduate")),
     .result = LIST(PL("graduate", MAP, graduate_row, "as record.get"), P("roster", MAP, "all columns"), PLO("ledger", MAP, ledger_row, ""), P("records", ARRAY, "as graduate.records"), P("may_sign", BOOL, ""), PO("why_not", STR, "flow_open, closed_class, barred"))},
    {.name = "roster.bar", .doc = "Set or lift *may not sign* (S1.5.7).", .roles = R(SCHOOL), EMPLOYMENT_WRITE, .params = LIST(P("id", ID, "graduate"), PO("reason", STR, "absent: lift it")), .result = LIST(OUTCOME)},
    {.name = "roster.import_begin", .doc = "Start a roster import (S2.2.7).", .roles = R(SCHOOL), EMPLOYMENT_WRITE,
     .params = LIST(P("import", UUID, "the caller's id"), P("class", INT, "year"), PO("good_rows_alone", BOOL, "take the good rows in although others are bad")), .result = LIST(OUTCOME, PO("received", INT, "bytes already here"))},
    {.name = "roster.import_data", .doc = "The next piece of the file, at most 1 MiB.", .roles = R(SCHOOL), EMPLOYMENT_WRITE, .params = LIST(P("import", UUID, ""), P("data", BIN, "bytes"), PO("offset", INT, "where they belong; default: at the end of what is here")),
     .result = LIST(OUTCOME, PO("received", INT, "bytes here now"))},
    {.name = "roster.import_run", .doc = "Check and take in; answers when it has ended. Progress: notification roster.progress {import, done, total}.",
     .roles = R(SCHOOL), EMPLOYMENT_WRITE, .flags = MF_HEAVY, .params = LIST(P("import", UUID, "")),
     .result = LIST(OUTCOME, PO("encoding", STR, "UTF-8 or GB18030"), PO("rows", INT, "in the file"), PO("added", INT, ""), PO("changed", INT, ""), PO("unchanged", INT, ""),
                    PO("refused", INT, "bad rows"), PO("errors", ARRAY, "[{line, column, error, value}], at most 1,000"), PO("new_departments", ARRAY, "names (S2.2.8)"),
                    PO("missing", INT, "graduates of the class that the file lacks: reported, not deleted"),
                    PO("refused_modes", ARRAY, "lines whose change of training mode was not applied: it needs an application (S2.9.2)"),
                    PO("ignored_columns", ARRAY, "headers outside the national set"), PO("lapsed", INT, "records that lapsed by changed key data"))},
    {.name = "roster.activation", .doc = "Make one-time activation codes for graduates without a password.", .roles = R(SCHOOL), EMPLOYMENT_WRITE,
     .params = LIST(PO("id", ID, "one graduate; default all without a password"), PO("department", STR, "of this department only")), .result = LIST(P("rows", ARRAY, "[{name, student_no, user, code}]"))},

    /* ------------------------------------------------------------------ accounts, settings */
    {.name = "account.list", .doc = "Accounts one level below (S1.4.1), or (book) the address book (S1.4.6).", .roles = R_MANAGER | R(SUPPORT) | R(OPERATOR), .flags = MF_NO_CLASS,
     .params = LIST(PO("text", STR, "keyword in any field"), PO("book", BOOL, "address book"), PO("limit", INT, ""), PO("cursor", STR, "")),
     .result = LIST(PAGED(account_row), PO("departments_without_account", ARRAY, "names"))},
    {.name = "account.create", .doc = "Add an account one level below.", .roles = R_MANAGER | R(OPERATOR), .flags = MF_NO_CLASS | MF_CHANGES,
     .params = LIST(REQUEST_ID, P("user", STR, "user name"), PO("password", STR, "absent: an activation code is made"), PO("school_code", STR, "operator, province"), PO("school", STR, "its name, if new"), PO("department", STR, "to the letter (S1.4.4)"),
                    PO("role", STR, "operator: school, province, support"), PO("province", STR, "of a new province account or school: its code"), P("fields", MAP, "name, title, email, mobile, phone, fax, qq"), P("rights", MAP, "{employment, archive, household}"), PO("scope", STR, "both")),
     .result = LIST(OUTCOME, PO("account", ID, "it"), PO("code", STR, "activation code"), PO("matched", BOOL, "the department stands in the roster"), PO("nearest", ARRAY, "roster departments most like it"))},
    {.name = "account.update", .doc = "Change any field but the user name; or one's own details (S1.4.6).", .roles = R_ANY, .flags = MF_NO_CLASS | MF_CHANGES,
     .params = LIST(REQUEST_ID, P("account", ID, "whose"), P("version", INT, "seen"), PO("password", STR, "a new one"), PO("department", STR, ""), PO("fields", MAP, ""), PO("rights", MAP, ""), PO("scope", STR, ""), PO("disabled", BOOL, "")),
     .result = LIST(OUTCOME, PO("nearest", ARRAY, "roster departments most like it"), PO("missing", ARRAY, "what the two-level mode would lack (S2.2.8)"))},
    {.name = "account.remove", .doc = "Delete an account.", .roles = R_MANAGER | R(OPERATOR), .flags = MF_NO_CLASS | MF_CHANGES, .params = LIST(REQUEST_ID, P("account", ID, ""), P("version", INT, "seen")), .result = LIST(OUTCOME, PO("missing", ARRAY, "as account.update"))},
    {.name = "account.keys", .doc = "Own SSH public keys.", .roles = R_ANY, .flags = MF_NO_CLASS, .params = NOTHING, .result = LIST(P("rows", ARRAY, "[{fingerprint, kind, comment, added_at}]"))},
    {.name = "account.key_add", .doc = "Add an SSH public key (ed25519, ECDSA, RSA of 3072 bits and more).", .roles = R_ANY, .flags = MF_NO_CLASS, .params = LIST(P("key", STR, "a line as in authorized_keys")), .result = LIST(OUTCOME, PO("fingerprint", STR, ""))},
    {.name = "account.key_remove", .doc = "Remove one.", .roles = R_ANY, .flags = MF_NO_CLASS, .params = LIST(P("fingerprint", STR, "")), .result = LIST(OUTCOME)},
    {.name = "settings.get", .doc = "The class's settings (S2.2).", .roles = R_MANAGER, EMPLOYMENT_READ, .params = LIST({.name = "class", .type = V_INT, .optional = true, CLASS_RANGE, .doc = "year; default the chosen one"}),
     .result = LIST(P("version", INT, ""), P("class", INT, ""), P("online_signing", BOOL, ""), P("supplement", BOOL, ""), P("destination", BOOL, ""), P("audit_mode", STR, "school_only or two_level"), P("termination_limit", INT, ""), P("void_audited", BOOL, ""), P("contacts", MAP, ""), P("agreement_parties", INT, "2 or 3"))},
    {.name = "settings.set", .doc = "Change settings; switches only go on (S2.2.3); the audit mode only while nothing is in process (S2.2.4).", .roles = R(SCHOOL), EMPLOYMENT_WRITE, .flags = MF_CHANGES,
     .params = LIST(REQUEST_ID, P("version", INT, "seen; 0 opens a new class"), {.name = "class", .type = V_INT, .optional = true, CLASS_RANGE, .doc = "year; default the chosen one"}, PO("online_signing", BOOL, ""), PO("supplement", BOOL, ""), PO("destination", BOOL, ""), PO("audit_mode", STR, ""), PO("termination_limit", INT, ""), PO("void_audited", BOOL, ""), PO("contacts", MAP, ""), PO("dry_run", BOOL, "only say what it would do")),
     .result = LIST(OUTCOME, PO("in_process", INT, "records that block a change of mode"), PO("missing", ARRAY, "[{department, scope}] without an account with write (S2.2.4)"))},
    {.name = "feed.list", .doc = "The outgoing feed from a cursor on, in commit order.", .roles = R(SCHOOL) | R(OPERATOR), EMPLOYMENT_READ, .params = LIST(PO("cursor", STR, ""), PO("limit", INT, "")), .result = LIST(PAGED(feed_row))},
    {.name = "server.status", .doc = "Is the database there, what is open, what was refused.", .roles = R(OPERATOR) | R(SUPPORT), .flags = MF_NO_CLASS, .params = NOTHING, .result = LIST(P("status", MAP, "counters"))},
};

const struct method *method_find(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strlen(methods[i].name) == len && memcmp(methods[i].name, name, len) == 0)
            return &methods[i];
    return NULL;
}

size_t methods_all(const struct method **all)
{
    *all = methods;
    return sizeof methods / sizeof *methods;
}
