/*
 * queue.c - verbs that look at many records: home, queues, the feed.
 */
#include "cli.h"

#include "../../shared/rpc/methods.h"

#include <string.h>

static const struct column queue_columns[] = {
    {"id", N_("id"), NULL},
    {"version", N_("version"), NULL},
    {"name", N_("name"), NULL},
    {"student_no", N_("student number"), NULL},
    {"flow", N_("flow"), show_flow},
    {"kind", N_("kind"), show_kind},
    {"state", N_("state"), show_state},
    {"submitted_at", N_("submitted"), show_time},
    {"department", N_("department"), NULL},
    {"major", N_("major"), NULL},
    {"level", N_("level"), show_level},
    {"employer", N_("employer"), NULL},
    {"number", N_("agreement number"), NULL},
    {"marks", N_("marks"), NULL},
    {0},
};

static const struct column count_columns[] = {
    {"flow", N_("flow"), show_flow}, {"state", N_("state"), show_state}, {"count", N_("waiting"), NULL}, {0}};

static const struct column feed_columns[] = {{"id", N_("id"), NULL},
                                             {"at", N_("when"), show_time},
                                             {"kind", N_("kind"), NULL},
                                             {"record", N_("record"), NULL},
                                             {"version", N_("version"), NULL},
                                             {"body", N_("what"), NULL},
                                             {"retracted", N_("retracted"), NULL},
                                             {0}};

static const struct column home_columns[] = {
    {"pending", N_("waiting for me"), NULL},
    {"drafts", N_("drafts"), NULL},
    {"unread", N_("unread messages"), NULL},
    {"lapsed_unseen", N_("lapsed, not looked at"), NULL},
    {"departments_without_account", N_("departments without an account"), NULL},
    {"contacts", N_("agreement contacts"), NULL},
    {"help_contact", N_("help"), NULL},
    {0},
};

/* --flow, --state, … of a filter's members are passed on as they are: the server names what it doesn't know. */
static void pack_filter(const struct cli *cli, struct pack *pairs, size_t *n)
{
    static const char *const members[] = {"text", "department", "level", "major", "kind", "employer"};
    struct pack filter;
    uint32_t given = 0;
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
        pack_key(pairs, "filter");
        pack_raw(pairs, filter.buf.data, filter.buf.size);
        ++*n;
    }
    pack_free(&filter);
}

static void pack_option(const struct cli *cli, struct pack *pairs, size_t *n, const char *name)
{
    const char *value = cli_option(cli, name);
    if (value) {
        pack_kstr(pairs, name, value);
        ++*n;
    }
}

static void pack_flag(const struct cli *cli, struct pack *pairs, size_t *n, const char *name)
{
    if (cli_flag(cli, name)) {
        pack_kbool(pairs, name, true);
        ++*n;
    }
}

static int queue_list(struct cli *cli)
{
    struct pack pairs;
    size_t n = 0;
    pack_init(&pairs);
    pack_option(cli, &pairs, &n, "flow");
    pack_option(cli, &pairs, &n, "state");
    pack_option(cli, &pairs, &n, "order");
    pack_flag(cli, &pairs, &n, "all");
    pack_flag(cli, &pairs, &n, "descending");
    pack_filter(cli, &pairs, &n);
    const int status = print_pages(cli, "queue.list", &pairs, n, queue_columns);
    pack_free(&pairs);
    return status;
}

static int queue_counts(struct cli *cli)
{
    struct answer a;
    cli->status = EXIT_DONE;
    if (cli_ask(cli, "queue.counts", NULL, &a)) {
        print_rows(cli, &a.result, "queues", count_columns);
        if (!cli->options->json)
            printf(_("waiting in all: %lld\n"), (long long)int_of(&a.result, "total"));
    }
    answer_free(&a);
    return cli->status;
}

static int home(struct cli *cli)
{
    struct answer a;
    cli->status = EXIT_DONE;
    if (cli_ask(cli, "home.get", NULL, &a)) {
        if (cli->options->json) {
            print_json(&a.result);
        } else {
            print_fields(&a.result, home_columns);
            print_rows(cli, &a.result, "queues", count_columns);
        }
    }
    answer_free(&a);
    return cli->status;
}

static int feed(struct cli *cli)
{
    return print_pages(cli, "feed.list", NULL, 0, feed_columns);
}

const struct command commands_queue[] = {
    {"home", "", DANGER_NONE, 0, 0, ACT_NONE, N_("what waits and what may be done next"), home},
    {"queue list",
     "[--flow FLOW] [--state STATE] [--all] [--text TEXT] [--department NAME] [--level CODE] [--major NAME] [--kind "
     "KIND]"
     " [--employer NAME] [--order ORDER] [--descending] [--limit ROWS]",
     DANGER_NONE, 0, R_MANAGER, ACT_NONE, N_("records that wait for me, or with --all every record of a flow"),
     queue_list},
    {"queue counts", "", DANGER_NONE, 0, R_MANAGER, ACT_NONE, N_("exact counts of what waits, by flow and state"),
     queue_counts},
    {"feed", "[--limit ROWS]", DANGER_NONE, 0, R(SCHOOL) | R(OPERATOR), ACT_NONE,
     N_("the outgoing feed, in commit order"), feed},
    {0},
};
