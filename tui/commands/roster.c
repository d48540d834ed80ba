/*
 * roster.c - verbs on the roster: import with progress, list, one graduate, activation codes.
 */
#include "cli.h"

#include "../../shared/rpc/methods.h"
#include "../words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 512 * 1024 };

static const struct column roster_columns[] = {
    {"id", N_("id"), NULL},
    {"name", N_("name"), NULL},
    {"student_no", N_("student number"), NULL},
    {"exam_no", N_("examination number"), NULL},
    {"identity_no", N_("identity number"), NULL},
    {"department", N_("department"), NULL},
    {"major", N_("major"), NULL},
    {"level", N_("level"), show_level},
    {"graduation", N_("graduation"), NULL},
    {"may_sign", N_("may sign"), NULL},
    {"why_not", N_("why not"), NULL},
    {"destination", N_("destination"), show_kind},
    {0},
};
static const struct column record_columns[] = {{"id", N_("id"), NULL},
                                               {"flow", N_("flow"), show_flow},
                                               {"kind", N_("kind"), show_kind},
                                               {"state", N_("state"), show_state},
                                               {"submitted_at", N_("submitted"), show_time},
                                               {"employer", N_("employer"), NULL},
                                               {0}};
static const struct column report_columns[] = {{"encoding", N_("encoding"), NULL},
                                               {"rows", N_("rows in the file"), NULL},
                                               {"added", N_("added"), NULL},
                                               {"changed", N_("changed"), NULL},
                                               {"unchanged", N_("unchanged"), NULL},
                                               {"refused", N_("refused"), NULL},
                                               {"missing", N_("in the class, not in the file"), NULL},
                                               {"lapsed", N_("records that lapsed"), NULL},
                                               {"new_departments", N_("new departments"), NULL},
                                               {0}};
static const struct column code_columns[] = {{"name", N_("name"), NULL},
                                             {"student_no", N_("student number"), NULL},
                                             {"user", N_("user name"), NULL},
                                             {"code", N_("activation code"), NULL},
                                             {0}};

/* ------------------------------------------------------------------ list, one */

static int list(struct cli *cli)
{
    static const char *const members[] = {"text", "department", "level", "major"};
    struct pack pairs, filter;
    uint32_t given = 0;
    pack_init(&pairs);
    pack_init(&filter);
    const size_t mark = pack_map_open(&filter);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *value = cli_option(cli, members[i]);
        if (value) {
            pack_kstr(&filter, members[i], value);
            given++;
        }
    }
    pack_map_close(&filter, mark, given);
    if (given) {
        pack_key(&pairs, "filter");
        pack_raw(&pairs, filter.buf.data, filter.buf.size);
    }
    const int status = print_pages(cli, "roster.list", &pairs, given > 0, roster_columns);
    pack_free(&filter);
    pack_free(&pairs);
    return status;
}

static int show(struct cli *cli)
{
    struct pack params;
    struct answer a;
    cli->status = EXIT_DONE;
    pack_init(&params);
    pack_map(&params, 1);
    pack_kstr(&params, "id", cli_arg(cli, 0));
    if (cli_ask(cli, "roster.get", &params, &a)) {
        if (cli->options->json) {
            print_json(&a.result);
        } else {
            const msgpack_object *graduate = map_get(&a.result, "graduate");
            if (graduate)
                print_fields(graduate, roster_columns);
            print_fields(&a.result, roster_columns);
            putchar('\n');
            print_rows(cli, &a.result, "records", record_columns);
        }
    }
    answer_free(&a);
    pack_free(&params);
    return cli->status;
}

static int bar_with(struct cli *cli, const char *reason)
{
    struct pack params;
    pack_init(&params);
    pack_map(&params, 1u + (reason != NULL));
    pack_kstr(&params, "id", cli_arg(cli, 0));
    if (reason)
        pack_kstr(&params, "reason", reason);
    return cli_change(cli, "roster.bar", &params, reason ? _("may not sign from now on") : _("may sign again"));
}

static int bar(struct cli *cli)
{
    const char *reason = cli_option(cli, "text");
    return reason ? bar_with(cli, reason) : cli_usage(cli, "%s", _("--text TEXT, the reason, is missing"));
}

static int unbar(struct cli *cli)
{
    return bar_with(cli, NULL);
}

/* ------------------------------------------------------------------ import */

static bool ask_ok(struct cli *cli, const char *method, struct pack *params, bool once)
{
    struct answer a;
    const bool answered = once ? cli_ask_once(cli, method, params, &a) : cli_ask(cli, method, params, &a);
    if (answered) {
        cli->status = outcome_exit(&a.result);
        if (cli->status != EXIT_DONE)
            cli_outcome(cli, &a.result, NULL);
    }
    answer_free(&a);
    pack_free(params);
    return answered && cli->status == EXIT_DONE;
}

