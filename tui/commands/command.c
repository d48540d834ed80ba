/*
 * command.c - finding a verb, splitting a line into words, and the one way an action is put to the server (command.h).
 */
#include "command.h"

#include "../../shared/rpc/methods.h"

#include <stdlib.h>
#include <string.h>

const struct command *const command_tables[] = {
    commands_queue,
    commands_act,
    commands_record,
    commands_own,
    commands_evidence,
    commands_roster,
    commands_account,
    commands_settings,
    commands_session,
    commands_screen,
    NULL,
};

const struct command *command_find(const char *name)
{
    for (const struct command *const *table = command_tables; *table; table++)
        for (const struct command *c = *table; c->name; c++)
            if (strcmp(c->name, name) == 0)
                return c;
    return NULL;
}

const struct command *command_of_action(enum qx_action action)
{
    for (const struct command *const *table = command_tables; *table; table++)
        for (const struct command *c = *table; c->name; c++)
            if (action != ACT_NONE && c->action == action)
                return c;
    return NULL;
}

const struct command *command_parse(int argc, char *const *argv, int *used)
{
    char name[96];
    for (int words = argc < 2 ? argc : 2; words > 0; words--) {
        snprintf(name, sizeof name, words == 2 ? "%s %s" : "%s", argv[0], words == 2 ? argv[1] : "");
        const struct command *c = command_find(name);
        if (c) {
            *used = words;
            return c;
        }
    }
    return NULL;
}

size_t commands_all(const struct command **out, size_t max)
{
    size_t n = 0;
    for (const struct command *const *table = command_tables; *table; table++)
        for (const struct command *c = *table; c->name; c++, n++)
            if (n < max)
                out[n] = c;
    return n;
}

/* ------------------------------------------------------------------ words */

/* Copies one word's characters without its quotes; NULL: a quote is open. */
static const char *take_word(const char *p, char **to)
{
    char quote = '\0';
    for (; *p && (quote || (*p != ' ' && *p != '\t' && *p != '\n')); p++) {
        if (quote ? *p == quote : *p == '\'' || *p == '"')
            quote = quote ? '\0' : *p;
        else if (*p == '\\' && quote != '\'' && p[1])
            *(*to)++ = *++p;
        else
            *(*to)++ = *p;
    }
    *(*to)++ = '\0';
    return quote ? NULL : p;
}

char **words_split(const char *line, int *argc)
{
    const size_t most = strlen(line) / 2 + 2;
    char **argv = calloc(most + 1, sizeof *argv), *text = malloc(2 * strlen(line) + 2);
    if (!argv || !text)
        abort();
    char *to = text;
    *argc = 0;
    argv[0] = text;
    for (const char *p = line; p;) {
        p += strspn(p, " \t\n");
        if (!*p)
            return argv;
        argv[(*argc)++] = to;
        p = take_word(p, &to);
    }
    free(text);
    free(argv);
    return NULL;
}

/* ------------------------------------------------------------------ an action */

static void pack_optional(struct pack *p, uint32_t *n, const char *key, const char *value)
{
    if (!value)
        return;
    pack_kstr(p, key, value);
    ++*n;
}

void pack_act(struct pack *p, const struct act_request *a)
{
    const size_t mark = pack_map_open(p);
    uint32_t n = 2;
    pack_request_id(p);
    pack_kstr(p, "action", action_code(a->action));
    pack_optional(p, &n, "id", a->id);
    pack_optional(p, &n, "uuid", a->uuid);
    pack_optional(p, &n, "reason_code", a->reason_code);
    pack_optional(p, &n, "reason_text", a->reason_text);
    pack_optional(p, &n, "kind", a->kind);
    if (a->version >= 0) {
        pack_kint(p, "version", a->version);
        n++;
    }
    if (a->agreed) {
        pack_kbool(p, "agreed", true);
        n++;
    }
    if (a->content) {
        pack_key(p, "content");
        pack_raw(p, a->content->buf.data, a->content->buf.size);
        n++;
    }
    pack_map_close(p, mark, n);
}
