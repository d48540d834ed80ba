/* input.c - from a key to a command line, and the commands that hold on every screen. */
#include "app.h"

#include "act.h"
#include "keymap.h"
#include "widgets/dialog.h"
#include "widgets/overlay.h"
#include "widgets/prompt.h"

#include <stdlib.h>
#include <string.h>

#define SEQUENCE_MS 1500

/* ------------------------------------------------------------------ commands that hold everywhere */

static void leave_asked(struct app *app, bool yes, void *arg)
{
    (void)arg;
    app->quitting = yes;
}

/* Leaving asks only when that would leave something unknown. */
static void run_quit(struct app *app, int argc, char **argv)
{
    size_t pending = client_pending(app->client);
    char text[400];

    (void)argc, (void)argv;
    snprintf(text, sizeof text, _("%zu decisions have not reached the server yet. Whoever leaves now may lose them."),
             pending);
    if (pending > 0)
        dialog_ask(app, _("Leave all the same?"), text, leave_asked, NULL);
    else
        app->quitting = true;
}

static void run_back(struct app *app, int argc, char **argv)
{
    (void)argc, (void)argv;
    screen_pop(app);
}

static void run_help(struct app *app, int argc, char **argv)
{
    (void)argv;
    if (argc == 1)
        screen_push(app, "help", screen_top(app)->ops->name);
}

static void run_screen(struct app *app, int argc, char **argv)
{
    if (argc < 2) {
        app_status(app, STATUS_WARN, _("Which screen?"));
        return;
    }
    screen_push(app, argv[1], argc > 2 ? argv[2] : "");
}

/* "open queue offline_signing:": a screen by name; "open 10001-4711": a record. Alone it is the screen's own. */
static void run_open(struct app *app, int argc, char **argv)
{
    if (argc < 2)
        app_status(app, STATUS_WARN, _("Open what?"));
    else if (strspn(argv[1], "0123456789-") == strlen(argv[1]))
        screen_push(app, "audit", argv[1]);
    else
        run_screen(app, argc, argv);
}

static void run_record(struct app *app, int argc, char **argv)
{
    const char *id = argc > 2 ? argv[2] : argc > 1 ? argv[1] : NULL; /* "record show ID" or "record ID" */
    if (id == NULL)
        app_status(app, STATUS_WARN, _("Which record? Give its id, such as 10001-4711."));
    else
        screen_push(app, "audit", id);
}

static void run_queue(struct app *app, int argc, char **argv)
{
    (void)argc, (void)argv;
    screen_push(app, "queue", "");
}

static void run_undo(struct app *app, int argc, char **argv)
{
    (void)argc, (void)argv;
    deed_undo(app);
}

static void run_language(struct app *app, int argc, char **argv)
{
    enum language wanted = tr_zh() ? LANGUAGE_EN : LANGUAGE_ZH;
    struct pack params;

    if (argc > 1 && !language_of(argv[1], &wanted)) {
        app_status(app, STATUS_WARN, _("zh or en?"));
        return;
    }
    tr_use(wanted);
    app->status_kind = STATUS_NONE;
    if (app->logged_in) { /* kept with the account */
        pack_init(&params);
        pack_map(&params, 1);
        pack_kstr(&params, "language", language_code(wanted));
        client_call(app->client, "session.select", &params, 0, (struct view_ref){0, 0}, NULL, NULL);
        pack_free(&params);
    }
    app_event_all(app, &(struct event){.kind = EV_FOCUS});
    app_dirty(app);
}

static void run_redraw(struct app *app, int argc, char **argv)
{
    (void)argc, (void)argv;
    term_repaint(app->term);
    app_dirty(app);
}

static void run_refresh(struct app *app, int argc, char **argv)
{
    (void)argc, (void)argv;
    app_event_all(app, &(struct event){.kind = EV_CONNECTED});
}

static void run_logout(struct app *app, int argc, char **argv)
{
    (void)argc, (void)argv;
    app->logged_in = false;
    app->park_at = 0;
    client_logout(app->client);
    screen_replace(app, "login", "");
}

static void palette_done(struct app *app, const char *text, void *arg)
{
    (void)arg;
    if (text != NULL && *text != '\0')
        app_run(app, text);
}

static void run_palette(struct app *app, int argc, char **argv);

