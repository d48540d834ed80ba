/* keymap.c - the default rows and the user's, merged: the user's first, so that they always win. */
#include "keymap.h"

#include "po/tr.h"
#include "term.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX 8

struct row {
    const char *screen;
    const struct binding *binding;
    uint32_t keys[KEYS_MAX];
    size_t nkeys;
    bool hidden; /* a user's row stands before it */
    bool owned;
};

struct keys {
    struct row *rows;
    size_t n, size;
    char report[1024];
};

static size_t parse_sequence(const char *s, uint32_t *keys)
{
    size_t n = 0;

    while (*s != '\0' && n < KEYS_MAX) {
        size_t len = key_parse(s, &keys[n]);
        if (len == 0)
            return 0;
        s += len;
        n++;
    }
    return *s == '\0' ? n : 0;
}

static bool add(struct keys *k, const char *screen, const struct binding *binding, bool owned)
{
    struct row row = {.screen = screen, .binding = binding, .owned = owned};

    row.nkeys = parse_sequence(binding->keys, row.keys);
    if (row.nkeys == 0)
        return false;
    if (k->n == k->size) {
        k->size = k->size * 2 + 64;
        k->rows = realloc(k->rows, k->size * sizeof *k->rows);
        if (k->rows == NULL)
            abort();
    }
    k->rows[k->n++] = row;
    return true;
}

static void report(struct keys *k, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void report(struct keys *k, const char *fmt, ...)
{
    size_t have = strlen(k->report);
    va_list ap;

    if (have + 4 >= sizeof k->report)
        return;
    if (have > 0)
        k->report[have++] = '\n';
    va_start(ap, fmt);
    vsnprintf(k->report + have, sizeof k->report - have, fmt, ap);
    va_end(ap);
}

static char *word(char **s)
{
    while (isspace((unsigned char)**s))
        (*s)++;
    char *start = *s;
    while (**s != '\0' && !isspace((unsigned char)**s))
        (*s)++;
    if (**s != '\0')
        *(*s)++ = '\0';
    return start;
}

static void free_binding(const struct binding *b)
{
    free((char *)(uintptr_t)b->keys);
    free((char *)(uintptr_t)b->command);
    free((struct binding *)(uintptr_t)b);
}

/* "queue <C-n> next": one line of the user's file. */
static void user_line(struct keys *k, char *line, int number)
{
    line[strcspn(line, "\n")] = '\0';
    char *screen = word(&line), *seq = word(&line);
    while (isspace((unsigned char)*line))
        line++;
    if (*screen == '\0' || *screen == '#')
        return;
    if (*seq == '\0' || *line == '\0') {
        report(k, _("keys, line %d: it needs a screen, keys and a command"), number);
        return;
    }
    struct binding *b = calloc(1, sizeof *b);
    if (b == NULL)
        abort();
    b->keys = strdup(seq);
    b->command = strdup(line);
    b->label = b->command;
    char *name = strdup(screen);
    if (b->keys == NULL || b->command == NULL || name == NULL)
        abort();
    if (!add(k, name, b, true)) {
        report(k, _("keys, line %d: %s is not a key"), number, seq);
        free_binding(b);
        free(name);
    }
}

static bool same_keys(const struct row *a, const struct row *b)
{
    return strcmp(a->screen, b->screen) == 0 && a->nkeys == b->nkeys &&
           memcmp(a->keys, b->keys, a->nkeys * sizeof *a->keys) == 0;
}

static void hide_defaults(struct keys *k, size_t users)
{
    for (size_t i = 0; i < users; i++)
        for (size_t j = users; j < k->n; j++)
            if (same_keys(&k->rows[i], &k->rows[j])) {
                k->rows[j].hidden = true;
                report(k, _("keys: %s on %s now runs \"%s\", not \"%s\""), k->rows[i].binding->keys, k->rows[i].screen,
                       k->rows[i].binding->command, k->rows[j].binding->command);
            }
}

struct keys *keys_new(const char *user_file)
{
    struct keys *k = calloc(1, sizeof *k);
    FILE *f = user_file == NULL ? NULL : fopen(user_file, "r");
    char line[512];

    if (k == NULL)
        abort();
    for (int number = 1; f != NULL && fgets(line, sizeof line, f) != NULL; number++)
        user_line(k, line, number);
    if (f != NULL)
        fclose(f);
    size_t users = k->n;
    for (size_t i = 0; keymaps[i] != NULL; i++)
        for (const struct binding *b = keymaps[i]->rows; b->keys != NULL; b++)
            add(k, keymaps[i]->name, b, false);
    hide_defaults(k, users);
    return k;
}

void keys_free(struct keys *k)
{
    if (k == NULL)
        return;
    for (size_t i = 0; i < k->n; i++)
        if (k->rows[i].owned) {
            free_binding(k->rows[i].binding);
            free((char *)(uintptr_t)k->rows[i].screen);
        }
    free(k->rows);
    free(k);
}

const char *keys_report(const struct keys *k)
{
    return k->report;
}

static enum key_match find_in(const struct keys *k, const char *screen, const uint32_t *typed, size_t n,
                              const struct binding **out)
{
    enum key_match match = KEYS_NONE;

    for (size_t i = 0; i < k->n; i++) {
        const struct row *row = &k->rows[i];
        if (row->hidden || row->nkeys < n || strcmp(row->screen, screen) != 0 ||
            memcmp(row->keys, typed, n * sizeof *typed) != 0)
            continue;
        if (row->nkeys == n) {
            *out = row->binding;
            return KEYS_FOUND;
        }
        match = KEYS_PREFIX;
    }
    return match;
}

enum key_match keys_find(const struct keys *k, const char *screen, const uint32_t *typed, size_t n,
                         const struct binding **row)
{
    enum key_match match = find_in(k, screen, typed, n, row);
    return match == KEYS_NONE ? find_in(k, "global", typed, n, row) : match;
}

size_t keys_rows(const struct keys *k, const char *screen, const struct binding **rows, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < k->n && n < max; i++)
        if (!k->rows[i].hidden && strcmp(k->rows[i].screen, screen) == 0 &&
            strcmp(k->rows[i].binding->command, "-") != 0)
            rows[n++] = k->rows[i].binding;
    return n;
}

const char *keys_of(const struct keys *k, const char *screen, const char *command)
{
    for (size_t i = 0; i < k->n; i++)
        if (!k->rows[i].hidden && strcmp(k->rows[i].screen, screen) == 0 &&
            strcmp(k->rows[i].binding->command, command) == 0)
            return k->rows[i].binding->keys;
    return strcmp(screen, "global") == 0 ? "" : keys_of(k, "global", command);
}
