/*
 * options.c - the options that hold for every verb and for the screens, wherever they stand on the line (command.h).
 */
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_SERVER "unix:/run/quxiang/quxiang.sock"

/* The first OF_THE_GATEWAY are the gateway's alone to say when it started this program. */
static const char *const with_value[] = {"--server", "--token-file", "--lang", "--class", "--enrolment", NULL};
enum { OF_THE_GATEWAY = 2 };

static bool take_value(struct options *o, const char *name, const char *value)
{
    if (strcmp(name, "--server") == 0) {
        o->server = value;
    } else if (strcmp(name, "--token-file") == 0) {
        o->token_file = value;
    } else if (strcmp(name, "--enrolment") == 0) {
        o->enrolment = value;
    } else if (strcmp(name, "--class") == 0) {
        char *end;
        const long year = strtol(value, &end, 10);
        if (*end || year < 1900 || year > 9999) {
            fprintf(stderr, _("quxiang: --class %s: a class is a year, such as 2026\n"), value);
            return false;
        }
        o->class_year = (int)year;
    } else if (!language_of(value, &o->language)) {
        fprintf(stderr, _("quxiang: --lang %s: the languages are zh and en\n"), value);
        return false;
    } else {
        o->language_chosen = true;
        tr_use(o->language);
    }
    return true;
}

/* The option's index in with_value, or -1; *value: after '=', else NULL. */
static int find(const char *arg, const char **value)
{
    for (int i = 0; with_value[i]; i++) {
        const size_t n = strlen(with_value[i]);
        if (strncmp(arg, with_value[i], n) == 0 && (arg[n] == '\0' || arg[n] == '=')) {
            *value = arg[n] ? arg + n + 1 : NULL;
            return i;
        }
    }
    return -1;
}

static void defaults(struct options *o)
{
    const char *server = getenv("QUXIANG_SERVER"), *gateway = getenv("QUXIANG_GATEWAY");
    *o = (struct options){.server = server && *server ? server : DEFAULT_SERVER,
                          .token_file = getenv("QUXIANG_TOKEN_FILE"),
                          .gateway = gateway && strcmp(gateway, "1") == 0,
                          .language = language_of_environment()};
    tr_use(o->language);
}

bool options_take(struct options *o, int *argc, char **argv)
{
    int kept = 1;
    defaults(o);
    for (int i = 1; i < *argc; i++) {
        const char *value = NULL;
        if (strcmp(argv[i], "--") == 0) {
            while (i < *argc)
                argv[kept++] = argv[i++];
            break;
        }
        if (strcmp(argv[i], "--json") == 0) {
            o->json = true;
            continue;
        }
        const int option = find(argv[i], &value);
        if (option < 0) {
            argv[kept++] = argv[i];
            continue;
        }
        if (o->gateway && option < OF_THE_GATEWAY) {
            fprintf(stderr, _("quxiang: %s: over SSH the server and the log-in are the connection's own\n"),
                    with_value[option]);
            return false;
        }
        if (!value && i + 1 == *argc) {
            fprintf(stderr, _("quxiang: %s needs a value\n"), argv[i]);
            return false;
        }
        if (!take_value(o, with_value[option], value ? value : argv[++i]))
            return false;
    }
    *argc = kept;
    argv[kept] = NULL;
    return true;
}

char *token_read(const char *path)
{
    char line[512];
    FILE *f = fopen(path, "re");
    if (!f)
        return NULL;
    const bool got = fgets(line, sizeof line, f) != NULL;
    fclose(f);
    line[got ? strcspn(line, "\r\n") : 0] = '\0';
    char *token = strdup(line);
    explicit_bzero(line, sizeof line);
    if (!token || !*token) {
        free(token);
        errno = ENODATA;
        return NULL;
    }
    return token;
}
