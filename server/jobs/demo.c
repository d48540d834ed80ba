/*
 * demo.c - the demonstration, from nothing to an audited school, in one transaction: schools, departments, settings,
 * managers, then the graduates with their records, some thousands at a time.
 */
#include "../methods/roster_pinyin.h"
#include "demo_internal.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 4000, GRADUATES_MIN = 200 };

static const char contacts[] =
    "{\"undergraduate\": {\"handler\": \"林就业\", \"phone\": \"010-60000001\", \"address\": "
    "\"示例市学院路1号\", \"postcode\": \"100080\"}, \"postgraduate\": {\"handler\": \"何阅览\", "
    "\"phone\": \"010-60000002\", \"address\": \"示例市学院路1号\", \"postcode\": \"100080\"}}";

/* ------------------------------------------------------------------ schools, departments, settings */

static bool departments_make(struct demo *d, struct demo_school *s)
{
    for (int i = 0; i < s->departments; i++) {
        const char *values[] = {s->code, demo_departments[i].name};
        PGresult *r =
            demo_query(d, "INSERT INTO department (school_code, name) VALUES ($1, $2) RETURNING id", 2, values);
        if (!r)
            return false;
        s->department_ids[i] = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
        PQclear(r);
    }
    return true;
}

static bool season_make(struct demo *d, const struct demo_school *s, const char *class_year, bool void_audited)
{
    static const char sql[] = "INSERT INTO season (school_code, class_year, online_signing, supplement, destination, "
                              "audit_mode, termination_limit, "
                              "void_audited, contacts) VALUES ($1, $2, true, true, true, $3, 3, $4, $5)";
    const char *values[] = {s->code, class_year, s->two_level ? "two_level" : "school_only", void_audited ? "t" : "f",
                            contacts};
    PGresult *r = demo_query(d, sql, 5, values);
    PQclear(r);
    return r != NULL;
}

static bool school_make(struct demo *d, struct demo_school *s)
{
    char key[2 * sizeof s->number_key + 3] = "\\x";

    randombytes_buf(s->number_key, sizeof s->number_key);
    sodium_bin2hex(key + 2, sizeof key - 2, s->number_key, sizeof s->number_key);
    const char *values[] = {s->code, s->name, s->province, key};
    PGresult *r = demo_query(
        d, "INSERT INTO school (school_code, name, province_code, number_key) VALUES ($1, $2, $3, $4)", 4, values);
    PQclear(r);
    return r && season_make(d, s, "2026", false) && (!s->two_level || season_make(d, s, "2025", true)) &&
           departments_make(d, s) && demo_blobs_make(d, s);
}

/* ------------------------------------------------------------------ everything */

static int64_t number_of(struct demo *d, const char *sql)
{
    PGresult *r = demo_query(d, sql, 0, NULL);
    const int64_t n = r && PQntuples(r) ? strtoll(PQgetvalue(r, 0, 0), NULL, 10) : -1;
    PQclear(r);
    return n;
}

static bool bases_load(struct demo *d)
{
    d->now = number_of(d, "SELECT (extract(epoch FROM now()) * 1000)::bigint");
    d->person_base = number_of(d, "SELECT coalesce(max(id), 0) + 1 FROM person");
    d->account_base = number_of(d, "SELECT coalesce(max(id), 0) + 1 FROM account");
    d->graduate_base = number_of(d, "SELECT coalesce(max(id), 0) + 1 FROM graduate");
    d->next_record = number_of(d, "SELECT nextval('record_id')");
    return d->now > 0 && d->person_base > 0 && d->account_base > 0 && d->graduate_base > 0 && d->next_record > 0;
}

static bool graduates_make(struct demo *d)
{
    const long wanted = d->options->graduates > GRADUATES_MIN ? d->options->graduates : GRADUATES_MIN;
    const long n = d->options->waiting > wanted ? d->options->waiting : wanted;
    struct demo_person person;

    for (long i = 0; i < n; i++) {
        demo_person_make(d, i, &person);
        if (!demo_record_make(d, &person))
            return false;
        demo_person_put(d, &person);
        if ((i + 1) % CHUNK == 0 && !demo_flush(d))
            return false;
    }
    return demo_flush(d);
}

/* Identity columns were filled by COPY: their sequences go on behind. */
static bool sequences_set(struct demo *d)
{
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT setval('record_id', %lld)", (long long)d->next_record);
    return demo_sql(d, sql) &&
           demo_sql(d, "SELECT setval(pg_get_serial_sequence('person', 'id'), max(id)) FROM person") &&
           demo_sql(d, "SELECT setval(pg_get_serial_sequence('account', 'id'), max(id)) FROM account") &&
           demo_sql(d, "SELECT setval(pg_get_serial_sequence('graduate', 'id'), max(id)) FROM graduate");
}

static bool seed(struct demo *d)
{
    bool ok = demo_sql(d, "BEGIN") && demo_sql(d, "LOCK TABLE person, account, graduate IN SHARE ROW EXCLUSIVE MODE");
    for (size_t i = 0; ok && i < sizeof d->schools / sizeof *d->schools; i++)
        ok = school_make(d, &d->schools[i]);
    ok = ok && demo_managers_make(d) && bases_load(d) && graduates_make(d) && sequences_set(d) &&
         demo_sql(d, "COMMIT") && demo_sql(d, "VACUUM ANALYZE");
    return ok;
}

static bool seed_or_keep(struct demo *d)
{
    const int64_t there = number_of(d, "SELECT count(*) FROM school WHERE school_code = '10001'");
    if (there < 0 || (there == 0 && !seed(d)))
        return false;
    /* the table of users was lost, or nobody asked for it before: its people get new passwords */
    const char *file = d->options->users_file;
    return !file || (there > 0 && access(file, R_OK) == 0) || demo_users_write(d);
}

bool demo_seed(const char *owner_conninfo, const uint8_t hmac_key[32], const struct demo_options *options, char *why,
               size_t len)
{
    struct demo *d = calloc(1, sizeof *d);
    bool ok = false;

    if (!d || sodium_init() < 0)
        goto end;
    *d = (struct demo){
        .options = options,
        .hmac_key = hmac_key,
        .why = why,
        .why_len = len,
        .schools = {{.code = "10001",
                     .name = "示例大学",
                     .province = "110000",
                     .departments = DEMO_DEPARTMENTS,
                     .two_level = true},
                    {.code = "10002", .name = "示例职业技术学院", .province = "110000", .departments = 5}}};
    d->pg = PQconnectdb(owner_conninfo);
    d->pinyin = pinyin_open();
    if (PQstatus(d->pg) != CONNECTION_OK)
        demo_fail(d, "%s", PQerrorMessage(d->pg));
    else if (!d->pinyin)
        demo_fail(d, "ICU has no Han-Latin transliteration here");
    else
        ok = seed_or_keep(d);
end:
    if (d) {
        for (int t = 0; t < DEMO_TABLE_COUNT; t++)
            free(d->rows[t].text);
        pinyin_close(d->pinyin);
        PQfinish(d->pg);
    }
    free(d);
    return ok;
}
