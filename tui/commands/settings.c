/*
 * settings.c - verbs on a class's settings (S2.2).
 */
#include "cli.h"

#include "../../shared/rpc/methods.h"

#include <stdlib.h>
#include <string.h>

static const struct column settings_columns[] = {
    {"class", N_("class"), NULL},
    {"version", N_("version"), NULL},
    {"online_signing", N_("online signing"), NULL},
    {"supplement", N_("supplement"), NULL},
    {"destination", N_("destination"), NULL},
    {"audit_mode", N_("audit mode"), show_choice},
    {"termination_limit", N_("termination applications allowed"), NULL},
    {"void_audited", N_("void is audited"), NULL},
    {"agreement_parties", N_("parties of an agreement"), NULL},
    {"contacts", N_("agreement contacts"), NULL},
    {0},
};

static bool get(struct cli *cli, struct answer *a)
{
    return cli_ask(cli, "settings.get", NULL, a);
}

static int show(struct cli *cli)
{
    struct answer a;
    cli->status = EXIT_DONE;
    if (get(cli, &a)) {
        if (cli->options->json)
            print_json(&a.result);
        else
            print_fields(&a.result, settings_columns);
    }
    answer_free(&a);
    return cli->status;
}

/* Switches as options; the wire's name is the option's with _ for -. */
static const char *const switches[] = {"online-signing", "supplement", "destination", "void-audited"};

static void wire_name(const char *option, char *buf, size_t len)
{
    snprintf(buf, len, "%s", option);
    for (char *p = buf; *p; p++)
        if (*p == '-')
            *p = '_';
}

/* false: neither on nor off. */
static bool pack_switches(const struct cli *cli, struct pack *p, uint32_t *n)
{
    char name[32];
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        const char *value = cli_option(cli, switches[i]);
        if (!value)
            continue;
        if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
            return false;
        wire_name(switches[i], name, sizeof name);
        pack_kbool(p, name, strcmp(value, "on") == 0);
        ++*n;
    }
    return true;
}

static bool pack_limit(const struct cli *cli, struct pack *p, uint32_t *n)
{
    char *end;
    const char *value = cli_option(cli, "termination-limit");
    if (!value)
        return true;
    const long limit = strtol(value, &end, 10);
    if (!*value || *end)
        return false;
    pack_kint(p, "termination_limit", limit);
    ++*n;
    return true;
}

/* FIELD=VALUE over the contact in force, of one scope: all, undergraduate or postgraduate (S2.2.6). */
static bool pack_contacts(const struct cli *cli, const msgpack_object *settings, struct pack *p, uint32_t *n)
{
    const char *scope = cli_option(cli, "contact");
    const msgpack_object *contacts = map_get(settings, "contacts"),
                         *base = contacts ? map_get(contacts, scope ? scope : "all") : NULL;
    if (!cli_arg(cli, 0))
        return true;
    pack_key(p, "contacts");
    const bool one = !scope || strcmp(scope, "all") == 0;
    const size_t mark = pack_map_open(p);
    uint32_t members = 1;
    for (uint32_t i = 0; !one && contacts && contacts->type == MSGPACK_OBJECT_MAP && i < contacts->via.map.size; i++) {
        const msgpack_object_kv *other = &contacts->via.map.ptr[i];
        if (object_is(&other->key, scope) || object_is(&other->key, "all"))
            continue;
        pack_object(p, &other->key);
        pack_object(p, &other->val);
        members++;
    }
    pack_key(p, scope ? scope : "all");
    const bool ok = cli_pack_fields(cli, 0, base, p);
    pack_map_close(p, mark, members);
    ++*n;
    return ok;
}

static bool pack_settings(const struct cli *cli, const msgpack_object *now, struct pack *p)
{
    const char *version = cli_option(cli, "version"), *mode = cli_option(cli, "audit-mode");
    uint32_t n = 2;
    const size_t mark = pack_map_open(p);
    pack_request_id(p);
    pack_kint(p, "version", version ? strtoll(version, NULL, 10) : int_of(now, "version"));
    const bool ok = pack_switches(cli, p, &n) && pack_limit(cli, p, &n) && pack_contacts(cli, now, p, &n);
    if (mode) {
        pack_kstr(p, "audit_mode", mode);
        n++;
    }
    if (cli_flag(cli, "dry-run")) {
        pack_kbool(p, "dry_run", true);
        n++;
    }
    pack_map_close(p, mark, n);
    return ok;
}

/* The server tells the number with every dry run; it stands in the way of another mode alone (S2.2.4). */
static void say_blocks(const struct cli *cli, const msgpack_object *result)
{
    char buf[1024];
    const msgpack_object *missing = map_get(result, "missing");
    if (cli_option(cli, "audit-mode") && int_of(result, "in_process") > 0)
        cli_say(_("records in process that block a change of the audit mode: %lld"),
                (long long)int_of(result, "in_process"));
    if (missing && missing->type == MSGPACK_OBJECT_ARRAY && missing->via.array.size)
        cli_say(_("without an account that may audit: %s"), show_plain(missing, buf, sizeof buf));
}

static int set(struct cli *cli)
{
    struct answer now, a = {0};
    struct pack params;
    int status;
    pack_init(&params);
    if (!get(cli, &now)) {
        status = cli->status;
    } else if (!pack_settings(cli, &now.result, &params)) {
        status = cli_usage(cli, "%s", _("a switch is on or off, the limit a number, a contact FIELD=VALUE"));
    } else if (!cli_ask(cli, "settings.set", &params, &a)) {
        status = cli->status;
    } else {
        status = cli_outcome(cli, &a.result, cli_flag(cli, "dry-run") ? _("it would be set") : _("set"));
        say_blocks(cli, &a.result);
    }
    answer_free(&a);
    answer_free(&now);
    pack_free(&params);
    return status;
}

const struct command commands_settings[] = {
    {"settings show", "", DANGER_NONE, 0, R_MANAGER, ACT_NONE, N_("the class's settings"), show},
    {"settings set",
     "[--online-signing on] [--supplement on] [--destination on] [--audit-mode MODE] [--termination-limit NUMBER] "
     "[--void-audited on|off]"
     " [--contact SCOPE] [FIELD=VALUE...] [--version VERSION] [--dry-run]",
     DANGER_ASK, 0, R(SCHOOL), ACT_NONE,
     N_("change settings; --dry-run only says what it would do (FIELD=VALUE: the agreement's contact)"), set},
    {0},
};
