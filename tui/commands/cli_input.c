/*
 * cli_input.c - files and secrets that a command reads (cli.h). Behind the gateway no path of its host is ever opened.
 */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

FILE *cli_open(struct cli *cli, const char *path)
{
    if (strcmp(path, "-") == 0)
        return stdin;
    if (cli->options->gateway) {
        cli->status = cli_fail(EXIT_USAGE, _("%s: over SSH a file is given as - and sent in on standard input"), path);
        return NULL;
    }
    FILE *f = fopen(path, "rbe");
    if (!f)
        cli->status = cli_fail(EXIT_USAGE, _("%s cannot be opened: %s"), path, strerror(errno));
    return f;
}

char *cli_read_all(struct cli *cli, FILE *f, size_t max, size_t *len)
{
    size_t size = 65536, n = 0;
    char *bytes = malloc(size);
    while (bytes && !feof(f) && !ferror(f) && n <= max) {
        if (size - n < 2) {
            char *more = realloc(bytes, size *= 2);
            if (!more)
                abort();
            bytes = more;
        }
        n += fread(bytes + n, 1, size - n - 1, f);
    }
    if (bytes && !ferror(f) && n <= max) {
        bytes[n] = '\0';
        *len = n;
        return bytes;
    }
    if (n > max)
        cli->status = cli_fail(EXIT_REFUSED, _("the file is larger than %zu bytes"), max);
    else
        cli->status = cli_fail(EXIT_USAGE, _("the file cannot be read: %s"), strerror(errno));
    free(bytes);
    return NULL;
}

void secret_free(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

static char *read_line(void)
{
    char *line = NULL;
    size_t size = 0;
    const ssize_t n = getline(&line, &size, stdin);
    if (n < 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

char *cli_line(const char *label)
{
    if (isatty(STDIN_FILENO))
        fputs(label, stderr);
    return read_line();
}

char *cli_secret(const char *label)
{
    struct termios before, silent;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0)
        return read_line();
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    fputs(label, stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    char *line = read_line();
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', stderr);
    return line;
}

/* ------------------------------------------------------------------ FIELD=VALUE */

static bool is_given(const struct cli *cli, int first, const msgpack_object_str *key)
{
    for (int i = first; cli_arg(cli, i); i++)
        if (strncmp(cli_arg(cli, i), key->ptr, key->size) == 0 && cli_arg(cli, i)[key->size] == '=')
            return true;
    return false;
}

/* A value that came masked (X1.5) isn't sent back as if it were one. */
static bool is_masked(const msgpack_object *value)
{
    return value->type == MSGPACK_OBJECT_STR && strstr(value->via.str.ptr, "***");
}

bool cli_pack_fields(const struct cli *cli, int first, const msgpack_object *base, struct pack *p)
{
    const size_t mark = pack_map_open(p);
    uint32_t n = 0;
    for (int i = first; cli_arg(cli, i); i++) {
        const char *field = cli_arg(cli, i), *equals = strchr(field, '=');
        if (!equals)
            return false;
        if (!equals[1])
            continue;
        pack_strn(p, field, (size_t)(equals - field));
        pack_str(p, equals + 1);
        n++;
    }
    for (uint32_t k = 0; base && base->type == MSGPACK_OBJECT_MAP && k < base->via.map.size; k++) {
        const msgpack_object_kv *member = &base->via.map.ptr[k];
        if (is_given(cli, first, &member->key.via.str) || is_masked(&member->val))
            continue;
        pack_strn(p, member->key.via.str.ptr, member->key.via.str.size);
        pack_object(p, &member->val);
        n++;
    }
    pack_map_close(p, mark, n);
    return true;
}