static bool begin(struct cli *cli, const char *import)
{
    struct pack params;
    pack_init(&params);
    pack_map(&params, 3);
    pack_kstr(&params, "import", import);
    pack_kint(&params, "class", cli->options->class_year);
    pack_kbool(&params, "good_rows_alone", cli_flag(cli, "good-rows-alone"));
    return ask_ok(cli, "roster.import_begin", &params, false);
}

/* A piece goes out once: nobody could tell whether a second one is the same. A break means: import again, nothing
 * doubles. */
static bool send_file(struct cli *cli, const char *import, FILE *f)
{
    char *piece = malloc(PIECE);
    bool ok = piece != NULL;
    size_t n;
    while (ok && (n = fread(piece, 1, PIECE, f)) > 0) {
        struct pack params;
        pack_init(&params);
        pack_map(&params, 2);
        pack_kstr(&params, "import", import);
        pack_key(&params, "data");
        pack_bin(&params, piece, n);
        ok = ask_ok(cli, "roster.import_data", &params, true);
    }
    free(piece);
    if (ok && ferror(f)) {
        cli->status = cli_fail(EXIT_USAGE, _("the file cannot be read: %s"), strerror(errno));
        return false;
    }
    return ok;
}

static void say_errors(const msgpack_object *result)
{
    char buf[256];
    uint32_t n;
    const msgpack_object *errors = array_of(result, "errors", &n);
    for (uint32_t i = 0; i < n; i++) {
        const msgpack_object *value = map_get(&errors[i], "value");
        cli_say(_("line %lld, %s: %s%s%s"), (long long)int_of(&errors[i], "line"),
                word_field(text_of(&errors[i], "column")),
                word_field_error(text_of(&errors[i], "error")), value ? ": " : "",
                value ? show_plain(value, buf, sizeof buf) : "");
    }
}

static int run(struct cli *cli, const char *import)
{
    struct pack params;
    struct answer a;
    int status = EXIT_REFUSED;
    pack_init(&params);
    pack_map(&params, 1);
    pack_kstr(&params, "import", import);
    const bool ran = cli_ask(cli, "roster.import_run", &params, &a);
    if (isatty(STDERR_FILENO))
        fputc('\n', stderr); /* below the progress */
    if (ran) {
        say_errors(&a.result);
        status = cli_outcome(cli, &a.result, NULL);
        if (status == EXIT_DONE && int_of(&a.result, "refused") > 0)
            status = EXIT_REFUSED; /* the good rows are in; that some aren't is not to be missed by a script */
        if (!cli->options->json)
            print_fields(&a.result, report_columns);
    } else {
        status = cli->status;
    }
    answer_free(&a);
    pack_free(&params);
    return status;
}

static int import(struct cli *cli)
{
    char id[UUID_LENGTH + 1];
    if (!cli->options->class_year)
        return cli_usage(cli, "%s", _("--class YEAR is missing: the class that the roster is of"));
    FILE *f = cli_open(cli, cli_arg(cli, 0));
    if (!f)
        return cli->status;
    uuid_make(id);
    const bool sent = begin(cli, id) && send_file(cli, id, f);
    if (f != stdin)
        fclose(f);
    return sent ? run(cli, id) : cli->status;
}

/* ------------------------------------------------------------------ activation codes */

static int codes(struct cli *cli)
{
    struct pack params;
    struct answer a;
    const char *id = cli_arg(cli, 0), *department = cli_option(cli, "department");
    cli->status = EXIT_DONE;
    pack_init(&params);
    pack_map(&params, (size_t)(id != NULL) + (department != NULL));
    if (id)
        pack_kstr(&params, "id", id);
    if (department)
        pack_kstr(&params, "department", department);
    if (cli_ask_once(cli, "roster.activation", &params, &a))
        print_rows(cli, &a.result, "rows", code_columns);
    answer_free(&a);
    pack_free(&params);
    return cli->status;
}

const struct command commands_roster[] = {
    {"roster list", "[--text TEXT] [--department NAME] [--level CODE] [--major NAME] [--limit ROWS]", DANGER_NONE, 0,
     R_MANAGER, ACT_NONE, N_("the roster of the class"), list},
    {"roster show", "ID", DANGER_NONE, 0, R_MANAGER | R(SUPPORT), ACT_NONE, N_("one graduate with the whole history"),
     show},
    {"roster import", "FILE|- [--good-rows-alone]", DANGER_ASK, 0, R(SCHOOL), ACT_NONE,
     N_("bring a roster in (CSV, UTF-8 or GB18030); needs --class YEAR; exit status 1 when a row was refused, also with "
        "--good-rows-alone"),
     import},
    {"roster bar", "ID [--text TEXT]", DANGER_ASK, VERB_TEXT, R(SCHOOL), ACT_NONE,
     N_("a graduate may not sign, with the reason"), bar},
    {"roster unbar", "ID", DANGER_NONE, 0, R(SCHOOL), ACT_NONE, N_("a graduate may sign again"), unbar},
    {"activation codes", "[ID] [--department NAME]", DANGER_ASK, 0, R(SCHOOL), ACT_NONE,
     N_("make one-time activation codes for graduates without a password"), codes},
    {0},
};
