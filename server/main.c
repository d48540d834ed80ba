/*
 * main.c - quxiangd's arguments, as a table.
 */
#include "print_methods.h"
#include "run.h"

#include "../shared/domain/flowcheck.h"

#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option_kind { OPTION_TEXT, OPTION_NUMBER, OPTION_LONG, OPTION_FLAG };

struct option_row {
    const char *name, *value; /* value: its name in the help; NULL: a flag */
    enum option_kind kind;
    void *at;
    long min, max;
    const char *help;
};

static struct run_options options = {
    .config = {.connections_max = 4000,
               .in_flight_max = 64,
               .anonymous_seconds = 30,
               .idle_seconds = 12 * 3600,
               .help_contact = ""},
};
static struct {
    const char *print_flow, *print_methods, *format, *language;
    bool version, help;
} also;

static const struct option_row rows[] = {
    {"embedded", "DIR", OPTION_TEXT, &options.config.embedded_dir, 0, 0, "run a private PostgreSQL in DIR"},
    {"db", "CONNINFO", OPTION_TEXT, &options.config.conninfo, 0, 0, "use this PostgreSQL (libpq connection string)"},
    {"owner-db", "CONNINFO", OPTION_TEXT, &options.owner_conninfo, 0, 0,
     "the same database as its owner, who migrates"},
    {"keys", "FILE", OPTION_TEXT, &options.config.keys_file, 0, 0,
     "the server's keys; made if missing (default: DIR/keys)"},
    {"listen-unix", "PATH", OPTION_TEXT, &options.config.unix_path, 0, 0,
     "socket for clients; PATH.gateway is the gateway's"},
    {"port", "N", OPTION_NUMBER, &options.config.port, 1, 65535, "TCP port on 127.0.0.1 and ::1"},
    {"help-contact", "TEXT", OPTION_TEXT, &options.config.help_contact, 0, 0, "shown in every client"},
    {"connections-max", "N", OPTION_NUMBER, &options.config.connections_max, 1, 100000, "connections at once (4000)"},
    {"in-flight-max", "N", OPTION_NUMBER, &options.config.in_flight_max, 1, 10000,
     "calls under way per connection (64)"},
    {"login-seconds", "N", OPTION_NUMBER, &options.config.anonymous_seconds, 1, 3600, "time to log in (30)"},
    {"idle-seconds", "N", OPTION_NUMBER, &options.config.idle_seconds, 1, 604800,
     "silence after which a connection ends (43200)"},
    {"migrate-only", NULL, OPTION_FLAG, &options.migrate_only, 0, 0, "bring the schema up to date and end"},
    {"demo-data", "N", OPTION_LONG, &options.demo_graduates, 200, 100000000,
     "make demonstration data of N graduates first"},
    {"demo-waiting", "N", OPTION_LONG, &options.demo_waiting, 0, 100000000,
     "so many of their records wait for an auditor"},
    {"demo-users", "FILE", OPTION_TEXT, &options.demo_users, 0, 0, "write the demonstration's log-ins there"},
    {"print-flow", "NAME", OPTION_TEXT, &also.print_flow, 0, 0, "draw a flow and end; list: their names"},
    {"format", "FORMAT", OPTION_TEXT, &also.format, 0, 0, "of --print-flow: dot, mermaid, table"},
    {"lang", "LANG", OPTION_TEXT, &also.language, 0, 0, "of --print-flow: zh, en"},
    {"print-methods", "FORMAT", OPTION_TEXT, &also.print_methods, 0, 0,
     "print every method's declaration and end: json, man"},
    {"version", NULL, OPTION_FLAG, &also.version, 0, 0, "print the version and end"},
    {"help", NULL, OPTION_FLAG, &also.help, 0, 0, "print this and end"},
};
enum { ROWS = sizeof rows / sizeof *rows };

static int usage(FILE *out, int status)
{
    fprintf(out, "usage: quxiangd --embedded DIR|--db CONNINFO [--listen-unix PATH] [--port N] [option …]\n"
                 "       quxiangd --embedded DIR|--db CONNINFO account add|password|code …\n"
                 "       quxiangd --print-flow=NAME [--format=dot|mermaid|table]\n\n");
    for (int i = 0; i < ROWS; i++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", rows[i].name, rows[i].value ? " " : "",
                 rows[i].value ? rows[i].value : "");
        fprintf(out, "  %-24s %s\n", left, rows[i].help);
    }
    return status;
}

static bool store(const struct option_row *row, const char *value)
{
    char *end;
    if (row->kind == OPTION_FLAG) {
        *(bool *)row->at = true;
        return true;
    }
    if (row->kind == OPTION_TEXT) {
        *(const char **)row->at = value;
        return true;
    }
    long n = strtol(value, &end, 10);
    if (*value == '\0' || *end || n < row->min || n > row->max) {
        fprintf(stderr, "quxiangd: --%s takes a number from %ld to %ld, not %s\n", row->name, row->min, row->max,
                value);
        return false;
    }
    if (row->kind == OPTION_LONG)
        *(long *)row->at = n;
    else
        *(int *)row->at = (int)n;
    return true;
}

static bool parse(int argc, char **argv)
{
    struct option longs[ROWS + 1] = {{0}};
    for (int i = 0; i < ROWS; i++)
        longs[i] = (struct option){rows[i].name, rows[i].value ? required_argument : no_argument, NULL, i};
    for (int c, i = 0; (c = getopt_long(argc, argv, "+", longs, &i)) != -1;)
        if (c == '?' || !store(&rows[i], optarg))
            return false;
    options.command_argc = argc - optind;
    options.command = argv + optind;
    return true;
}

static int print_flow(void)
{
    static const char *const formats[] = {[FLOW_DOT] = "dot", [FLOW_MERMAID] = "mermaid", [FLOW_TABLE] = "table"};
    if (strcmp(also.print_flow, "list") == 0) {
        flow_print_list(stdout);
        return 0;
    }
    int flow = flow_of(also.print_flow), format = also.format ? -1 : FLOW_DOT;
    for (int i = 0; also.format && i < 3; i++)
        format = strcmp(formats[i], also.format) == 0 ? i : format;
    if (flow < 0 || format < 0) {
        fprintf(stderr, "quxiangd: no %s %s\n", flow < 0 ? "flow" : "format", flow < 0 ? also.print_flow : also.format);
        return 2;
    }
    flow_print(stdout, (enum qx_flow)flow, (enum flow_format)format, also.language && strcmp(also.language, "zh") == 0);
    return 0;
}

int main(int argc, char **argv)
{
    if (!parse(argc, argv))
        return usage(stderr, 2);
    if (also.help)
        return usage(stdout, 0);
    if (also.version)
        return puts(PACKAGE_STRING) < 0;
    if (also.print_flow)
        return print_flow();
    if (also.print_methods)
        return print_methods(stdout, also.print_methods) ? 0 : usage(stderr, 2);
    const struct server_config *c = &options.config;
    if (!c->embedded_dir == !c->conninfo) {
        fprintf(stderr, "quxiangd: give either --embedded DIR or --db CONNINFO\n");
        return usage(stderr, 2);
    }
    if (!options.command_argc && !options.migrate_only && !c->unix_path && !c->port) {
        fprintf(stderr, "quxiangd: give --listen-unix PATH or --port N, or both\n");
        return usage(stderr, 2);
    }
    return run(&options);
}
