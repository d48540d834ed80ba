/*
 * account.c - verbs on accounts one level below, and one's own SSH keys (S1.4.1-6).
 */
#include "cli.h"

#include "../../shared/rpc/methods.h"

#include <stdlib.h>
#include <string.h>

static const struct column account_columns[] = {{"id", N_("id"), NULL},
                                                {"version", N_("version"), NULL},
                                                {"user", N_("user name"), NULL},
                                                {"role", N_("role"), show_role},
                                                {"name", N_("name"), NULL},
                                                {"title", N_("title"), NULL},
                                                {"department", N_("department"), NULL},
                                                {"matched", N_("in the roster"), NULL},
                                                {"rights", N_("rights"), NULL},
                                                {"scope", N_("scope"), show_choice},
                                                {"email", N_("e-mail"), NULL},
                                                {"mobile", N_("mobile"), NULL},
                                                {"disabled", N_("disabled"), NULL},
                                                {"activated", N_("activated"), NULL},
                                                {0}};
static const struct column key_columns[] = {{"fingerprint", N_("fingerprint"), NULL},
                                            {"kind", N_("kind"), NULL},
                                            {"comment", N_("comment"), NULL},
                                            {"added_at", N_("added"), show_time},
                                            {0}};
static const struct column created_columns[] = {{"account", N_("account"), NULL},
                                                {"code", N_("activation code"), NULL},
                                                {"matched", N_("department in the roster"), NULL},
                                                {0}};

static const char *const detail_names[] = {"name", "title", "email", "mobile", "phone", "fax", "qq"};
static const char *const right_names[] = {"employment", "archive", "household"};
#define LENGTH(a) (sizeof(a) / sizeof *(a))

static int list(struct cli *cli)
{
    struct pack pairs;
    size_t n = 0;
    const char *text = cli_option(cli, "text");
    pack_init(&pairs);
    if (text) {
        pack_kstr(&pairs, "text", text);
        n++;
    }
    if (cli_flag(cli, "book")) {
        pack_kbool(&pairs, "book", true);
        n++;
    }
    const int status = print_pages(cli, "account.list", &pairs, n, account_columns);
    pack_free(&pairs);
    return status;
}

/* ------------------------------------------------------------------ adding, changing */

/* The options of `names` that were given, as one map under `key`. */
static uint32_t pack_group(const struct cli *cli, struct pack *p, const char *key, const char *const *names, size_t n,
                           bool always)
{
    uint32_t given = 0;
    for (size_t i = 0; i < n; i++)
        given += cli_option(cli, names[i]) != NULL;
    if (!given && !always)
        return 0;
    pack_key(p, key);
    pack_map(p, given);
    for (size_t i = 0; i < n; i++)
        if (cli_option(cli, names[i]))
            pack_kstr(p, names[i], cli_option(cli, names[i]));
    return 1;
}

static uint32_t pack_given(const struct cli *cli, struct pack *p, const char *key, const char *option)
{
    if (!cli_option(cli, option))
        return 0;
    pack_kstr(p, key, cli_option(cli, option));
    return 1;
}

/* --password asks for one; without it a new account gets an activation code. */
static bool pack_password(struct cli *cli, struct pack *p, uint32_t *n)
{
    if (!cli_flag(cli, "password"))
        return true;
    char *password = cli_secret(_("New password: "));
    if (!password) {
        cli->status = cli_usage(cli, "%s", _("no password came"));
        return false;
    }
    pack_kstr(p, "password", password);
    secret_free(password);
    ++*n;
    return true;
}

static void say_nearest(const msgpack_object *result)
{
    char buf[512];
    const msgpack_object *nearest = map_get(result, "nearest"), *missing = map_get(result, "missing");
    if (nearest && nearest->type == MSGPACK_OBJECT_ARRAY && nearest->via.array.size)
        cli_say(_("the roster's nearest department names: %s"), show_plain(nearest, buf, sizeof buf));
    if (missing && missing->type == MSGPACK_OBJECT_ARRAY && missing->via.array.size)
        cli_say(_("two-level audit would lack an account for: %s"), show_plain(missing, buf, sizeof buf));
}

