/*
 * operator.c - the operator's commands: the first accounts, before anybody can log in. Blocking libpq, short
 * statements; each command is one transaction with its row in the audit log.
 */
#include "operator.h"

#include "../shared/domain/flow.h"
#include "../shared/domain/identity.h"
#include "secrets.h"

#include <getopt.h>
#include <libpq-fe.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum status { DONE = 0, REFUSED = 1, USAGE = 2, NO_DATABASE = 4 };
enum { PASSWORD_MIN = 8, PASSWORD_MAX = 128 };

struct command {
    PGconn *pg;
    const char *role, *school, *school_name, *province, *name, *user;
    bool password_stdin;
};

static const char usage[] =
    "usage: quxiangd ... account add --role school --school CODE [--school-name NAME] [--province CODE] [--name "
    "PERSON] USER\n"
    "       quxiangd ... account add --role province --province CODE [--name PERSON] USER\n"
    "       quxiangd ... account add --role support|operator [--name PERSON] USER\n"
    "       quxiangd ... account password USER      (a new password, from standard input)\n"
    "       quxiangd ... account code USER          (a new one-time activation code)\n"
    "--password-stdin: the password is the first line of standard input; else a one-time activation code is printed.\n";

/* ------------------------------------------------------------------ small things */

static enum status told(const char *what, const char *detail)
{
    fprintf(stderr, "quxiangd: %s%s%s\n", what, *detail ? ": " : "", detail);
    return REFUSED;
}

static PGresult *query(struct command *c, const char *sql, int n, const char *const *values)
{
    PGresult *r = PQexecParams(c->pg, sql, n, NULL, values, NULL, NULL, 0);
    if (PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK)
        return r;
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    told(state && !strcmp(state, "23505") ? "the user name is taken" : "the database refused", PQerrorMessage(c->pg));
    PQclear(r);
    return NULL;
}

static bool user_ok(const char *s)
{
    const size_t len = strlen(s);
    return len >= 2 && len <= 32 && s[0] >= 'a' && s[0] <= 'z' && strncmp(s, "person-", 7) != 0 &&
           strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len;
}

/* The first line of standard input, hashed with argon2id. false: told why. */
static bool read_password(char hash[crypto_pwhash_STRBYTES])
{
    char line[PASSWORD_MAX + 3];
    if (isatty(STDIN_FILENO))
        fprintf(stderr, "password: ");
    if (!fgets(line, sizeof line, stdin))
        return told("no password on standard input", ""), false;
    line[strcspn(line, "\r\n")] = '\0';
    const size_t len = strlen(line);
    if (len < PASSWORD_MIN || len > PASSWORD_MAX)
        return told("a password has 8 to 128 bytes", ""), false;
    const bool ok = crypto_pwhash_str_alg(hash, line, len, 2, 19u << 20, crypto_pwhash_ALG_ARGON2ID13) == 0;
    sodium_memzero(line, sizeof line);
    return ok || (told("no memory for argon2id", ""), false);
}

/* ------------------------------------------------------------------ account add */

static enum status add_check(const struct command *c)
{
    const int role = c->role ? role_of(c->role) : -1;
    if (role != ROLE_SCHOOL && role != ROLE_PROVINCE && role != ROLE_SUPPORT && role != ROLE_OPERATOR)
        return told("--role is school, province, support or operator", ""), USAGE;
    if (!user_ok(c->user))
        return told("a user name has 2 to 32 of a-z 0-9 . _ -, beginning with a letter", c->user), USAGE;
    if (role == ROLE_SCHOOL && (!c->school || !school_code_ok(c->school) || !strcmp(c->school, "00000")))
        return told("--school CODE: five digits, not 00000", ""), USAGE;
    if (role != ROLE_SCHOOL && (c->school || c->school_name))
        return told("--school and --school-name are of a school's account", ""), USAGE;
    if (role == ROLE_PROVINCE && !c->province)
        return told("--province CODE is needed", ""), USAGE;
    return DONE;
}

