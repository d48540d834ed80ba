/*
 * print_methods.c - the declarations of shared/rpc/methods.c, printed.
 */
#include "print_methods.h"

#include "../shared/domain/forms.h"
#include "../shared/rpc/methods.h"

#include <string.h>

static const char *const types[] = {
    [V_STR] = "str",   [V_INT] = "int",   [V_BOOL] = "bool", [V_BIN] = "bin",    [V_ID] = "id",
    [V_TIME] = "time", [V_UUID] = "uuid", [V_MAP] = "map",   [V_ARRAY] = "array"};
static const char *const modules[] = {
    [MODULE_EMPLOYMENT] = "employment", [MODULE_ARCHIVE] = "archive", [MODULE_HOUSEHOLD] = "household"};
static const char *const rights[] = {[RIGHT_NONE] = "none", [RIGHT_READ] = "read", [RIGHT_WRITE] = "write"};
static const char *const masks[] = {
    [MASK_NONE] = "none", [MASK_IDENTITY] = "identity", [MASK_PHONE] = "phone", [MASK_EMAIL] = "email"};
static const struct {
    unsigned flag;
    const char *name;
} flags[] = {{MF_ANONYMOUS, "anonymous"},
             {MF_CHANGES, "changes"},
             {MF_HEAVY, "heavy"},
             {MF_GATEWAY, "gateway"},
             {MF_NO_CLASS, "no_class"}};

/* ------------------------------------------------------------------ JSON */

static void json_text(FILE *out, const char *s)
{
    putc('"', out);
    for (; s && *s; s++) {
        if (*s == '"' || *s == '\\')
            putc('\\', out);
        putc(*s, out);
    }
    putc('"', out);
}

static void json_values(FILE *out, const char *key, const struct value_decl *d)
{
    fprintf(out, ", \"%s\": [", key);
    for (const struct value_decl *first = d; d && d->name; d++) {
        fprintf(
            out,
            "%s{\"name\": \"%s\", \"type\": \"%s\", \"optional\": %s, \"module\": \"%s\", \"mask\": \"%s\", \"doc\": ",
            d == first ? "" : ", ", d->name, types[d->type], d->optional ? "true" : "false", modules[d->module],
            masks[d->mask]);
        json_text(out, d->doc);
        if (d->of)
            json_values(out, "of", d->of);
        putc('}', out);
    }
    putc(']', out);
}

static void json_method(FILE *out, const struct method *m)
{
    const char *comma = "";
    fprintf(out, "{\"name\": \"%s\", \"doc\": ", m->name);
    json_text(out, m->doc);
    fprintf(out, ", \"module\": \"%s\", \"right\": \"%s\", \"roles\": [", modules[m->module], rights[m->right]);
    for (int r = 0; r < ROLE_COUNT; r++)
        if (m->roles & 1u << r) {
            fprintf(out, "%s\"%s\"", comma, role_code((enum qx_role)r));
            comma = ", ";
        }
    fputs("], \"flags\": [", out);
    comma = "";
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (m->flags & flags[i].flag) {
            fprintf(out, "%s\"%s\"", comma, flags[i].name);
            comma = ", ";
        }
    putc(']', out);
    json_values(out, "params", m->params);
    json_values(out, "result", m->result);
    putc('}', out);
}

static void print_json(FILE *out)
{
    const struct method *all;
    const size_t n = methods_all(&all);
    fputs("[\n", out);
    for (size_t i = 0; i < n; i++) {
        json_method(out, &all[i]);
        fputs(i + 1 < n ? ",\n" : "\n", out);
    }
    fputs("]\n", out);
}

/* ------------------------------------------------------------------ man */

static void man_text(FILE *out, const char *s)
{
    for (; s && *s; s++) {
        if (*s == '\\')
            fputs("\\e", out);
        else if (*s == '-')
            fputs("\\-", out);
        else
            putc(*s, out);
    }
}

static void man_values(FILE *out, const struct value_decl *d, int depth)
{
    for (; d && d->name; d++) {
        fprintf(out, ".TP\n.BR %s \" (%s%s)\"\n", d->name, types[d->type], d->optional ? ", may be absent" : "");
        fputs("\\&", out);
        man_text(out, d->doc && *d->doc ? d->doc : d->name);
        if (d->mask != MASK_NONE)
            fprintf(out, " (masked: %s)", masks[d->mask]);
        if (d->module != MODULE_EMPLOYMENT)
            fprintf(out, " (left out without read on %s)", modules[d->module]);
        putc('\n', out);
        if (d->of && depth < 3) {
            fputs(".RS\n", out);
            man_values(out, d->of, depth + 1);
            fputs(".RE\n", out);
        }
    }
}

static void man_who(FILE *out, const struct method *m)
{
    fputs(".PP\nWho: ", out);
    if (m->flags & MF_GATEWAY)
        fputs("the gateway's broker", out);
    else if (m->flags & MF_ANONYMOUS)
        fputs("anybody", out);
    const char *comma = "";
    for (int r = 0; r < ROLE_COUNT; r++)
        if (m->roles & 1u << r) {
            fprintf(out, "%s%s", comma, role_code((enum qx_role)r));
            comma = ", ";
        }
    if (m->right != RIGHT_NONE)
        fprintf(out, "; managers need %s on %s", rights[m->right], modules[m->module]);
    if (m->flags & MF_CHANGES)
        fputs("; changes, and is answered once per request_id", out);
    fputs(".\n", out);
}

static void man_method(FILE *out, const struct method *m)
{
    fprintf(out, ".SS %s\n", m->name);
    man_text(out, m->doc);
    putc('\n', out);
    man_who(out, m);
    if (m->params->name) {
        fputs(".PP\nParameters:\n", out);
        man_values(out, m->params, 0);
    }
    if (m->result->name) {
        fputs(".PP\nResult:\n", out);
        man_values(out, m->result, 0);
    }
}

static void print_man(FILE *out)
{
    const struct method *all;
    const size_t n = methods_all(&all);
    fputs(".\\\" Made by quxiangd \\-\\-print\\-methods=man\n.SH METHODS\n", out);
    for (size_t i = 0; i < n; i++)
        man_method(out, &all[i]);
}

bool print_methods(FILE *out, const char *format)
{
    if (strcmp(format, "json") == 0)
        print_json(out);
    else if (strcmp(format, "man") == 0)
        print_man(out);
    else
        return false;
    return true;
}
