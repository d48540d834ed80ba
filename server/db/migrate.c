/*
 * migrate.c - brings the schema to this program's version, or says why not.
 *
 * schema_migration keeps number, name and checksum of what was applied; number 0 is the code tables' contents.
 * Everything is looked at before anything is changed, so a role that may not migrate can still start on a schema that
 * is up to date.
 */
#include "migrate.h"

#include "../../shared/domain/codes.h"
#include "../log.h"
#include "db.h"

#include <libpq-fe.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIGRATION_LOCK "7307190215" /* any number that nobody else uses */

struct run {
    PGconn *pg;
    char *why;
    size_t len;
};

static bool fail(struct run *run, const char *what)
{
    snprintf(run->why, run->len, "%s: %s", what, PQerrorMessage(run->pg));
    return false;
}

static bool command(struct run *run, const char *sql, const char *what)
{
    PGresult *res = PQexec(run->pg, sql);
    ExecStatusType status = PQresultStatus(res);
    PQclear(res);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || fail(run, what);
}

static bool command_params(struct run *run, const char *sql, int n, const char *const *values, const char *what)
{
    PGresult *res = PQexecParams(run->pg, sql, n, NULL, values, NULL, NULL, 0);
    ExecStatusType status = PQresultStatus(res);
    PQclear(res);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || fail(run, what);
}

/* ------------------------------------------------------------------ checksums */

#define CHECKSUM_HEX (crypto_hash_sha256_BYTES * 2 + 1)

static void text_checksum(char *hex, const char *text)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)text, strlen(text));
    sodium_bin2hex(hex, CHECKSUM_HEX, hash, sizeof hash);
}

static void hash_text(crypto_hash_sha256_state *state, const char *s)
{
    s = s ? s : "";
    crypto_hash_sha256_update(state, (const unsigned char *)s, strlen(s) + 1);
}

static void codes_checksum(char *hex)
{
    crypto_hash_sha256_state state;
    unsigned char hash[crypto_hash_sha256_BYTES];
    const struct code_table *tables;
    size_t n = code_tables(&tables);
    crypto_hash_sha256_init(&state);
    for (size_t t = 0; t < n; t++) {
        hash_text(&state, tables[t].name);
        for (size_t i = 0; i < tables[t].nrows; i++) {
            const struct code *c = &tables[t].rows[i];
            hash_text(&state, c->code);
            hash_text(&state, c->name_zh);
            hash_text(&state, c->name_en);
            hash_text(&state, c->extra);
            hash_text(&state, c->current ? "1" : "0");
        }
    }
    crypto_hash_sha256_final(&state, hash);
    sodium_bin2hex(hex, CHECKSUM_HEX, hash, sizeof hash);
}

/* ------------------------------------------------------------------ what is there */

static const struct migration *migration_of(int number)
{
    for (size_t i = 0; i < migration_count; i++)
        if (migrations[i].number == number)
            return &migrations[i];
    return NULL;
}

struct applied {
    int highest;
    bool codes;
};

static bool check_one(struct run *run, int number, const char *name, const char *checksum)
{
    char ours[CHECKSUM_HEX];
    const struct migration *m = migration_of(number);
    if (!m) {
        snprintf(run->why, run->len,
                 "the schema has migration %s, which this program doesn't know: it is newer than the program", name);
        return false;
    }
    text_checksum(ours, m->sql);
    if (strcmp(ours, checksum) != 0) {
        snprintf(run->why, run->len,
                 "migration %s was edited after it had been applied (checksum %.12s, applied %.12s)", name, ours,
                 checksum);
        return false;
    }
    return true;
}

static bool read_applied(struct run *run, struct applied *a)
{
    char codes[CHECKSUM_HEX];
    bool ok = false;
    codes_checksum(codes);
    PGresult *res = PQexec(run->pg, "SELECT to_regclass('schema_migration') IS NOT NULL");
    if (PQresultStatus(res) != PGRES_TUPLES_OK)
        goto bad;
    bool there = *PQgetvalue(res, 0, 0) == 't';
    PQclear(res);
    if (!there)
        return true;
    res = PQexec(run->pg, "SELECT number, name, checksum FROM schema_migration ORDER BY number");
    if (PQresultStatus(res) != PGRES_TUPLES_OK)
        goto bad;
    for (int i = 0; i < PQntuples(res); i++) {
        int number = atoi(PQgetvalue(res, i, 0));
        if (number == 0)
            a->codes = strcmp(PQgetvalue(res, i, 2), codes) == 0;
        else if (!check_one(run, number, PQgetvalue(res, i, 1), PQgetvalue(res, i, 2)))
            goto out;
        a->highest = number > a->highest ? number : a->highest;
    }
    ok = true;
    goto out;
bad:
    fail(run, "cannot read the schema's version");
out:
    PQclear(res);
    return ok;
}

