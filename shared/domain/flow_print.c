/*
 * flow_print.c - a flow as a drawing (Graphviz dot, Mermaid) or as a table, from the same rows that decide.
 */
#include "flowcheck.h"

static bool has_flag(const struct flow_transition *t, unsigned flag)
{
    return (t->flags & flag) != 0;
}

static const char *const place_words[] = {[PLACE_KEEP] = "", [PLACE_TAKE] = "takes", [PLACE_GIVE_BACK] = "gives back"};
static const char *const ledger_words[] = {
    [LEDGER_KEEP] = "",         [LEDGER_SET] = "set",          [LEDGER_UPDATE] = "updated",
    [LEDGER_CLEAR] = "cleared", [LEDGER_RESTORE] = "restored",
};

/* ------------------------------------------------------------------ dot */

static void dot_state(FILE *out, const struct flow_state *s)
{
    fprintf(out, "  %s [shape=%s%s, label=\"%s", state_code(s->state), s->final ? "doublecircle" : "box",
            s->holds_place ? ", style=filled, fillcolor=lightgrey" : "", state_code(s->state));
    if (s->waits_for)
        fprintf(out, "\\n(%s)", role_code(s->waits_for));
    if (s->waits_for_other)
        fputs("\\n(the other side)", out);
    fputs("\"];\n", out);
}

static void dot_edge(FILE *out, const struct flow_transition *t, enum qx_state to, const char *when)
{
    fprintf(out, "  %s -> %s [label=\"%s (%s)%s\"%s];\n", state_code(t->from), state_code(to), action_code(t->action),
            role_code(t->by), when, has_flag(t, TF_UNDO) ? ", style=dotted" : "");
}

static void print_dot(FILE *out, const struct flow_def *def, const char *title)
{
    fprintf(out, "digraph %s {\n  label=\"%s\";\n  rankdir=TB;\n", flow_code(def->flow), title);
    if (def->initial == ST_NONE)
        fputs("  none [shape=point];\n", out);
    for (size_t i = 0; i < def->nstates; i++)
        dot_state(out, &def->states[i]);
    for (size_t i = 0; i < def->ntransitions; i++) {
        const struct flow_transition *t = &def->transitions[i];

        dot_edge(out, t, t->to, t->to_alone ? "\\ntwo-level" : "");
        if (t->to_alone)
            dot_edge(out, t, t->to_alone, "\\nschool only");
    }
    fputs("}\n", out);
}

/* ------------------------------------------------------------------ Mermaid */

static void mermaid_edge(FILE *out, const struct flow_transition *t, enum qx_state to, const char *when)
{
    fprintf(out, "  %s --> %s: %s (%s)%s\n", t->from == ST_NONE ? "[*]" : state_code(t->from), state_code(to),
            action_code(t->action), role_code(t->by), when);
}

static void print_mermaid(FILE *out, const struct flow_def *def, const char *title)
{
    fprintf(out, "---\ntitle: %s\n---\nstateDiagram-v2\n", title);
    if (def->initial != ST_NONE)
        fprintf(out, "  [*] --> %s\n", state_code(def->initial));
    for (size_t i = 0; i < def->ntransitions; i++) {
        const struct flow_transition *t = &def->transitions[i];

        mermaid_edge(out, t, t->to, t->to_alone ? ", two-level" : "");
        if (t->to_alone)
            mermaid_edge(out, t, t->to_alone, ", school only");
    }
    for (size_t i = 0; i < def->nstates; i++)
        if (def->states[i].final)
            fprintf(out, "  %s --> [*]\n", state_code(def->states[i].state));
}

/* ------------------------------------------------------------------ table */

static void print_guards(FILE *out, uint64_t guards)
{
    const char *comma = "";

    for (int g = 0; g < GUARD_COUNT; g++) {
        if (!(guards >> g & 1) || g == GUARD_SCOPE || g == GUARD_RIGHT)
            continue;
        fprintf(out, "%s%s", comma, guard_code((enum qx_guard)g));
        comma = ",";
    }
}

static void print_states(FILE *out, const struct flow_def *def)
{
    fputs("state\twaits_for\tplace\tin_process\tfinal\n", out);
    for (size_t i = 0; i < def->nstates; i++) {
        const struct flow_state *s = &def->states[i];

        fprintf(out, "%s\t%s\t%s\t%s\t%s\n", state_code(s->state),
                s->waits_for_other ? "other_side" : role_code(s->waits_for), s->holds_place ? "held" : "",
                s->in_process ? "yes" : "", s->final ? "yes" : "");
    }
    fputc('\n', out);
}

/* Tab-separated with headers, so that it lines up in a spreadsheet, in column(1) and in a man page alike. */
static void print_table(FILE *out, const struct flow_def *def, const char *title)
{
    fprintf(out, "# %s: %s\n", flow_code(def->flow), title);
    print_states(out, def);
    fputs("from\taction\tby\tto\tschool_only\tplace\tledger\tmessage\tguards\n", out);
    for (size_t i = 0; i < def->ntransitions; i++) {
        const struct flow_transition *t = &def->transitions[i];

        fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t", state_code(t->from), action_code(t->action), role_code(t->by),
                state_code(t->to), t->to_alone ? state_code(t->to_alone) : "", place_words[t->place],
                ledger_words[t->ledger], t->message ? message_code(t->message) : "");
        print_guards(out, t->guards);
        fputc('\n', out);
    }
}

void flow_print_list(FILE *out)
{
    for (int f = 0; f < FLOW_COUNT; f++) {
        const struct flow_def *def = flow_def((enum qx_flow)f);

        fprintf(out, "%s\t%zu\t%zu\t%s\t%s\n", flow_code(def->flow), def->nstates, def->ntransitions, def->name_zh,
                def->name_en);
    }
}

void flow_print(FILE *out, enum qx_flow flow, enum flow_format format, bool zh)
{
    const struct flow_def *def = flow_def(flow);
    const char *title = zh ? def->name_zh : def->name_en;

    switch (format) {
    case FLOW_DOT:
        print_dot(out, def, title);
        break;
    case FLOW_MERMAID:
        print_mermaid(out, def, title);
        break;
    case FLOW_TABLE:
        print_table(out, def, title);
        break;
    }
}
