/*
 * session.c - verbs on oneself and the connection: who am I, token, password, class, status, help.
 */
#include "cli.h"

#include "../../shared/rpc/methods.h"
#include "../../shared/text/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct column account_columns[] = {{"account_id", N_("account"), NULL},
                                                {"user", N_("user name"), NULL},
                                                {"name", N_("name"), NULL},
                                                {"role", N_("role"), show_role},
                                                {"school", N_("school"), NULL},
                                                {"school_code", N_("school code"), NULL},
                                                {"department", N_("department"), NULL},
                                                {"rights", N_("rights"), NULL},
                                                {"scope", N_("scope"), show_choice},
                                                {"classes", N_("classes"), NULL},
                                                {"class", N_("class"), NULL},
                                                {"enrolment", N_("enrolment"), NULL},
                                                {"language", N_("language"), NULL},
                                                {0}};
static const struct column enrolment_columns[] = {{"id", N_("enrolment"), NULL},
                                                  {"school", N_("school"), NULL},
                                                  {"class", N_("class"), NULL},
                                                  {"department", N_("department"), NULL},
                                                  {"major", N_("major"), NULL},
                                                  {"level", N_("level"), show_level},
                                                  {0}};

static int print_account(const struct cli *cli, const msgpack_object *account)
{
    uint32_t n;
    if (cli->options->json) {
        print_json(account);
        return EXIT_DONE;
    }
    print_fields(account, account_columns);
    if (array_of(account, "enrolments", &n))
        print_rows(cli, account, "enrolments", enrolment_columns);
    return EXIT_DONE;
}

static int whoami(struct cli *cli)
{
    struct answer a;
    const int status = cli_ask(cli, "session.whoami", NULL, &a) ? print_account(cli, &a.result) : cli->status;
    answer_free(&a);
    return status;
}

static int class(struct cli *cli)
{
    struct pack params;
    struct answer a;
    const char *year = cli_arg(cli, 0);
    char *end = NULL;
    if (!year)
        return whoami(cli);
    pack_init(&params);
    pack_map(&params, 1);
    pack_kint(&params, "class", strtol(year, &end, 10));
    int status = EXIT_USAGE;
    if (*end || !*year)
        status = cli_usage(cli, _("%s is no year"), year);
    else if (cli_ask(cli, "session.select", &params, &a)) {
        const msgpack_object *account = map_get(&a.result, "account");
        status = account ? print_account(cli, account) : EXIT_DONE;
        answer_free(&a);
    } else {
        status = cli->status;
        answer_free(&a);
    }
    pack_free(&params);
    return status;
}

static int language(struct cli *cli)
{
    struct pack params;
    enum language wanted;
    if (!language_of(cli_arg(cli, 0), &wanted))
        return cli_usage(cli, _("%s: the languages are zh and en"), cli_arg(cli, 0));
    pack_init(&params);
    pack_map(&params, 1);
    pack_kstr(&params, "language", language_code(wanted));
    tr_use(wanted);
    return cli_change(cli, "session.select", &params, _("kept"));
}

/* ------------------------------------------------------------------ passwords, tokens */

/* The token on standard output, for a file of mode 0600: what --token-file reads. */
static int token(struct cli *cli)
{
    struct answer a;
    struct pack params;
    int status = cli_connect_anonymous(cli);
    if (status != EXIT_DONE)
        return status;
    char *password = cli_secret(_("Password: "));
    if (!password)
        return cli_usage(cli, "%s", _("no password came"));
    pack_init(&params);
    pack_map(&params, 2);
    pack_kstr(&params, "user", cli_arg(cli, 0));
    pack_kstr(&params, "password", password);
    secret_free(password);
    if (cli_ask_once(cli, "session.login", &params, &a))
        puts(text_of(&a.result, "token"));
    else
        status = cli->status;
    answer_free(&a);
    explicit_bzero(params.buf.data, params.buf.size);
    pack_free(&params);
    return status;
}

static int activate(struct cli *cli)
{
    struct answer a;
    struct pack params;
    int status = cli_connect_anonymous(cli);
    if (status != EXIT_DONE)
        return status;
    char *code = cli_secret(_("Activation code: ")), *password = code ? cli_secret(_("New password: ")) : NULL;
    if (!password) {
        secret_free(code);
        return cli_usage(cli, "%s", _("no password came"));
    }
    pack_init(&params);
    pack_map(&params, 3);
    pack_kstr(&params, "user", cli_arg(cli, 0));
    pack_kstr(&params, "code", code);
    pack_kstr(&params, "password", password);
    secret_free(code);
    secret_free(password);
    if (cli_ask_once(cli, "session.activate", &params, &a))
        puts(_("the password is set"));
    else
        status = cli->status;
    answer_free(&a);
    explicit_bzero(params.buf.data, params.buf.size);
    pack_free(&params);
    return status;
}