static int change_and_show(struct cli *cli, const char *method, struct pack *params, const char *done)
{
    struct answer a;
    int status;
    if (cli_ask(cli, method, params, &a)) {
        status = cli_outcome(cli, &a.result, done);
        say_nearest(&a.result);
        if (status == EXIT_DONE && !cli->options->json)
            print_fields(&a.result, created_columns);
    } else {
        status = cli->status;
    }
    answer_free(&a);
    explicit_bzero(params->buf.data, params->buf.size);
    pack_free(params);
    return status;
}

static int add(struct cli *cli)
{
    struct pack params;
    uint32_t n = 2;
    pack_init(&params);
    const size_t mark = pack_map_open(&params);
    pack_request_id(&params);
    pack_kstr(&params, "user", cli_arg(cli, 0));
    n += pack_given(cli, &params, "role", "role") + pack_given(cli, &params, "school_code", "school") +
         pack_given(cli, &params, "school", "school-name") + pack_given(cli, &params, "department", "department") +
         pack_given(cli, &params, "scope", "scope");
    n += pack_group(cli, &params, "fields", detail_names, LENGTH(detail_names), true);
    n += pack_group(cli, &params, "rights", right_names, LENGTH(right_names), true);
    if (!pack_password(cli, &params, &n)) {
        pack_free(&params);
        return cli->status;
    }
    pack_map_close(&params, mark, n);
    return change_and_show(cli, "account.create", &params, NULL);
}

struct target {
    char id[64];
    int64_t version;
};

static bool is_id(const char *text)
{
    const char *dash = strchr(text, '-');
    return dash && dash > text && strspn(text, "0123456789") == (size_t)(dash - text) && dash[1] &&
           strspn(dash + 1, "0123456789") == strlen(dash + 1);
}

/* By id or by the user name to the letter, either with @VERSION. Without a version the one in force is loaded and bound to.
 */
static bool find_account(struct cli *cli, const char *name, struct target *t)
{
    struct pack params;
    struct answer a;
    uint32_t n;
    char asked[sizeof t->id];
    const char *at = strrchr(name, '@');
    const size_t len =
        at && at[1] && strspn(at + 1, "0123456789") == strlen(at + 1) ? (size_t)(at - name) : strlen(name);
    snprintf(t->id, sizeof t->id, "%.*s", (int)len, name);
    t->version = name[len] ? strtoll(at + 1, NULL, 10) : -1;
    if (t->version >= 0 && is_id(t->id))
        return true;
    const int64_t seen = t->version;
    t->version = -1;
    memcpy(asked, t->id, sizeof asked);
    pack_init(&params);
    pack_map(&params, is_id(asked) ? 1 : 2);
    if (!is_id(asked))
        pack_kstr(&params, "text", asked); /* what holds it; the one that is it is looked for below */
    pack_kint(&params, "limit", 200);
    const bool ok = cli_ask(cli, "account.list", &params, &a);
    const msgpack_object *rows = ok ? array_of(&a.result, "rows", &n) : NULL;
    for (uint32_t i = 0; rows && i < n && t->version < 0; i++)
        if (strcmp(text_of(&rows[i], "id"), asked) == 0 || strcmp(text_of(&rows[i], "user"), asked) == 0) {
            snprintf(t->id, sizeof t->id, "%s", text_of(&rows[i], "id"));
            t->version = seen >= 0 ? seen : int_of(&rows[i], "version");
        }
    if (ok && t->version < 0)
        cli->status = cli_fail(EXIT_REFUSED, _("there is no account %s below yours"), name);
    answer_free(&a);
    pack_free(&params);
    return t->version >= 0;
}

static uint32_t pack_target(struct pack *p, const struct target *t)
{
    pack_request_id(p);
    pack_kstr(p, "account", t->id);
    pack_kint(p, "version", t->version);
    return 3;
}

