/*
 * app.c - the session from start to end: one ppoll() over terminal, server and signals.
 *
 * A turn: all typed keys, all messages, timers, at most one resize, at most one frame. Nothing in it waits. A frame
 * after a key or an answer goes out at once, one after a mere push at most ten times a second, none while bytes are
 * pending.
 */
#include "app.h"

#include "act.h"
#include "keymap.h"
#include "widgets/overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define PUSH_FRAME_MS 100
#define LEAVE_MS 500 /* the longest a leaving client waits for its park and decisions to go out */

static int64_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t app_server_now(const struct app *app)
{
    return wall_ms() + app->clock_skew;
}

bool app_is(const struct app *app, enum qx_role role)
{
    return app->account.role == (int)role;
}

/* ------------------------------------------------------------------ what the client tells */

static void session_ready(struct app *app)
{
    const msgpack_object *account = client_account(app->client);

    app->connected = true;
    snprintf(app->help_contact, sizeof app->help_contact, "%s", client_help_contact(app->client));
    if (account != NULL)
        app_take_account(app, account);
    struct screen *top = screen_top(app);
    bool here = top != NULL && strcmp(top->ops->name, "password") == 0;
    if (!app->logged_in || (app->account.must_set_password && !here)) {
        app->logged_in = true;
        app_logged_in(app);
        return;
    }
    if (top != NULL && strcmp(top->ops->name, "login") == 0)
        screen_pop(app); /* the session had ended under open screens: they are still there */
    app->status_kind = STATUS_NONE;
    app_event_all(app, &(struct event){.kind = EV_CONNECTED});
}

static void on_state(void *arg, enum client_state state)
{
    struct app *app = arg;
    struct screen *top = screen_top(app);

    app->hurry = true;
    app_dirty(app);
    switch (state) {
    case CLIENT_READY:
        session_ready(app);
        break;
    case CLIENT_LOGIN:
        app->connected = true;
        if (top == NULL || strcmp(top->ops->name, "login") != 0)
            screen_push(app, "login", "");
        break;
    case CLIENT_WAITING:
    case CLIENT_GONE:
        if (app->connected)
            app_event_all(app, &(struct event){.kind = EV_LOST});
        app->connected = false;
        if (!app->logged_in)
            app_status(app, STATUS_BAD, _("No connection to the server: %s"), client_last_error(app->client));
        break;
    case CLIENT_CONNECTING:
        break;
    }
}

static void on_notification(void *arg, const char *method, const msgpack_object *params)
{
    struct app *app = arg;
    app_event_all(app, &(struct event){.kind = EV_NOTIFY, .method = method, .params = params});
}

/* ------------------------------------------------------------------ signals */

static int signals_open(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGWINCH);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* SIGUSR1: the program's own idea of its screen, for the tests that compare it with the terminal's. */
static void dump(const struct app *app)
{
    const char *path = getenv("QUXIANG_SCREEN_DUMP");
    char part[4096];

    if (path == NULL || app->canvas == NULL)
        return;
    snprintf(part, sizeof part, "%s.part", path);
    if (canvas_dump(app->canvas, part))
        rename(part, path);
}

static void take_signals(struct app *app, int fd, bool *resized)
{
    struct signalfd_siginfo info;

    while (read(fd, &info, sizeof info) == sizeof info)
        switch (info.ssi_signo) {
        case SIGWINCH:
            *resized = true;
            break;
        case SIGUSR1:
            dump(app);
            break;
        default:
            app->quitting = app->hung_up = true; /* what is on the screen goes to the server before we leave */
        }
}

/* ------------------------------------------------------------------ a turn */

