/*
 * demo_internal.h - what the demo's files share. Who writes what: demo.c the schools and the order of things,
 * demo_people.c persons, accounts and graduates, demo_records.c the walks, demo_content.c what is filled in,
 * demo_users.c managers and passwords, demo_copy.c the rows' way into the database.
 */
#ifndef QX_DEMO_INTERNAL_H
#define QX_DEMO_INTERNAL_H

#include "../../shared/domain/codes.h"
#include "../../shared/domain/forms.h"
#include "demo.h"

#include <libpq-fe.h>

struct pinyin;

/* ------------------------------------------------------------------ rows on their way (demo_copy.c) */

#define DEMO_TABLES(X)                                                                                                 \
    X(PERSON, "person (id, identity_hmac)")                                                                            \
    X(ACCOUNT,                                                                                                         \
      "account (school_code, id, role, user_name, person_id, right_employment, right_archive, right_household, name)") \
    X(GRADUATE, "graduate (school_code, id, class_year, person_id, exam_no, student_no, name, name_key, initials, "    \
                "identity_no, identity_hmac, mobile_hmac, department_id, education_level, postgraduate, major_code, "  \
                "major, training_mode, mobile, email, graduation, roster, version)")                                   \
    X(RECORD, "record (school_code, id, uuid, class_year, graduate_id, department_id, postgraduate, flow, kind, "      \
              "state, version, waits_for, holder_id, submitted_at, revision, employer_name, credit_code, number, "     \
              "marked_returned, untouched, stage_d_actor, last_action, last_from, last_actor, last_at, name, "         \
              "name_key, student_no)")                                                                                 \
    X(PLACE, "place (school_code, class_year, graduate_id, record_id, taken_at)")                                      \
    X(CONTENT, "record_content (school_code, record_id, revision, content, salt, at)")                                 \
    X(EVENT, "event (school_code, at, record_id, graduate_id, actor_school, actor_id, actor_role, flow, action, "      \
             "from_state, to_state, version, graduate_version, revision, reason_code, reason_text)")                   \
    X(LEDGER, "ledger (school_code, class_year, graduate_id, version, destination, archive, household, updated_at)")   \
    X(LEDGER_HISTORY,                                                                                                  \
      "ledger_history (school_code, class_year, graduate_id, version, destination, archive, household, "               \
      "record_id, at)")                                                                                                \
    X(MESSAGE, "message (school_code, at, graduate_id, record_id, kind, params)")                                      \
    X(FEED, "feed (school_code, at, kind, record_id, graduate_id, version, body)")                                     \
    X(DRAFT, "draft (school_code, uuid, graduate_id, flow, kind, body, updated_at)")                                   \
    X(EVIDENCE, "evidence (school_code, record_uuid, graduate_id, purpose, blob_id, file_name, added_by, added_at)")
#define X(id, columns) ROWS_##id,
enum demo_table { DEMO_TABLES(X) DEMO_TABLE_COUNT };
#undef X

struct demo_rows {
    char *text;
    size_t len, cap;
    bool started; /* a row is open: the next column needs its tab */
};

void put_text(struct demo_rows *, const char *); /* NULL: SQL NULL */
void put_int(struct demo_rows *, int64_t);
void put_bool(struct demo_rows *, bool);
void put_time(struct demo_rows *, int64_t ms);
void put_bytes(struct demo_rows *, const uint8_t *, size_t);
void put_end(struct demo_rows *);

/* A flat JSON object, built in place. */
struct demo_json {
    char text[8192];
    size_t len;
};
void json_start(struct demo_json *);
void json_text(struct demo_json *, const char *key, const char *value); /* NULL or "": left out */
void json_int(struct demo_json *, const char *key, int64_t value);
void json_raw(struct demo_json *, const char *key, const char *json);
const char *json_end(struct demo_json *);

/* ------------------------------------------------------------------ the world */

enum { DEMO_DEPARTMENTS = 12 };

struct demo_department {
    const char *name, *major_code, *major, *master_code, *master;
};
extern const struct demo_department demo_departments[DEMO_DEPARTMENTS];

struct demo_school {
    const char *code, *name, *province;
    int departments; /* the first so many of the list */
    bool two_level;
    int64_t department_ids[DEMO_DEPARTMENTS], auditor_ids[DEMO_DEPARTMENTS], school_account;
    int64_t image, pdf; /* blobs */
    uint8_t number_key[16];
};

struct demo_person { /* graduate number n of the demo */
    long n;
    struct demo_school *school;
    int class_year, department;
    bool male, postgraduate, directed, void_audited;
    int64_t person_id, account_id, graduate_id, version;
    char exam_no[48], student_no[48], name[32], name_key[64], initials[16], identity[48], mobile[16], email[48];
    const char *level;
    char region[8], birth[32], graduation[8];
};

struct demo {
    PGconn *pg;
    const struct demo_options *options;
    const uint8_t *hmac_key;
    struct pinyin *pinyin;
    struct demo_rows rows[DEMO_TABLE_COUNT];
    struct demo_school schools[2];
    int64_t now, person_base, account_base, graduate_base, next_record;
    long waiting_done, others_done;
    char *why;
    size_t why_len;
};

bool demo_fail(struct demo *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool demo_sql(struct demo *, const char *sql); /* one or more statements without rows */
PGresult *demo_query(struct demo *, const char *sql, int n, const char *const *values); /* NULL: failed, told */
bool demo_flush(struct demo *); /* COPY all that is buffered, in the order of the tables */

uint64_t demo_random(uint64_t seed, uint64_t n); /* the same for the same two numbers */

void demo_person_make(struct demo *, long n, struct demo_person *);
const char *demo_person_then(const struct demo_person *, struct demo_json *); /* as a content keeps the graduate */
void demo_person_put(struct demo *, const struct demo_person *);
bool demo_record_make(struct demo *, struct demo_person *); /* walks one record, or none; sets version */

/* Fills `out` with a content that passes the form's check; false: some field can't be filled (told). */
struct demo_content {
    const struct form *form;
    char values[80][160];
};
bool demo_content_make(struct demo *, const struct form *, const struct demo_person *, uint64_t seed,
                       struct demo_content *);
const char *demo_content_promoted(const struct demo_content *, const char *column); /* "" when there is none */

bool demo_managers_make(struct demo *);
bool demo_users_write(struct demo *);
bool demo_blobs_make(struct demo *, struct demo_school *);

#endif