static int change(struct cli *cli)
{
    struct target t;
    struct pack params;
    if (!find_account(cli, cli_arg(cli, 0), &t))
        return cli->status;
    pack_init(&params);
    const size_t mark = pack_map_open(&params);
    uint32_t n = pack_target(&params, &t);
    n += pack_given(cli, &params, "department", "department") + pack_given(cli, &params, "scope", "scope");
    n += pack_group(cli, &params, "fields", detail_names, LENGTH(detail_names), false);
    n += pack_group(cli, &params, "rights", right_names, LENGTH(right_names), false);
    if (cli_flag(cli, "disable") || cli_flag(cli, "enable")) {
        pack_kbool(&params, "disabled", cli_flag(cli, "disable"));
        n++;
    }
    if (!pack_password(cli, &params, &n)) {
        pack_free(&params);
        return cli->status;
    }
    pack_map_close(&params, mark, n);
    return change_and_show(cli, "account.update", &params, _("changed"));
}

static int drop(struct cli *cli)
{
    struct target t;
    struct pack params;
    if (!find_account(cli, cli_arg(cli, 0), &t))
        return cli->status;
    pack_init(&params);
    pack_map(&params, 3);
    pack_target(&params, &t);
    return change_and_show(cli, "account.remove", &params, _("the account is gone"));
}

/* ------------------------------------------------------------------ keys */

static int keys(struct cli *cli)
{
    struct answer a;
    cli->status = EXIT_DONE;
    if (cli_ask(cli, "account.keys", NULL, &a))
        print_rows(cli, &a.result, "rows", key_columns);
    answer_free(&a);
    return cli->status;
}

static int key_add(struct cli *cli)
{
    struct pack params;
    size_t len = 0;
    FILE *f = cli_open(cli, cli_arg(cli, 0));
    char *key = f ? cli_read_all(cli, f, 16384, &len) : NULL;
    if (f && f != stdin)
        fclose(f);
    if (!key)
        return cli->status;
    key[strcspn(key, "\r\n")] = '\0';
    pack_init(&params);
    pack_map(&params, 1);
    pack_kstr(&params, "key", key);
    free(key);
    return cli_change(cli, "account.key_add", &params, _("the key is added"));
}

static int key_remove(struct cli *cli)
{
    struct pack params;
    pack_init(&params);
    pack_map(&params, 1);
    pack_kstr(&params, "fingerprint", cli_arg(cli, 0));
    return cli_change(cli, "account.key_remove", &params, _("the key is gone"));
}

#define DETAILS                                                                                                        \
    " [--department NAME] [--name NAME] [--title TITLE] [--email MAIL] [--mobile NUMBER] [--phone NUMBER] [--fax "     \
    "NUMBER] [--qq NUMBER]"                                                                                            \
    " [--employment RIGHT] [--archive RIGHT] [--household RIGHT] [--scope SCOPE] [--password]"

const struct command commands_account[] = {
    {"account list", "[--text TEXT] [--book] [--limit ROWS]", DANGER_NONE, 0, R_MANAGER | R(SUPPORT) | R(OPERATOR),
     ACT_NONE, N_("accounts one level below, or with --book the address book"), list},
    {"account add", "USER [--role ROLE] [--school CODE] [--school-name NAME]" DETAILS, DANGER_ASK, 0,
     R_MANAGER | R(OPERATOR), ACT_NONE, N_("add an account; without --password an activation code is made"), add},
    {"account change", "ACCOUNT[@VERSION] [--disable] [--enable]" DETAILS, DANGER_ASK, 0, R_MANAGER | R(OPERATOR),
     ACT_NONE, N_("change an account, by its id or user name"), change},
    {"account remove", "ACCOUNT[@VERSION]", DANGER_TYPED, 0, R_MANAGER | R(OPERATOR), ACT_NONE, N_("delete an account"),
     drop},
    {"account keys", "", DANGER_NONE, 0, 0, ACT_NONE, N_("my SSH public keys"), keys},
    {"account key-add", "FILE|-", DANGER_NONE, 0, 0, ACT_NONE,
     N_("add an SSH public key: a line as in authorized_keys"), key_add},
    {"account key-remove", "FINGERPRINT", DANGER_ASK, 0, 0, ACT_NONE, N_("remove one of my SSH public keys"),
     key_remove},
    {0},
};