static int least(int a, int b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

static int until(const struct app *app, int64_t at)
{
    return at == 0 ? -1 : at <= app->now_ms ? 0 : (int)(at - app->now_ms);
}

/* Keys typed before there is a screen to take them wait for it. */
static bool takes_keys(const struct app *app)
{
    return app->depth > 0 || app->status_kind == STATUS_BAD;
}

static int wait_ms(struct app *app)
{
    int wait = least(takes_keys(app) ? term_wait(app->term, app->now_ms) : -1, client_timeout(app->client));

    for (int i = 0; i < app->depth; i++)
        wait = least(wait, until(app, app->stack[i]->timer_at));
    wait = least(wait, until(app, app->park_at));
    if (app->ntyped > 0)
        wait = least(wait, until(app, app->typed_at + 1500));
    if (app->dirty && term_pending(app->term) == 0)
        wait = least(wait, app->hurry ? 0 : until(app, app->shown_at + PUSH_FRAME_MS));
    if (deed_undo_seconds(app) > 0 || (!app->connected && app->logged_in))
        wait = least(wait, until(app, app->shown_at + 1000)); /* a clock is shown */
    return wait;
}

static void take_keys(struct app *app)
{
    uint32_t key;

    if (!term_read(app->term, app->now_ms)) {
        app->quitting = app->hung_up = true;
    }
    while (!app->quitting && takes_keys(app) && (key = term_key(app->term, app->now_ms)) != K_NONE)
        if (key == K_PASTE)
            app_paste(app, term_paste(app->term));
        else
            app_key(app, key);
    app_input_timer(app);
}

static void take_timers(struct app *app)
{
    for (int i = app->depth - 1; i >= 0; i--) {
        struct screen *s = app->stack[i];
        if (s->timer_at == 0 || s->timer_at > app->now_ms)
            continue;
        s->timer_at = 0;
        if (s->ops->event != NULL && s->ops->event(s, &(struct event){.kind = EV_TIMER}))
            app->hurry = true;
        i = i < app->depth ? i : app->depth;
    }
    if (app->park_at != 0 && app->park_at <= app->now_ms)
        app_park(app);
    if ((deed_undo_seconds(app) > 0 || (!app->connected && app->logged_in)) && app->now_ms - app->shown_at >= 1000)
        app->dirty = true;
}

static void paint(struct app *app, bool resized)
{
    if (resized && term_resized(app->term)) {
        app->dirty = app->hurry = true;
    }
    bool due = app->hurry || app->now_ms - app->shown_at >= PUSH_FRAME_MS;
    if (app->dirty && due && term_pending(app->term) == 0) {
        app_frame(app);
        term_show(app->term, app->canvas);
        app->dirty = app->hurry = false;
        app->shown_at = app->now_ms;
    }
    if (!term_pump(app->term))
        app->quitting = app->hung_up = true;
}

static void turn(struct app *app, int signals)
{
    struct pollfd fds[4] = {{.fd = STDIN_FILENO, .events = POLLIN},
                            {.fd = client_fd(app->client), .events = client_events(app->client)},
                            {.fd = signals, .events = POLLIN},
                            {.fd = term_pending(app->term) > 0 ? STDOUT_FILENO : -1, .events = POLLOUT}};
    bool resized = false;
    int wait = wait_ms(app);
    struct timespec ts = {.tv_sec = wait / 1000, .tv_nsec = (long)(wait % 1000) * 1000000};

    if (ppoll(fds, 4, wait < 0 ? NULL : &ts, NULL) < 0 && errno != EINTR)
        app->quitting = true;
    app->now_ms = monotonic_ms();
    take_signals(app, signals, &resized);
    take_keys(app);
    client_ready(app->client, fds[1].fd == client_fd(app->client) ? fds[1].revents : 0);
    take_timers(app);
    paint(app, resized);
}

/* ------------------------------------------------------------------ start and end */

static char *keys_path(void)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    char path[4096];

    if (base != NULL && *base != '\0')
        snprintf(path, sizeof path, "%s/quxiang/keys", base);
    else if (home != NULL && *home != '\0')
        snprintf(path, sizeof path, "%s/.config/quxiang/keys", home);
    else
        return NULL;
    return strdup(path);
}

/* Only a terminal may be written to: what a library says on stderr would spoil the screen. */
static void silence_stderr(void)
{
    int null = isatty(STDERR_FILENO) ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;
    if (null >= 0) {
        dup2(null, STDERR_FILENO);
        close(null);
    }
}

static struct client *open_client(struct app *app, const char **why)
{
    char *token = app->options->token_file == NULL ? NULL : token_read(app->options->token_file);

    if (app->options->token_file != NULL && token == NULL) {
        *why = strerror(errno);
        return NULL;
    }
    struct client_config config = {.server = app->options->server,
                                   .token = token,
                                   .program = "quxiang 0.1.0",
                                   .on_state = on_state,
                                   .on_notification = on_notification,
                                   .arg = app};
    struct client *client = client_new(&config, why);
    if (token != NULL)
        explicit_bzero(token, strlen(token));
    free(token);
    return client;
}

static void leave(struct app *app)
{
    int64_t end = monotonic_ms() + LEAVE_MS;

    if (app->hung_up)
        app_park(app);
    else
        app_park_forget(app);
    while (app->connected && (app->parking || client_pending(app->client) > 0) && monotonic_ms() < end) {
        struct pollfd fd = {.fd = client_fd(app->client), .events = client_events(app->client)};
        poll(&fd, 1, 50);
        client_ready(app->client, fd.revents);
    }
    screen_replace(app, NULL, NULL);
    client_free(app->client);
    app_calls_free(app);
    term_close(app->term);
    keys_free(app->keys);
    canvas_free(app->canvas);
}

int app_main(const struct options *options, const char *start)
{
    struct app app = {.options = options, .start = start};
    const char *why = NULL;

    setlocale(LC_CTYPE, "C.UTF-8");
    app.now_ms = monotonic_ms();
    app.client = open_client(&app, &why);
    if (app.client == NULL) {
        fprintf(stderr, "quxiang: %s\n", _(why));
        return EXIT_USAGE;
    }
    app.term = term_open(STDIN_FILENO, STDOUT_FILENO, &why);
    if (app.term == NULL) {
        fprintf(stderr, "quxiang: %s\n", _(why));
        client_free(app.client);
        return EXIT_USAGE;
    }
    silence_stderr();
    int signals = signals_open();
    char *path = keys_path();
    app.keys = keys_new(path);
    free(path);
    if (*keys_report(app.keys) != '\0')
        app_status(&app, STATUS_WARN, "%s", keys_report(app.keys));
    client_ready(app.client, 0);
    while (!app.quitting)
        turn(&app, signals);
    leave(&app);
    close(signals);
    return EXIT_DONE;
}
