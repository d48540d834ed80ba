/*
 * park.c - parked sessions (X1.14): the screens' state, kept by the server, so that a broken connection loses nothing.
 * What is kept: the stack by name and argument, what each screen saves of its own, and a reason that is being typed.
 */
#include "app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARK_FORMAT 1
#define PARK_MAX (64 * 1024)
#define TYPING_MS 250
#define MOVING_MS 2000 /* where the cursor stands is worth less than a word */

static void pack_screen(struct pack *p, struct screen *s)
{
    pack_map(p, 3);
    pack_kstr(p, "name", s->ops->name);
    pack_kstr(p, "arg", s->arg);
    pack_key(p, "state");
    if (s->ops->save != NULL)
        s->ops->save(s, p);
    else
        pack_map(p, 0);
}

static void pack_reason(struct pack *p, const struct reason_draft *r)
{
    pack_map(p, 6);
    pack_kstr(p, "id", r->id);
    pack_kint(p, "version", r->version);
    pack_kstr(p, "code", r->code);
    pack_kstr(p, "text", r->text);
    pack_kint(p, "action", r->action);
    pack_kbool(p, "open", r->open);
}

static void parked(void *arg, const struct client_reply *reply)
{
    struct app *app = arg;
    (void)reply;
    app->parking = false;
}

static void send_body(struct app *app, const void *bytes, size_t len)
{
    struct pack params;

    pack_init(&params);
    pack_map(&params, 1);
    pack_key(&params, "body");
    pack_bin(&params, bytes, len);
    app->parking = true;
    client_call(app->client, "session.park", &params, CALL_REPLACEABLE, (struct view_ref){1, 1}, parked, app);
    pack_free(&params);
}

void app_park_forget(struct app *app)
{
    app->park_at = 0;
    if (app->logged_in && app->connected && !app->account.must_set_password)
        send_body(app, "", 0);
}

void app_park_soon(struct app *app)
{
    struct screen *top = screen_top(app);
    bool typing = app->overlay != NULL || (top != NULL && top->ops->typing != NULL && top->ops->typing(top));

    if (app->logged_in)
        app->park_at = app->now_ms + (typing ? TYPING_MS : MOVING_MS);
}

void app_park(struct app *app)
{
    struct pack body;

    app->park_at = 0;
    if (!app->logged_in || !app->connected || app->depth == 0 || app->account.must_set_password)
        return;
    pack_init(&body);
    pack_map(&body, 3);
    pack_kint(&body, "format", PARK_FORMAT);
    pack_key(&body, "stack");
    pack_array(&body, (size_t)app->depth);
    for (int i = 0; i < app->depth; i++)
        pack_screen(&body, app->stack[i]);
    pack_key(&body, "reason");
    pack_reason(&body, &app->reason);
    if (body.buf.size <= PARK_MAX)
        send_body(app, body.buf.data, body.buf.size);
    pack_free(&body);
}

static void take_reason(struct reason_draft *r, const msgpack_object *map)
{
    char *id = map_str_copy(map, "id"), *code = map_str_copy(map, "code"), *text = map_str_copy(map, "text");
    int64_t action = 0;

    map_int(map, "action", &action);
    map_int(map, "version", &r->version);
    map_bool(map, "open", &r->open);
    r->action = (int)action;
    snprintf(r->id, sizeof r->id, "%s", id == NULL ? "" : id);
    snprintf(r->code, sizeof r->code, "%s", code == NULL ? "" : code);
    snprintf(r->text, sizeof r->text, "%s", text == NULL ? "" : text);
    free(id);
    free(code);
    free(text);
}

static bool take_screen(struct app *app, const msgpack_object *o)
{
    char *name = map_str_copy(o, "name"), *arg = map_str_copy(o, "arg");
    const msgpack_object *state = map_get(o, "state");
    struct screen *s = NULL;

    if (name != NULL && strcmp(name, "login") != 0 && strcmp(name, "choose") != 0)
        s = screen_push(app, name, arg);
    if (s != NULL && s->ops->load != NULL && state != NULL)
        s->ops->load(s, state);
    free(name);
    free(arg);
    return s != NULL;
}

/* true: at least one screen stands. */
static bool take_body(struct app *app, const uint8_t *bytes, size_t len)
{
    msgpack_unpacked unpacked;
    size_t at = 0;
    int64_t format = 0;

    msgpack_unpacked_init(&unpacked);
    if (len <= PARK_MAX && msgpack_unpack_next(&unpacked, (const char *)bytes, len, &at) == MSGPACK_UNPACK_SUCCESS &&
        map_int(&unpacked.data, "format", &format) && format == PARK_FORMAT) {
        const msgpack_object *stack = map_get(&unpacked.data, "stack"), *reason = map_get(&unpacked.data, "reason");
        if (reason != NULL)
            take_reason(&app->reason, reason);
        for (uint32_t i = 0; stack != NULL && stack->type == MSGPACK_OBJECT_ARRAY && i < stack->via.array.size; i++)
            if (!take_screen(app, &stack->via.array.ptr[i]))
                break;
    }
    msgpack_unpacked_destroy(&unpacked);
    return app->depth > 0;
}

static void unparked(void *arg, const struct client_reply *reply)
{
    struct app *app = arg;
    const uint8_t *bytes;
    size_t len;

    screen_replace(app, NULL, NULL);
    bool body = reply->status == CLIENT_RESULT && map_bin(reply->result, "body", &bytes, &len) && len > 0;
    if (app->start == NULL && body && take_body(app, bytes, len))
        app->status_kind = app->status_kind == STATUS_BAD ? STATUS_NONE : app->status_kind;
    else
        screen_replace(app, "home", "");
    if (app->start != NULL)
        app_run(app, app->start);
    app->start = NULL;
    app->hurry = true;
    app_dirty(app);
}

void app_unpark(struct app *app)
{
    client_call(app->client, "session.unpark", NULL, 0, (struct view_ref){0, 0}, unparked, app);
}