/* A school that isn't there yet needs its name; one that is keeps its own. */
static bool school_make(struct command *c)
{
    char key[2 * 16 + 3];
    uint8_t bytes[16];
    if (!c->school)
        return true;
    randombytes_buf(bytes, sizeof bytes);
    bytea_text(key, sizeof key, bytes, sizeof bytes);
    const char *const values[] = {c->school, c->school_name, c->province ? c->province : "", key};
    PGresult *r = query(c,
                        "INSERT INTO school (school_code, name, province_code, number_key) "
                        "SELECT $1, $2, $3, $4::bytea WHERE $2::text IS NOT NULL ON CONFLICT (school_code) DO NOTHING",
                        4, values);
    PQclear(r);
    if (!r)
        return false;
    r = query(c, "SELECT 1 FROM school WHERE school_code = $1", 1, values);
    const bool known = r && PQntuples(r) == 1;
    PQclear(r);
    return known || (told("no such school; a new one needs --school-name", c->school), false);
}

static bool code_make(struct command *c, const char *school, const char *id, char code[CODE_TEXT])
{
    uint8_t hash[SECRET_HASH];
    char text[2 * SECRET_HASH + 3];
    activation_code_make(code, hash);
    bytea_text(text, sizeof text, hash, sizeof hash);
    const char *const values[] = {school, id, text};
    PGresult *r = query(c,
                        "WITH old AS (DELETE FROM activation WHERE school_code = $1 AND account_id = $2::bigint) "
                        "INSERT INTO activation (code_hash, school_code, account_id, expires_at) "
                        "VALUES ($3::bytea, $1, $2::bigint, now() + interval '30 days')",
                        3, values);
    PQclear(r);
    return r != NULL;
}

static bool log_it(struct command *c, const char *school, const char *id, const char *kind)
{
    const char *const values[] = {school, kind, id};
    PGresult *r = query(c,
                        "INSERT INTO audit_log (school_code, actor_school, actor_id, address, kind, subject) "
                        "VALUES ($1, '00000', 0, 'operator', $2, $1 || '-' || $3)",
                        3, values);
    PQclear(r);
    return r != NULL;
}

static bool account_make(struct command *c, const char *school, const char *hash, char id[24])
{
    static const char sql[] =
        "WITH a AS (INSERT INTO account (school_code, role, user_name, password_hash, name, province_code, "
        "right_employment, "
        "right_archive, right_household) VALUES ($1, $2, $3, $4, COALESCE($5, $3), CASE WHEN $2 = 'province' THEN $6 "
        "END, "
        "$7::smallint, $7::smallint, $7::smallint) RETURNING id), "
        "l AS (INSERT INTO login (user_name, school_code, account_id) SELECT $3, $1, a.id FROM a) SELECT a.id FROM a";
    const char *rights = !strcmp(c->role, "support") ? "1" : "2";
    const char *const values[] = {school, c->role, c->user, hash, c->name, c->province, rights};
    PGresult *r = query(c, sql, 7, values);
    if (r)
        snprintf(id, 24, "%s", PQgetvalue(r, 0, 0));
    PQclear(r);
    return r != NULL;
}

static enum status add(struct command *c)
{
    const char *school = c->school ? c->school : "00000";
    char hash[crypto_pwhash_STRBYTES] = "", id[24], code[CODE_TEXT] = "";
    const enum status wrong = add_check(c);

    if (wrong != DONE)
        return wrong;
    if (c->password_stdin && !read_password(hash))
        return REFUSED;
    PQclear(PQexec(c->pg, "BEGIN"));
    if (!school_make(c) || !account_make(c, school, *hash ? hash : NULL, id) ||
        (!*hash && !code_make(c, school, id, code)) || !log_it(c, school, id, "account_create")) {
        PQclear(PQexec(c->pg, "ROLLBACK"));
        return REFUSED;
    }
    PGresult *r = PQexec(c->pg, "COMMIT");
    const bool ok = PQresultStatus(r) == PGRES_COMMAND_OK;
    PQclear(r);
    if (!ok)
        return told("the database refused", PQerrorMessage(c->pg));
    printf("account %s-%s, user %s\n", school, id, c->user);
    if (*code)
        printf("activation code %s (once, 30 days)\n", code);
    return DONE;
}

