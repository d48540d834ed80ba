/* login.c - user name and password. The password never leaves this screen but to the server. */
#include "screens.h"

#include "../app.h"
#include "../widgets/edit.h"
#include "../words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct login {
    struct edit user, password;
    int focus;
    bool busy;
};

static bool login_open(struct screen *s, const char *arg)
{
    struct login *l = s->state;
    edit_init(&l->user, s->app->account.user[0] != '\0' ? s->app->account.user : arg, 128);
    edit_init(&l->password, "", 128);
    l->password.secret = true;
    l->focus = l->user.len > 0;
    return true;
}

static void login_close(struct screen *s)
{
    struct login *l = s->state;
    edit_free(&l->user);
    edit_free(&l->password);
}

static void answered(void *arg, const struct client_reply *reply)
{
    struct app *app = arg;
    struct screen *top = screen_top(app);
    char text[512];

    if (top != NULL && top->ops == &login_ops) {
        struct login *l = top->state;
        l->busy = false;
        l->focus = 1;
        edit_set(&l->password, "");
    }
    if (reply->status == CLIENT_ERROR)
        app_status(app, STATUS_BAD, "%s", word_rpc_error(reply->text, text, sizeof text));
    app_dirty(app);
}

static void enter(struct screen *s)
{
    struct login *l = s->state;

    if (l->focus == 0 || l->user.len == 0) {
        l->focus = l->user.len > 0;
        return;
    }
    if (l->busy)
        return;
    l->busy = true;
    app_status(s->app, STATUS_INFO, _("Logging in …"));
    client_login(s->app->client, l->user.text, l->password.text, answered, s->app);
}

static bool login_event(struct screen *s, const struct event *event)
{
    struct login *l = s->state;
    struct edit *edit = l->focus == 0 ? &l->user : &l->password;

    if (event->kind == EV_PASTE) {
        edit_insert(edit, event->text);
        return true;
    }
    if (event->kind != EV_KEY)
        return false;
    if (event->key == K_ENTER)
        enter(s);
    else if (event->key == K_TAB || event->key == K_BACKTAB || event->key == K_UP || event->key == K_DOWN)
        l->focus = !l->focus;
    else
        return edit_key(edit, event->key);
    return true;
}

static bool login_typing(struct screen *s)
{
    (void)s;
    return true;
}

static void login_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct login *l = s->state;
    struct rect box = {r.x + (r.width - 52) / 2, r.y + (r.height - 9) / 2, 52, 7};

    canvas_box(c, box, STYLE_BORDER, _("Log in"));
    canvas_fit(c, box.x + 3, box.y + 2, 12, l->focus == 0 ? STYLE_BOLD : STYLE_NORMAL, _("User name"));
    edit_draw(&l->user, c, (struct rect){box.x + 16, box.y + 2, 32, 1}, STYLE_FIELD, l->focus == 0);
    canvas_fit(c, box.x + 3, box.y + 4, 12, l->focus == 1 ? STYLE_BOLD : STYLE_NORMAL, _("Password"));
    edit_draw(&l->password, c, (struct rect){box.x + 16, box.y + 4, 32, 1}, STYLE_FIELD, l->focus == 1);
    int y = box.y + box.height + 1;
    canvas_wrap(c, (struct rect){box.x, y, box.width, 3}, STYLE_DIM,
                _("Managers: user name. Graduates: school.student number, or the identity number. Enter goes on."), 0);
    if (s->app->help_contact[0] != '\0')
        canvas_printf(c, box.x, y + 3, STYLE_DIM, "%s %s", _("Help:"), s->app->help_contact);
}

static const char *login_title(struct screen *s)
{
    (void)s;
    return _("Log in");
}

const struct screen_ops login_ops = {
    .name = "login",
    .state_size = sizeof(struct login),
    .open = login_open,
    .close = login_close,
    .event = login_event,
    .typing = login_typing,
    .draw = login_draw,
    .title = login_title,
};
