/* stack.c - screens on and off the stack, and their requests. */
#include "app.h"

#include "widgets/overlay.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

/* A request under way. Its screen may be closed when the answer comes: it is found by generation. */
struct call {
    struct call *next, **link;
    struct app *app;
    uint32_t generation, tag;
    screen_reply done;
};

/* A graduate's home is a screen of its own (S1.5.3). */
static const struct screen_ops *ops_of(const struct app *app, const char *name)
{
    if (strcmp(name, "home") == 0 && app_is(app, ROLE_GRADUATE))
        name = "mine";
    for (size_t i = 0; screens_all[i] != NULL; i++)
        if (strcmp(screens_all[i]->name, name) == 0)
            return screens_all[i];
    return NULL;
}

static void destroy(struct screen *s)
{
    if (s->ops->close != NULL)
        s->ops->close(s);
    free(s->state);
    free(s->arg);
    free(s);
}

static struct screen *create(struct app *app, const struct screen_ops *ops, const char *arg)
{
    struct screen *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    s->ops = ops;
    s->app = app;
    s->arg = strdup(arg == NULL ? "" : arg);
    s->state = calloc(1, ops->state_size > 0 ? ops->state_size : 1);
    s->generation = ++app->generations;
    if (s->arg == NULL || s->state == NULL)
        abort();
    return s;
}

struct screen *screen_push(struct app *app, const char *name, const char *arg)
{
    const struct screen_ops *ops = ops_of(app, name);

    overlay_close(app);
    if (ops == NULL) {
        app_status(app, STATUS_BAD, _("There is no screen \"%s\"."), name);
        return NULL;
    }
    if (app->depth == SCREENS_MAX) {
        app_status(app, STATUS_BAD, _("Too many screens are open; go back first."));
        return NULL;
    }
    struct screen *s = create(app, ops, arg);
    app->stack[app->depth++] = s;
    if (!ops->open(s, s->arg)) {
        app->depth--;
        app_status(app, STATUS_BAD, _("\"%s %s\" can't be shown."), name, s->arg);
        destroy(s);
        return NULL;
    }
    app_dirty(app);
    return s;
}

static void focus_top(struct app *app)
{
    struct screen *top = screen_top(app);
    if (top != NULL && top->ops->event != NULL)
        top->ops->event(top, &(struct event){.kind = EV_FOCUS});
    app_dirty(app);
}

void screen_pop(struct app *app)
{
    overlay_close(app);
    if (app->depth <= 1)
        return;
    destroy(app->stack[--app->depth]);
    focus_top(app);
}

struct screen *screen_replace(struct app *app, const char *name, const char *arg)
{
    overlay_close(app);
    while (app->depth > 0)
        destroy(app->stack[--app->depth]);
    return name == NULL ? NULL : screen_push(app, name, arg);
}

struct screen *screen_top(struct app *app)
{
    return app->depth == 0 ? NULL : app->stack[app->depth - 1];
}

struct screen *screen_by_generation(struct app *app, uint32_t generation)
{
    for (int i = app->depth - 1; i >= 0; i--)
        if (app->stack[i]->generation == generation)
            return app->stack[i];
    return NULL;
}

void screen_timer(struct screen *s, int milliseconds)
{
    s->timer_at = milliseconds <= 0 ? 0 : s->app->now_ms + milliseconds;
}

void app_event_all(struct app *app, const struct event *event)
{
    for (int i = app->depth - 1; i >= 0; i--)
        if (app->stack[i]->ops->event != NULL)
            app->stack[i]->ops->event(app->stack[i], event);
}

/* ------------------------------------------------------------------ requests */

static void call_unlink(struct call *call)
{
    *call->link = call->next;
    if (call->next != NULL)
        call->next->link = call->link;
}

static void call_answered(void *arg, const struct client_reply *reply)
{
    struct call *call = arg;
    struct app *app = call->app;
    struct screen *s = screen_by_generation(app, call->generation);
    char buf[512];

    if (s == NULL || call->done == NULL)
        ;
    else if (reply->status == CLIENT_RESULT)
        call->done(s, reply->result, NULL, call->tag);
    else
        call->done(s, NULL,
                   reply->status == CLIENT_LOST ? _("The connection was lost.")
                                                : word_rpc_error(reply->text, buf, sizeof buf),
                   call->tag);
    app->hurry = true; /* an answer, not a push: somebody waits for it */
    app_dirty(app);
    call_unlink(call);
    free(call);
}

void screen_request(struct screen *s, const char *method, const struct pack *params, screen_reply done, uint32_t tag)
{
    struct app *app = s->app;
    struct call *call = calloc(1, sizeof *call);

    if (call == NULL)
        abort();
    *call = (struct call){
        .next = app->calls, .link = &app->calls, .app = app, .generation = s->generation, .tag = tag, .done = done};
    if (call->next != NULL)
        call->next->link = &call->next;
    app->calls = call;
    client_call(app->client, method, params, 0, (struct view_ref){0, 0}, call_answered, call);
}

void app_calls_free(struct app *app)
{
    for (struct call *call = app->calls, *next; call != NULL; call = next) {
        next = call->next;
        free(call);
    }
    app->calls = NULL;
}