/* ------------------------------------------------------------------ account password, account code */

static bool account_find(struct command *c, char school[QX_SCHOOL_CODE], char id[24])
{
    PGresult *r =
        query(c, "SELECT school_code, account_id FROM login WHERE user_name = $1", 1, (const char *const[]){c->user});
    const bool found = r && PQntuples(r) == 1;
    if (found) {
        snprintf(school, QX_SCHOOL_CODE, "%s", PQgetvalue(r, 0, 0));
        snprintf(id, 24, "%s", PQgetvalue(r, 0, 1));
    }
    PQclear(r);
    return found || (told("no such user", c->user), false);
}

/* A new password, or none and a code: whoever was logged in with the old one isn't any more. */
static bool password_set(struct command *c, const char *school, const char *id, const char *hash)
{
    const char *const values[] = {school, id, hash};
    PGresult *r =
        query(c,
              "WITH s AS (DELETE FROM session WHERE school_code = $1 AND account_id = $2::bigint) UPDATE account "
              "SET password_hash = $3, version = version + 1 WHERE school_code = $1 AND id = $2::bigint",
              3, values);
    PQclear(r);
    return r != NULL;
}

static enum status reset(struct command *c, bool by_code)
{
    char school[QX_SCHOOL_CODE], id[24], hash[crypto_pwhash_STRBYTES] = "", code[CODE_TEXT];

    if (!account_find(c, school, id) || (!by_code && !read_password(hash)))
        return REFUSED;
    PQclear(PQexec(c->pg, "BEGIN"));
    const bool ok = password_set(c, school, id, by_code ? NULL : hash) &&
                    (!by_code || code_make(c, school, id, code)) &&
                    log_it(c, school, id, by_code ? "activation_code" : "password_reset");
    PQclear(PQexec(c->pg, ok ? "COMMIT" : "ROLLBACK"));
    if (ok && by_code)
        printf("activation code %s (once, 30 days)\n", code);
    return ok ? DONE : REFUSED;
}

/* ------------------------------------------------------------------ the command line */

static bool parse(struct command *c, int argc, char **argv)
{
    static const struct option options[] = {{"role", required_argument, NULL, 'r'},
                                            {"school", required_argument, NULL, 's'},
                                            {"school-name", required_argument, NULL, 'S'},
                                            {"province", required_argument, NULL, 'p'},
                                            {"name", required_argument, NULL, 'n'},
                                            {"password-stdin", no_argument, NULL, 'P'},
                                            {NULL, 0, NULL, 0}};
    const char **const texts[256] = {
        ['r'] = &c->role, ['s'] = &c->school, ['S'] = &c->school_name, ['p'] = &c->province, ['n'] = &c->name};
    optind = 0;
    for (int o; (o = getopt_long(argc, argv, "+", options, NULL)) != -1;) {
        if (o == 'P')
            c->password_stdin = true;
        else if (o > 0 && o < 256 && texts[o])
            *texts[o] = optarg;
        else
            return false;
    }
    c->user = optind + 1 == argc ? argv[optind] : NULL;
    return c->user != NULL;
}

int operator_command(const char *owner_conninfo, int argc, char **argv)
{
    struct command c = {0};
    const char *verb = argc > 2 && !strcmp(argv[0], "account") ? argv[1] : "";
    const bool known = !strcmp(verb, "add") || !strcmp(verb, "password") || !strcmp(verb, "code");
    enum status status;

    if (!known || !parse(&c, argc - 1, argv + 1)) {
        fputs(usage, stderr);
        return USAGE;
    }
    c.pg = PQconnectdb(owner_conninfo);
    if (sodium_init() < 0 || PQstatus(c.pg) != CONNECTION_OK) {
        fprintf(stderr, "quxiangd: no database: %s", PQerrorMessage(c.pg));
        status = NO_DATABASE;
    } else {
        status = !strcmp(verb, "add") ? add(&c) : reset(&c, !strcmp(verb, "code"));
    }
    PQfinish(c.pg);
    return status;
}