static const struct {
    const char *name;
    void (*run)(struct app *, int argc, char **argv);
} commands[] = {
    {"approve", NULL},
    {"return", NULL},
    {"reject", NULL},
    {"void", NULL},
    {"next", NULL},
    {"why", NULL},
    {"reveal", NULL},
    {"filter", NULL},
    {"order", NULL},
    {"agreement", NULL},
    {"quit", run_quit},
    {"back", run_back},
    {"help", run_help},
    {"palette", run_palette},
    {"undo", run_undo},
    {"screen", run_screen},
    {"record", run_record},
    {"queue", run_queue},
    {"language", run_language},
    {"redraw", run_redraw},
    {"refresh", run_refresh},
    {"logout", run_logout},
    {"open", run_open},
};
#define COMMANDS (sizeof commands / sizeof *commands)

static void run_palette(struct app *app, int argc, char **argv)
{
    static const char *names[COMMANDS + 1];

    (void)argc, (void)argv;
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i].name;
    prompt_open(app, ":", "", 0, palette_done, NULL, NULL);
    prompt_complete(app, names);
}

static void run_words(struct app *app, int argc, char **argv)
{
    struct screen *top = screen_top(app);

    bool elsewhere = strcmp(argv[0], "open") == 0 && argc > 1;
    if (!elsewhere && top != NULL && top->ops->run != NULL && top->ops->run(top, argc, argv) == RUN_DONE)
        return;
    for (size_t i = 0; i < COMMANDS; i++)
        if (commands[i].run != NULL && strcmp(commands[i].name, argv[0]) == 0) {
            commands[i].run(app, argc, argv);
            return;
        }
    if (strchr(argv[0], '-') != NULL && strspn(argv[0], "0123456789-") == strlen(argv[0])) {
        screen_push(app, "audit", argv[0]);
        return;
    }
    if (command_find(argv[0]) != NULL)
        app_status(app, STATUS_WARN, _("\"%s\" does nothing on this screen."), argv[0]);
    else
        app_status(app, STATUS_WARN, _("There is no command \"%s\"."), argv[0]);
}

void app_run(struct app *app, const char *line)
{
    int argc = 0;
    char **argv = words_split(line, &argc);

    if (argv == NULL) {
        app_status(app, STATUS_WARN, _("A quotation mark is still open."));
        return;
    }
    if (argc > 0) {
        run_words(app, argc, argv);
        free(argv[0]);
    }
    free(argv);
    app_dirty(app);
}

/* ------------------------------------------------------------------ keys */

static bool to_screen(struct app *app, const struct event *event)
{
    struct screen *top = screen_top(app);
    return top != NULL && top->ops->event != NULL && top->ops->event(top, event);
}

static bool typing(struct app *app)
{
    struct screen *top = screen_top(app);
    return top != NULL && top->ops->typing != NULL && top->ops->typing(top);
}

/* The keys typed so far against the tables. true: done with them. */
static bool try_keys(struct app *app)
{
    const struct binding *row = NULL;
    struct screen *top = screen_top(app);

    switch (keys_find(app->keys, top == NULL ? "global" : top->ops->name, app->typed, app->ntyped, &row)) {
    case KEYS_PREFIX:
        app->typed_at = app->now_ms;
        return true;
    case KEYS_FOUND:
        app->ntyped = 0;
        if (strcmp(row->command, "-") != 0)
            app_run(app, row->command);
        return true;
    case KEYS_NONE:
        break;
    }
    return false;
}

void app_key(struct app *app, uint32_t key)
{
    struct event event = {.kind = EV_KEY, .key = key};

    app->hurry = true;
    app_dirty(app);
    app_park_soon(app);
    if (app->overlay != NULL) {
        app->overlay->event(app->overlay, &event);
        return;
    }
    app->status_kind = STATUS_NONE;
    if (app->ntyped == 0 && typing(app) && to_screen(app, &event))
        return;
    app->typed[app->ntyped++] = key;
    if (try_keys(app))
        return;
    bool sequence = app->ntyped > 1;
    app->ntyped = 0;
    if (sequence) { /* "gx": the g leads nowhere, the x stands for itself */
        app_key(app, key);
        return;
    }
    app->status_kind = STATUS_NONE;
    to_screen(app, &event);
}

void app_input_timer(struct app *app)
{
    if (app->ntyped > 0 && app->now_ms - app->typed_at >= SEQUENCE_MS) {
        app->ntyped = 0;
        app_dirty(app);
    }
}

void app_paste(struct app *app, const char *text)
{
    struct event event = {.kind = EV_PASTE, .text = text};

    app->hurry = true;
    app_dirty(app);
    app_park_soon(app);
    if (app->overlay != NULL)
        app->overlay->event(app->overlay, &event);
    else if (!to_screen(app, &event))
        app_status(app, STATUS_WARN, _("Nothing here takes pasted text; no key of it was run."));
}