static int password(struct cli *cli)
{
    struct pack params;
    bool first = false; /* came in by an activation code: there is no password now */
    if (client_account(cli->client))
        map_bool(client_account(cli->client), "must_set_password", &first);
    char *old = first ? NULL : cli_secret(_("Password now: "));
    char *new = first || old ? cli_secret(_("New password: ")) : NULL;
    if (!new) {
        secret_free(old);
        return cli_usage(cli, "%s", _("no password came"));
    }
    pack_init(&params);
    pack_map(&params, first ? 1 : 2);
    if (!first)
        pack_kstr(&params, "old", old);
    pack_kstr(&params, "new", new);
    secret_free(old);
    secret_free(new);
    return cli_change(cli, "session.password", &params, _("the password is changed"));
}

static int logout(struct cli *cli)
{
    struct answer a;
    const int status = cli_ask(cli, "session.logout", NULL, &a) ? EXIT_DONE : cli->status;
    answer_free(&a);
    return status;
}

/* ------------------------------------------------------------------ server, help */

static int status_verb(struct cli *cli)
{
    struct answer a;
    cli->status = EXIT_DONE;
    if (cli_ask(cli, "server.status", NULL, &a)) {
        const msgpack_object *status = map_get(&a.result, "status");
        print_json(status ? status : &a.result);
    }
    answer_free(&a);
    return cli->status;
}

static void help_line(const struct command *c)
{
    char args[1024];
    printf("  quxiang %s%s%s\n      %s\n", c->name, *c->args ? " " : "", usage_shown(c->args, args, sizeof args),
           _(c->help));
}

static int help(struct cli *cli)
{
    const struct command *all[256];
    const size_t n = commands_all(all, sizeof all / sizeof *all);
    const char *first = cli_arg(cli, 0), *second = cli_arg(cli, 1);
    char name[96];
    bool found = false;
    snprintf(name, sizeof name, "%s%s%s", first ? first : "", second ? " " : "", second ? second : "");
    const size_t len = strlen(name);
    for (size_t i = 0; i < n; i++) {
        if (all[i]->flags & VERB_SCREEN)
            continue;
        if (strncmp(all[i]->name, name, len) != 0 || (len && all[i]->name[len] != '\0' && all[i]->name[len] != ' '))
            continue;
        help_line(all[i]);
        if (strcmp(all[i]->name, name) == 0)
            values_help(all[i], NULL, stdout);
        found = true;
    }
    if (!found)
        return cli_fail(EXIT_USAGE, _("there is no command \"%s\"; the commands: quxiang help"), name);
    if (!first)
        fputs(_("Everywhere: --server ADDRESS  --token-file FILE  --class YEAR  --enrolment ID  --lang zh|en  --json\n"
                "Exit status: 0 done, 1 refused, 2 usage, 3 conflict, 4 no connection, 5 log-in\n"),
              stdout);
    return EXIT_DONE;
}

/* The manual where man(1) can be run; behind the gateway nothing is run, the help stands in. */
static int manual(struct cli *cli)
{
    static const char *const pages[] = {"quxiang", "quxiang-rpc", "quxiang-flows"};
    const char *page = cli_arg(cli, 0) ? cli_arg(cli, 0) : pages[0];
    bool known = false;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        known = known || strcmp(page, pages[i]) == 0;
    if (!known)
        return cli_usage(cli, _("there is no manual page %s"), page);
    if (!cli->options->gateway)
        execlp("man", "man", page, (char *)NULL);
    cli->args.npositional = 0;
    return help(cli);
}

const struct command commands_session[] = {
    {"whoami", "", DANGER_NONE, VERB_FIRST, 0, ACT_NONE, N_("my account, rights, classes or enrolments"), whoami},
    {"token", "USER", DANGER_NONE, VERB_LOCAL, 0, ACT_NONE,
     N_("log in and print a token, for a file given as --token-file"), token},
    {"activate", "USER", DANGER_NONE, VERB_LOCAL, 0, ACT_NONE, N_("set the first password by an activation code"),
     activate},
    {"password", "", DANGER_ASK, VERB_FIRST, 0, ACT_NONE, N_("change my password, or set the first one"), password},
    {"logout", "", DANGER_ASK, VERB_FIRST, 0, ACT_NONE, N_("end the session: its token is dead"), logout},
    {"class", "[YEAR]", DANGER_NONE, 0, R_MANAGER, ACT_NONE, N_("the classes, or choose one for this session"), class},
    {"language", "zh|en", DANGER_NONE, 0, 0, ACT_NONE, N_("keep a language with the account"), language},
    {"status", "", DANGER_NONE, 0, R(OPERATOR) | R(SUPPORT), ACT_NONE, N_("the server's counters"), status_verb},
    {"help", "[COMMAND] [WORD]", DANGER_NONE, VERB_LOCAL, 0, ACT_NONE, N_("the commands, or one of them"), help},
    {"man", "[PAGE]", DANGER_NONE, VERB_LOCAL, 0, ACT_NONE, N_("the manual: quxiang, quxiang-rpc, quxiang-flows"),
     manual},
    {0},
};
