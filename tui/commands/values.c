/*
 * values.c - what an option's value may be, where it is one of a list: told in `help COMMAND`, and when it is none of
 * them (cli.h). The lists are the code tables' and the flow tables' own; the server still decides who may give what.
 */
#include "cli.h"

#include "../../shared/domain/codes.h"
#include "../words.h"

#include <string.h>

enum { VALUES_MAX = 128 };

struct value {
    const char *code, *label;
};

/* Answers how many were written, at most VALUES_MAX. */
typedef size_t (*values_list)(const struct command *, struct value *);

static size_t of_table(const char *name, struct value *out)
{
    const struct code_table *table = code_table(name);
    size_t n = 0;
    for (size_t i = 0; table && i < table->nrows && n < VALUES_MAX; i++)
        if (table->rows[i].current)
            out[n++] = (struct value){table->rows[i].code, code_label(table, table->rows[i].code, tr_zh())};
    return n;
}

static size_t reasons(const struct command *c, struct value *out)
{
    return c->action == ACT_NONE ? 0 : of_table(word_reason_table(action_code(c->action)), out);
}

static size_t kinds(const struct command *c, struct value *out)
{
    (void)c;
    return of_table("destination_kind", out);
}

static size_t levels(const struct command *c, struct value *out)
{
    (void)c;
    return of_table("education_level", out);
}

static size_t flows(const struct command *c, struct value *out)
{
    (void)c;
    for (int i = 0; i < FLOW_COUNT; i++)
        out[i] = (struct value){flow_code((enum qx_flow)i), word_flow(flow_code((enum qx_flow)i))};
    return FLOW_COUNT;
}

static size_t states(const struct command *c, struct value *out)
{
    size_t n = 0;
    (void)c;
    for (int i = 0; i < ST_COUNT && n < VALUES_MAX; i++)
        if (strcmp(state_code((enum qx_state)i), "none") != 0)
            out[n++] = (struct value){state_code((enum qx_state)i), word_state(state_code((enum qx_state)i))};
    return n;
}

/* ------------------------------------------------------------------ short lists */

static const struct value orders[] = {
    {"submitted", N_("submitted")}, {"name", N_("name")}, {"student_no", N_("student number")}, {0}};
static const struct value roles[] = {{"department", N_("department")},
                                     {"school", N_("school")},
                                     {"employer", N_("employer")},
                                     {"province", N_("province")},
                                     {"support", N_("support")},
                                     {"operator", N_("operator")},
                                     {0}};
static const struct value scopes[] = {{"both", N_("all education levels")},
                                      {"undergraduate", N_("undergraduate and vocational")},
                                      {"postgraduate", N_("postgraduate")},
                                      {0}};
static const struct value contacts[] = {{"all", N_("all education levels")},
                                        {"undergraduate", N_("undergraduate and vocational")},
                                        {"postgraduate", N_("postgraduate")},
                                        {0}};
static const struct value modes[] = {
    {"school_only", N_("school only")}, {"two_level", N_("department, then school")}, {0}};
static const struct value rights[] = {
    {"none", N_("the module isn't shown")}, {"read", N_("look only")}, {"write", N_("look and decide")}, {0}};
static const struct value on[] = {{"on", N_("cannot be turned off again")}, {0}};
static const struct value on_off[] = {{"on", N_("on")}, {"off", N_("off")}, {0}};

static const struct {
    const char *option;
    const struct value *words; /* ended by a NULL code; or */
    values_list list;
} allowed[] = {
    {"reason", NULL, reasons},       {"kind", NULL, kinds},           {"level", NULL, levels},
    {"flow", NULL, flows},           {"state", NULL, states},         {"order", orders, NULL},
    {"role", roles, NULL},           {"scope", scopes, NULL},         {"contact", contacts, NULL},
    {"audit-mode", modes, NULL},     {"employment", rights, NULL},    {"archive", rights, NULL},
    {"household", rights, NULL},     {"online-signing", on, NULL},    {"supplement", on, NULL},
    {"destination", on, NULL},       {"void-audited", on_off, NULL},
};

static size_t values_of(const struct command *c, size_t row, struct value *out)
{
    size_t n = 0;
    if (allowed[row].list)
        return allowed[row].list(c, out);
    for (const struct value *v = allowed[row].words; v->code; v++)
        out[n++] = (struct value){v->code, _(v->label)};
    return n;
}

static void print_values(FILE *to, const struct value *values, size_t n)
{
    size_t width = 0;
    for (size_t i = 0; i < n; i++)
        width = strlen(values[i].code) > width ? strlen(values[i].code) : width;
    for (size_t i = 0; i < n; i++)
        fprintf(to, "        %-*s  %s\n", (int)width, values[i].code, values[i].label);
}

static bool has_option(const char *usage, const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = strstr(usage, "--"); at; at = strstr(at + 2, "--"))
        if (strncmp(at + 2, name, n) == 0 && strchr(" ]", at[2 + n]))
            return true;
    return false;
}

void values_help(const struct command *c, const char *option, FILE *to)
{
    struct value values[VALUES_MAX];
    for (size_t row = 0; row < sizeof allowed / sizeof *allowed; row++) {
        if ((option && strcmp(option, allowed[row].option) != 0) || !has_option(c->args, allowed[row].option))
            continue;
        const size_t n = values_of(c, row, values);
        if (n > 0)
            fprintf(to, "      --%s:\n", allowed[row].option);
        print_values(to, values, n);
    }
}

/* ------------------------------------------------------------------ checking */

static bool option_ok(const struct cli *cli, size_t row)
{
    struct value values[VALUES_MAX];
    const char *given = cli_option(cli, allowed[row].option);
    const size_t n = given ? values_of(cli->command, row, values) : 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(values[i].code, given) == 0)
            return true;
    if (n == 0)
        return true;
    cli_say(_("--%s %s: there is no such value; there are:"), allowed[row].option, given);
    print_values(stderr, values, n);
    return false;
}

/* "10001-4711", and "@3" after it where a version may stand. */
static bool id_ok(const char *text, bool version)
{
    static const char digits[] = "0123456789";
    const size_t school = strspn(text, digits), number = text[school] == '-' ? strspn(text + school + 1, digits) : 0;
    const char *rest = text + school + 1 + number;
    return school == 5 && number > 0 && (*rest == '\0' || (version && *rest == '@'));
}

bool values_ok(const struct cli *cli)
{
    for (size_t row = 0; row < sizeof allowed / sizeof *allowed; row++)
        if (has_option(cli->command->args, allowed[row].option) && !option_ok(cli, row))
            return false;
    const bool version = strncmp(cli->command->args, "ID[@VERSION]", 12) == 0;
    const bool id = strncmp(cli->command->args, "ID", 2) == 0 || strncmp(cli->command->args, "[ID]", 4) == 0;
    if (id && cli_arg(cli, 0) && !id_ok(cli_arg(cli, 0), version)) {
        cli_say(version ? _("%s: a record is named ID or ID@VERSION, such as 10001-4711@3")
                        : _("%s: an id is a school's code and a number, such as 10001-4711"),
                cli_arg(cli, 0));
        return false;
    }
    return true;
}
