/*
 * password.c - the first password: who came by an activation code sets one before anything else (S1.3.1). Typed twice,
 * never shown, never parked; what the server refuses is said here, and the session goes on to its home screen after it.
 */
#include "screens.h"

#include "../app.h"
#include "../widgets/edit.h"
#include "../words.h"

#include "../../shared/text/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 8, MOST = 128 }; /* characters; the server has the last word */

struct first_password {
    struct edit typed[2]; /* the password, and once more */
    int focus;
    bool busy;
};

static bool password_open(struct screen *s, const char *arg)
{
    struct first_password *p = s->state;

    (void)arg;
    for (int i = 0; i < 2; i++) {
        edit_init(&p->typed[i], "", MOST);
        p->typed[i].secret = true;
    }
    return true;
}

static void forget(struct edit *e)
{
    explicit_bzero(e->text, e->len);
    edit_set(e, "");
}

static void password_close(struct screen *s)
{
    struct first_password *p = s->state;

    for (int i = 0; i < 2; i++) {
        explicit_bzero(p->typed[i].text, p->typed[i].len);
        edit_free(&p->typed[i]);
    }
}

/* ------------------------------------------------------------------ what the server says */

static struct screen *own(struct app *app)
{
    struct screen *top = screen_top(app);
    return top != NULL && top->ops == &password_ops ? top : NULL;
}

/* The account is read anew: the session may do everything now. */
static void freed(void *arg, const struct client_reply *reply)
{
    struct app *app = arg;
    const msgpack_object *account = reply->status == CLIENT_RESULT ? map_get(reply->result, "account") : NULL;
    char text[512];

    if (own(app) == NULL || reply->status == CLIENT_LOST)
        return; /* the connection comes back, and with it EV_CONNECTED */
    if (account == NULL) {
        app_status(app, STATUS_BAD, "%s", word_rpc_error(reply->text, text, sizeof text));
        return;
    }
    app_take_account(app, account);
    app_logged_in(app);
    app_status(app, STATUS_GOOD, "%s", _("The password is set. From now on it takes the activation code's place."));
}

static void answered(void *arg, const struct client_reply *reply)
{
    struct app *app = arg;
    struct screen *s = own(app);
    char text[1024];

    if (s == NULL)
        return;
    struct first_password *p = s->state;
    p->busy = false;
    if (reply->status == CLIENT_LOST) {
        app_status(app, STATUS_BAD, "%s", _("The connection was lost."));
    } else if (reply->status == CLIENT_ERROR) {
        app_status(app, STATUS_BAD, "%s", word_rpc_error(reply->text, text, sizeof text));
    } else if (!object_is(map_get(reply->result, "outcome"), outcome_code(OUT_OK))) {
        app_status(app, STATUS_BAD, "%s", word_refusal(reply->result, text, sizeof text));
    } else {
        forget(&p->typed[0]);
        forget(&p->typed[1]);
        client_select(app->client, 0, NULL, freed, app);
    }
    app_dirty(app);
}

/* ------------------------------------------------------------------ typing */

/* What is wrong with what was typed, and where; NULL: nothing. */
static const char *wrong(struct first_password *p)
{
    size_t n = utf8_length(p->typed[0].text, p->typed[0].len);

    if (n < LEAST) {
        p->focus = 0;
        return _("The password must have at least 8 characters.");
    }
    if (strcmp(p->typed[0].text, p->typed[1].text) != 0) {
        forget(&p->typed[1]);
        p->focus = 1;
        return _("The two are not the same; type it once more.");
    }
    return NULL;
}

static void send_it(struct screen *s)
{
    struct first_password *p = s->state;
    struct pack params;

    pack_init(&params);
    pack_map(&params, 1);
    pack_kstr(&params, "new", p->typed[0].text);
    p->busy = true;
    client_call(s->app->client, "session.password", &params, CALL_ONCE, (struct view_ref){0, 0}, answered, s->app);
    explicit_bzero(params.buf.data, params.buf.size);
    pack_free(&params);
}

static void enter(struct screen *s)
{
    struct first_password *p = s->state;

    if (p->busy)
        return;
    if (p->focus == 0 && p->typed[1].len == 0 && utf8_length(p->typed[0].text, p->typed[0].len) >= LEAST) {
        p->focus = 1;
        return;
    }
    const char *why = wrong(p);
    if (why != NULL)
        app_status(s->app, STATUS_BAD, "%s", why);
    else
        send_it(s);
}

static bool password_event(struct screen *s, const struct event *event)
{
    struct first_password *p = s->state;
    struct edit *edit = &p->typed[p->focus];

    if (event->kind == EV_CONNECTED) {
        p->busy = false;
        if (!s->app->account.must_set_password)
            app_logged_in(s->app); /* it was set, and the answer got lost; or it is another session now */
        return true;
    }
    if (event->kind == EV_PASTE) {
        edit_insert(edit, event->text);
        return true;
    }
    if (event->kind != EV_KEY)
        return false;
    if (event->key == K_ENTER)
        enter(s);
    else if (event->key == K_TAB || event->key == K_BACKTAB || event->key == K_UP || event->key == K_DOWN)
        p->focus = !p->focus;
    else
        return edit_key(edit, event->key);
    return true;
}

static bool password_typing(struct screen *s)
{
    (void)s;
    return true;
}

/* ------------------------------------------------------------------ looks */

static void password_draw(struct screen *s, struct canvas *c, struct rect r)
{
    static const char *const labels[2] = {N_("New password"), N_("Once more")};
    struct first_password *p = s->state;
    struct rect box = {r.x + (r.width - 60) / 2, r.y + (r.height - 10) / 2, 60, 7};

    canvas_box(c, box, STYLE_BORDER, _("Set your password"));
    for (int i = 0; i < 2; i++) {
        const int y = box.y + 2 + 2 * i;
        canvas_fit(c, box.x + 3, y, 16, p->focus == i ? STYLE_BOLD : STYLE_NORMAL, _(labels[i]));
        edit_draw(&p->typed[i], c, (struct rect){box.x + 20, y, 36, 1}, STYLE_FIELD, p->focus == i);
    }
    canvas_wrap(
        c, (struct rect){box.x, box.y + box.height + 1, box.width, 4}, STYLE_DIM,
        _("You came in by an activation code. It holds until you have set a password of at least 8 characters, and is "
          "used up then. Enter goes on."),
        0);
}

static const char *password_title(struct screen *s)
{
    (void)s;
    return _("Set your password");
}

const struct screen_ops password_ops = {
    .name = "password",
    .state_size = sizeof(struct first_password),
    .open = password_open,
    .close = password_close,
    .event = password_event,
    .typing = password_typing,
    .draw = password_draw,
    .title = password_title,
};
