/* main.c - quxiang: alone it opens the screens; `quxiang VERB …` is one command for scripts. */
#include "app.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

/* "screen audit 10001-4711" and what else only makes sense on screens is run there, after log-in. */
static bool for_screens(int argc, char **argv, char *line, size_t size)
{
    int used = 0;
    const struct command *command = command_parse(argc, argv, &used);
    size_t n = 0;

    if (strcmp(argv[0], "screen") != 0 &&
        (command == NULL || (command->flags & VERB_SCREEN) == 0 || command->run != NULL))
        return false;
    line[0] = '\0';
    for (int i = 0; i < argc && n + strlen(argv[i]) + 2 < size; i++)
        n += (size_t)snprintf(line + n, size - n, "%s%s", i > 0 ? " " : "", argv[i]);
    return true;
}

int main(int argc, char **argv)
{
    struct options options;
    char line[512];

    setlocale(LC_CTYPE, "C.UTF-8");
    tr_use(language_of_environment());
    if (!options_take(&options, &argc, argv))
        return EXIT_USAGE;
    tr_use(options.language);
    if (argc == 1)
        return app_main(&options, NULL);
    if (for_screens(argc - 1, argv + 1, line, sizeof line))
        return app_main(&options, line);
    return cli_main(&options, argc - 1, argv + 1);
}
