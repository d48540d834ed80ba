/*
 * args.c - a verb's arguments, sorted by its usage line (cli.h): the line that the user reads is the grammar.
 */
#include "cli.h"

#include <string.h>

struct grammar {
    const char *usage;
    int least, most; /* positional arguments */
};

/* The next word of a usage line, without its brackets; false at the end. */
static bool usage_word(const char **at, char *word, size_t len, bool *optional)
{
    const char *p = *at;
    size_t n = 0;
    while (*p == ' ')
        p++;
    if (!*p)
        return false;
    if (*p == '[')
        *optional = true;
    for (; *p && *p != ' '; p++)
        if (*p != '[' && *p != ']' && n + 1 < len)
            word[n++] = *p;
    word[n] = '\0';
    *at = p;
    return true;
}

const char *usage_shown(const char *usage, char *buf, size_t len)
{
    static const char *const placeholders[] = {
        N_("ID"),    N_("VERSION"), N_("CODE"), N_("TEXT"),   N_("KIND"),  N_("FIELD"),   N_("VALUE"),       N_("FILE"),
        N_("NAME"),  N_("USER"),    N_("ROWS"), N_("FLOW"),   N_("STATE"), N_("ORDER"),   N_("ROLE"),        N_("TITLE"),
        N_("MAIL"),  N_("NUMBER"),  N_("RIGHT"), N_("SCOPE"), N_("MODE"),  N_("ACCOUNT"), N_("FINGERPRINT"), N_("YEAR"),
        N_("COMMAND"), N_("WORD"),  N_("PAGE"), N_("ACTION")};
    size_t at = 0;
    for (const char *p = usage; *p && at + 1 < len;) {
        size_t n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        const char *shown = NULL;
        for (size_t i = 0; n > 1 && i < sizeof placeholders / sizeof *placeholders; i++)
            if (strlen(placeholders[i]) == n && strncmp(p, placeholders[i], n) == 0)
                shown = _(placeholders[i]);
        n = n ? n : 1;
        const int wrote = shown ? snprintf(buf + at, len - at, "%s", shown) : snprintf(buf + at, len - at, "%.*s", (int)n, p);
        at += (size_t)wrote;
        p += n;
    }
    if (at == 0)
        buf[0] = '\0';
    return buf;
}

static bool is_dots(const char *word)
{
    const size_t n = strlen(word);
    return n > 3 && strcmp(word + n - 3, "...") == 0;
}

/* Does the usage name this option, and does it take a value? */
static bool find_option(const char *usage, const char *name, size_t len, bool *value)
{
    char word[64];
    bool optional, found = false;
    while (usage_word(&usage, word, sizeof word, &optional)) {
        if (found) {
            *value = word[0] != '-';
            return true;
        }
        if (strncmp(word, "--", 2) == 0 && strlen(word + 2) == len && memcmp(word + 2, name, len) == 0) {
            *value = false;
            if (usage[-1] == ']')
                return true;
            found = true;
        }
    }
    return found;
}

static struct grammar read_usage(const char *usage)
{
    struct grammar g = {.usage = usage};
    char word[64];
    bool value, optional = false, skip = false;
    for (const char *at = usage; usage_word(&at, word, sizeof word, &optional); optional = false) {
        if (skip) {
            skip = false;
        } else if (strncmp(word, "--", 2) == 0) {
            skip = find_option(usage, word + 2, strlen(word + 2), &value) && value;
        } else {
            g.least += !optional;
            g.most = is_dots(word) ? ARGS_MAX : g.most + (g.most < ARGS_MAX);
        }
    }
    return g;
}

static bool take_option(struct args *a, const struct grammar *g, int argc, char *const *argv, int *i, char *why,
                        size_t len)
{
    const char *name = argv[*i] + 2, *equals = strchr(name, '=');
    const size_t n = equals ? (size_t)(equals - name) : strlen(name);
    bool value;
    if (!find_option(g->usage, name, n, &value)) {
        snprintf(why, len, _("there is no option --%.*s here"), (int)n, name);
        return false;
    }
    if (value && !equals && *i + 1 >= argc) {
        snprintf(why, len, _("--%s needs a value"), name);
        return false;
    }
    if (!value && equals) {
        snprintf(why, len, _("--%.*s takes no value"), (int)n, name);
        return false;
    }
    if (a->noptions == ARGS_MAX) {
        snprintf(why, len, "%s", _("too many arguments"));
        return false;
    }
    a->options[a->noptions].name = name;
    a->options[a->noptions++].value = !value ? "" : equals ? equals + 1 : argv[++*i];
    return true;
}

bool args_sort(struct args *a, const char *usage, int argc, char *const *argv, char *why, size_t len)
{
    const struct grammar g = read_usage(usage);
    bool options = true;
    *a = (struct args){0};
    for (int i = 0; i < argc; i++) {
        if (options && strcmp(argv[i], "--") == 0) {
            options = false;
        } else if (options && strncmp(argv[i], "--", 2) == 0) {
            if (!take_option(a, &g, argc, argv, &i, why, len))
                return false;
        } else if (a->npositional >= g.most || a->npositional == ARGS_MAX) {
            snprintf(why, len, _("one argument too many: %s"), argv[i]);
            return false;
        } else {
            a->positional[a->npositional++] = argv[i];
        }
    }
    if (a->npositional < g.least) {
        snprintf(why, len, "%s", _("an argument is missing"));
        return false;
    }
    return true;
}

const char *cli_arg(const struct cli *cli, int i)
{
    return i < cli->args.npositional ? cli->args.positional[i] : NULL;
}

/* The last one given holds, as everywhere. "--name=value" keeps its '=' in the name's text: compare up to it. */
const char *cli_option(const struct cli *cli, const char *name)
{
    const size_t n = strlen(name);
    for (int i = cli->args.noptions; i-- > 0;) {
        const char *given = cli->args.options[i].name;
        if (strncmp(given, name, n) == 0 && (given[n] == '\0' || given[n] == '='))
            return cli->args.options[i].value;
    }
    return NULL;
}

bool cli_flag(const struct cli *cli, const char *name)
{
    return cli_option(cli, name) != NULL;
}
