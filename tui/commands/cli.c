/*
 * cli.c - one verb as a command: arguments, connection, log-in, and the exit status (cli.h).
 */
#include "config.h"

#include "cli.h"

#include "../words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE = 30000 }; /* ms that a command waits while the database is away */

/* ------------------------------------------------------------------ saying */

static void say(const char *fmt, va_list ap)
{
    fputs("quxiang: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
}

void cli_say(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(fmt, ap);
    va_end(ap);
}

int cli_fail(int status, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(fmt, ap);
    va_end(ap);
    return status;
}

int cli_usage(const struct cli *cli, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(fmt, ap);
    va_end(ap);
    char args[1024];
    fprintf(stderr, _("usage: quxiang %s %s\n"), cli->command->name,
            usage_shown(cli->command->args, args, sizeof args));
    return EXIT_USAGE;
}

/* ------------------------------------------------------------------ connection, log-in, class */

static int no_connection(const struct cli *cli)
{
    const char *why = client_last_error(cli->client);
    return cli_fail(EXIT_NO_CONNECTION, _("no connection to the server at %s: %s"), cli->options->server,
                    *why ? why : "?");
}

/* A long job's progress, for a person who waits at a terminal. */
static void show_progress(void *arg, const char *method, const msgpack_object *params)
{
    int64_t done, total;
    (void)arg;
    if (strcmp(method, "roster.progress") == 0 && isatty(STDERR_FILENO) && map_int(params, "done", &done) &&
        map_int(params, "total", &total))
        fprintf(stderr, _("\r%lld of %lld rows"), (long long)done, (long long)total);
}

static bool start_client(struct cli *cli)
{
    const char *why = NULL;
    char *token = NULL;
    if (cli->client)
        return true;
    if (cli->options->token_file && !(token = token_read(cli->options->token_file))) {
        cli->status =
            cli_fail(EXIT_LOGIN, _("the token file %s cannot be read: %s"), cli->options->token_file, strerror(errno));
        return false;
    }
    const struct client_config config = {.server = cli->options->server,
                                         .token = token,
                                         .program = PACKAGE_STRING,
                                         .patience = PATIENCE,
                                         .on_notification = show_progress};
    cli->client = client_new(&config, &why);
    secret_free(token);
    if (!cli->client)
        cli->status = cli_fail(EXIT_USAGE, "--server %s: %s", cli->options->server, tr(why));
    return cli->client != NULL;
}

int cli_connect_anonymous(struct cli *cli)
{
    if (!start_client(cli))
        return cli->status;
    const enum client_state state = client_settle(cli->client);
    return state == CLIENT_READY || state == CLIENT_LOGIN ? EXIT_DONE : no_connection(cli);
}

static int log_in_by_hand(struct cli *cli)
{
    if (cli->options->gateway || cli->options->token_file || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        const char *why = client_last_error(cli->client);
        return cli_fail(EXIT_LOGIN, _("not logged in%s%s; give --token-file FILE (made by: quxiang token USER)"),
                        *why ? ": " : "", why);
    }
    char *user = cli_line(_("User: ")), *password = user ? cli_secret(_("Password: ")) : NULL;
    int status = EXIT_LOGIN;
    if (password) {
        struct pack params;
        struct answer a;
        pack_init(&params);
        pack_map(&params, 2);
        pack_kstr(&params, "user", user);
        pack_kstr(&params, "password", password);
        if (cli_ask_once(cli, "session.login", &params, &a))
            status = EXIT_DONE;
        answer_free(&a);
        explicit_bzero(params.buf.data, params.buf.size);
        pack_free(&params);
    }
    secret_free(password);
    free(user);
    return status;
}

/* Said on stderr what was refused, if anything was. */
static bool answered(struct cli *cli, const struct answer *a);

static int select_class(struct cli *cli, int class_year, const char *enrolment)
{
    struct answer a = client_ask_select(cli->client, class_year, enrolment);
    const int status = answered(cli, &a) ? EXIT_DONE : cli->status;
    answer_free(&a);
    return status;
}

/* Came in by an activation code: the server refuses everything else, and so it is said before anything is asked. */
static int password_set(const struct cli *cli)
{
    const msgpack_object *account = client_account(cli->client);
    bool unset = false;
    if (!account || !map_bool(account, "must_set_password", &unset) || !unset || cli->command->flags & VERB_FIRST)
        return EXIT_DONE;
    return cli_fail(EXIT_LOGIN, "%s",
                    _("set a password first: log in without a command, on a terminal, or give the command password"));
}

/* Managers work in the class asked for, else the newest; a graduate in the enrolment asked for, else the only one. */
static int choose(struct cli *cli)
{
    const msgpack_object *account = client_account(cli->client);
    uint32_t n;
    if (cli->options->class_year || cli->options->enrolment)
        return select_class(cli, cli->options->class_year, cli->options->enrolment);
    if (!account || map_get(account, "class") || map_get(account, "enrolment"))
        return EXIT_DONE;
    const msgpack_object *classes = array_of(account, "classes", &n);
    if (n > 0 && classes[0].type == MSGPACK_OBJECT_POSITIVE_INTEGER)
        return select_class(cli, (int)classes[0].via.u64, NULL);
    return EXIT_DONE;
}

static void speak_as_account(const struct cli *cli)
{
    const msgpack_object *account = client_account(cli->client);
    enum language language;
    if (!cli->options->language_chosen && account && language_of(text_of(account, "language"), &language))
        tr_use(language);
}

int cli_connect(struct cli *cli)
{
    int status = cli_connect_anonymous(cli);
    if (status == EXIT_DONE && client_state(cli->client) == CLIENT_LOGIN)
        status = log_in_by_hand(cli);
    if (status != EXIT_DONE)
        return status;
    speak_as_account(cli);
    status = password_set(cli);
    return status == EXIT_DONE ? choose(cli) : status;
}

/* ------------------------------------------------------------------ asking */

static int error_exit(enum rpc_error error)
{
    switch (error) {
    case RPC_UNAUTHENTICATED:
        return EXIT_LOGIN;
    case RPC_UNAVAILABLE:
    case RPC_DEADLINE_EXCEEDED:
    case RPC_RESOURCE_EXHAUSTED:
        return EXIT_NO_CONNECTION;
    case RPC_ABORTED:
    case RPC_ALREADY_EXISTS:
        return EXIT_CONFLICT;
    case RPC_INVALID_ARGUMENT:
        return EXIT_USAGE;
    default:
        return EXIT_REFUSED;
    }
}

static bool answered(struct cli *cli, const struct answer *a)
{
    char words[1024];
    if (a->status == CLIENT_RESULT)
        return true;
    if (a->status == CLIENT_LOST)
        cli->status = no_connection(cli);
    else
        cli->status = cli_fail(error_exit(a->error), "%s", word_rpc_error(a->text, words, sizeof words));
    return false;
}

static bool ask(struct cli *cli, const char *method, const struct pack *params, unsigned flags, struct answer *a)
{
    *a = client_ask(cli->client, method, params, flags);
    return answered(cli, a);
}

bool cli_ask(struct cli *cli, const char *method, const struct pack *params, struct answer *a)
{
    return ask(cli, method, params, 0, a);
}

bool cli_ask_once(struct cli *cli, const char *method, const struct pack *params, struct answer *a)
{
    return ask(cli, method, params, CALL_ONCE, a);
}

int outcome_exit(const msgpack_object *result)
{
    const msgpack_object *outcome = map_get(result, "outcome");
    if (!outcome || object_is(outcome, outcome_code(OUT_OK)))
        return EXIT_DONE;
    if (object_is(outcome, outcome_code(OUT_STALE)) || object_is(outcome, outcome_code(OUT_LOCKED)))
        return EXIT_CONFLICT;
    return EXIT_REFUSED;
}

int cli_outcome(struct cli *cli, const msgpack_object *result, const char *done)
{
    char words[4096];
    const int status = outcome_exit(result);
    if (cli->options->json)
        print_json(result);
    if (status != EXIT_DONE)
        cli_say("%s", word_refusal(result, words, sizeof words));
    else if (done && !cli->options->json)
        puts(done);
    return status;
}

int cli_created(struct cli *cli, const msgpack_object *result, const char *key, const char *value)
{
    const uint32_t n = result->type == MSGPACK_OBJECT_MAP ? result->via.map.size : 0;
    msgpack_object_kv *members = calloc(n + 1u, sizeof *members);
    if (!members)
        abort();
    for (uint32_t i = 0; i < n; i++)
        members[i] = result->via.map.ptr[i];
    members[n].key = (msgpack_object){.type = MSGPACK_OBJECT_STR, .via.str = {(uint32_t)strlen(key), key}};
    members[n].val = (msgpack_object){.type = MSGPACK_OBJECT_STR, .via.str = {(uint32_t)strlen(value), value}};
    const msgpack_object whole = {.type = MSGPACK_OBJECT_MAP, .via.map = {n + 1u, members}};
    const int status = cli_outcome(cli, map_get(result, key) ? result : &whole, value);
    free(members);
    return status;
}

int cli_change(struct cli *cli, const char *method, struct pack *params, const char *done)
{
    struct answer a;
    const int status = cli_ask(cli, method, params, &a) ? cli_outcome(cli, &a.result, done) : cli->status;
    answer_free(&a);
    pack_free(params);
    return status;
}

/* ------------------------------------------------------------------ running */

static int unknown_verb(int argc, char **argv)
{
    char word[96] = "";
    if (argc > 1)
        snprintf(word, sizeof word, " %s", argv[1]);
    return cli_fail(EXIT_USAGE, _("there is no command \"%s%s\"; the commands: quxiang help"), argv[0], word);
}

static int carry_out(struct cli *cli, int argc, char **argv, int used)
{
    char why[256];
    if (!cli->command)
        return unknown_verb(argc, argv);
    if (!cli->command->run)
        return cli_fail(EXIT_USAGE, _("\"%s\" needs the screen: run quxiang without a command"), cli->command->name);
    if (!args_sort(&cli->args, cli->command->args, argc - used, argv + used, why, sizeof why))
        return cli_usage(cli, "%s", why);
    if (!values_ok(cli))
        return EXIT_USAGE;
    int status = cli->command->flags & VERB_LOCAL ? EXIT_DONE : cli_connect(cli);
    if (status == EXIT_DONE)
        status = cli->command->run(cli);
    if (fflush(stdout) != 0 && status == EXIT_DONE)
        status = cli_fail(EXIT_REFUSED, _("the result cannot be written: %s"), strerror(errno));
    return status;
}

int cli_main(const struct options *options, int argc, char **argv)
{
    int used = 0;
    struct cli cli = {.options = options, .command = argc > 0 ? command_parse(argc, argv, &used) : NULL};
    /* over SSH the account says which language even a wrong command is answered in */
    if (options->gateway && !options->language_chosen) {
        if (!start_client(&cli))
            return cli.status;
        (void)client_settle(cli.client);
        speak_as_account(&cli);
    }
    const int status = carry_out(&cli, argc, argv, used);
    client_free(cli.client);
    return status;
}
