/* choose.c - the class (managers) or the enrolment (graduates) that one works in (S1.5.4). */
#include "screens.h"

#include "../app.h"
#include "../widgets/list.h"
#include "../words.h"

#include <stdio.h>
#include <string.h>

struct choose {
    struct list list;
    bool first; /* right after log-in: nothing stands below */
};

static long count(struct screen *s)
{
    return app_is(s->app, ROLE_GRADUATE) ? s->app->account.nenrolments : s->app->account.nclasses;
}

static bool choose_open(struct screen *s, const char *arg)
{
    struct choose *ch = s->state;
    list_reset(&ch->list);
    ch->first = strcmp(arg, "first") == 0;
    ch->list.total = count(s);
    list_loaded(&ch->list, count(s), false);
    return count(s) > 0;
}

static void selected(void *arg, const struct client_reply *reply)
{
    struct app *app = arg;
    char text[512];

    if (reply->status != CLIENT_RESULT) {
        app_status(app, STATUS_BAD, "%s",
                   reply->status == CLIENT_LOST ? _("The connection was lost.")
                                                : word_rpc_error(reply->text, text, sizeof text));
        return;
    }
    const msgpack_object *account = map_get(reply->result, "account");
    if (account != NULL)
        app_take_account(app, account);
    screen_replace(app, "home", "");
}

static enum run_result choose_run(struct screen *s, int argc, char **argv)
{
    struct choose *ch = s->state;
    const struct account *a = &s->app->account;

    (void)argc;
    if (list_move(&ch->list, argv[0]))
        return RUN_DONE;
    if (strcmp(argv[0], "open") != 0)
        return RUN_UNKNOWN;
    if (app_is(s->app, ROLE_GRADUATE))
        client_select(s->app->client, 0, a->enrolments[ch->list.cursor].id, selected, s->app);
    else
        client_select(s->app->client, a->classes[ch->list.cursor], NULL, selected, s->app);
    return RUN_DONE;
}

static void choose_row(void *owner, struct canvas *c, long index, struct rect r, bool is_cursor)
{
    struct screen *s = owner;
    const struct account *a = &s->app->account;
    char text[512];

    (void)is_cursor;
    if (app_is(s->app, ROLE_GRADUATE)) {
        const struct enrolment *e = &a->enrolments[index];
        snprintf(text, sizeof text, _("class %d  %s  %s  %s"), e->class_year, e->school, e->department, e->major);
    } else {
        snprintf(text, sizeof text, _("class %d%s"), a->classes[index],
                 a->classes[index] == a->class_year ? _("  (now)") : "");
    }
    canvas_fit(c, r.x, r.y, r.width, STYLE_NORMAL, text);
}

static void choose_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct choose *ch = s->state;
    canvas_put(c, r.x + 2, r.y + 1, STYLE_HEADING,
               app_is(s->app, ROLE_GRADUATE) ? _("Which enrolment?") : _("Which class?"));
    list_draw(&ch->list, c, (struct rect){r.x + 2, r.y + 3, r.width - 4, r.height - 3}, choose_row, s);
}

static const char *choose_title(struct screen *s)
{
    return app_is(s->app, ROLE_GRADUATE) ? _("Enrolment") : _("Class");
}

const struct screen_ops choose_ops = {
    .name = "choose",
    .state_size = sizeof(struct choose),
    .open = choose_open,
    .run = choose_run,
    .draw = choose_draw,
    .title = choose_title,
};