/* ------------------------------------------------------------------ bringing it up to date */

static bool note(struct run *run, int number, const char *name, const char *checksum)
{
    char text[16];
    snprintf(text, sizeof text, "%d", number);
    return command_params(run,
                          "INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)"
                          " ON CONFLICT (number) DO UPDATE SET checksum = excluded.checksum, applied_at = now()",
                          3, (const char *const[]){text, name, checksum}, name);
}

static bool apply(struct run *run, const struct migration *m)
{
    char checksum[CHECKSUM_HEX];
    text_checksum(checksum, m->sql);
    if (command(run, "BEGIN", m->name) && command(run, m->sql, m->name) && note(run, m->number, m->name, checksum) &&
        command(run, "COMMIT", m->name)) {
        log_line("info", "event=migrated migration=%s", m->name);
        return true;
    }
    PQclear(PQexec(run->pg, "ROLLBACK"));
    return false;
}

static bool load_table(struct run *run, const struct code_table *t)
{
    enum { CODE, ZH, EN, INITIALS, EXTRA, CURRENT, COLUMNS };
    struct db_array a[COLUMNS] = {{0}};
    const char *values[COLUMNS + 1] = {t->name};
    for (int i = 0; i < COLUMNS; i++)
        db_array_start(&a[i]);
    for (size_t i = 0; i < t->nrows; i++) {
        const struct code *c = &t->rows[i];
        db_array_text(&a[CODE], c->code);
        db_array_text(&a[ZH], c->name_zh);
        db_array_text(&a[EN], c->name_en ? c->name_en : "");
        db_array_text(&a[INITIALS], c->initials ? c->initials : "");
        db_array_text(&a[EXTRA], c->extra ? c->extra : "");
        db_array_bool(&a[CURRENT], c->current);
    }
    for (int i = 0; i < COLUMNS; i++)
        values[i + 1] = db_array_end(&a[i]);
    bool ok = command_params(
        run,
        "INSERT INTO code (table_name, code, name_zh, name_en, extra) SELECT $1, c, zh, en,"
        " jsonb_build_object('initials', i, 'current', k, 'columns', to_jsonb(string_to_array(x, E'\\t')))"
        " FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bool[])"
        " AS r (c, zh, en, i, x, k)",
        COLUMNS + 1, values, t->name);
    for (int i = 0; i < COLUMNS; i++)
        db_array_free(&a[i]);
    return ok;
}

static bool load_codes(struct run *run)
{
    char checksum[CHECKSUM_HEX];
    const struct code_table *tables;
    size_t n = code_tables(&tables);
    codes_checksum(checksum);
    bool ok = command(run, "BEGIN", "codes") && command(run, "DELETE FROM code", "codes");
    for (size_t i = 0; ok && i < n; i++)
        ok = load_table(run, &tables[i]);
    if (ok && note(run, 0, "codes", checksum) && command(run, "COMMIT", "codes"))
        return true;
    PQclear(PQexec(run->pg, "ROLLBACK"));
    return false;
}

static bool bring_up(struct run *run)
{
    struct applied a = {0};
    if (!command(run, "SELECT pg_advisory_lock(" MIGRATION_LOCK ")", "lock") ||
        !command(run, "SET client_min_messages = warning", "lock") ||
        !read_applied(run, &a)) /* anew: another may have been faster */
        return false;
    if (a.highest == 0 &&
        !command(run,
                 "CREATE TABLE IF NOT EXISTS schema_migration (number int PRIMARY KEY, name text NOT NULL,"
                 " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
                 "schema_migration"))
        return false;
    for (size_t i = 0; i < migration_count; i++)
        if (migrations[i].number > a.highest && !apply(run, &migrations[i]))
            return false;
    return a.codes || load_codes(run);
}

bool migrate(const char *owner_conninfo, char *why, size_t len)
{
    struct run run = {.pg = PQconnectdb(owner_conninfo), .why = why, .len = len};
    struct applied a = {0};
    bool ok = false;
    if (PQstatus(run.pg) != CONNECTION_OK)
        fail(&run, "cannot connect");
    else if (read_applied(&run, &a)) {
        int newest = migration_count ? migrations[migration_count - 1].number : 0;
        ok = (a.highest == newest && a.codes) || bring_up(&run);
    }
    PQfinish(run.pg);
    return ok;
}
