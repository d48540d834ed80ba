/*
 * home.c - the home screen of a department or school (S1.5.1): exact counts by queue and state, notices, contacts, the
 * menu. The menu is a table: a row is a command line and the method whose answer it shows. Whoever may not call that
 * method doesn't see the row (S1.4.2): roles, module and right stand with the method, once for server and client.
 */
#include "screens.h"

#include "../../shared/rpc/methods.h"
#include "../app.h"
#include "../held.h"
#include "../widgets/list.h"
#include "../words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 64

static const struct menu_row {
    const char *label, *command, *method; /* method NULL: everybody's */
} menu[] = {
    {N_("Signings (all states)"), "screen queue offline_signing::all", "queue.list"},
    {N_("Destinations (all states)"), "screen queue destination::all", "queue.list"},
    {N_("Lapsed"), "screen queue :lapsed:all", "queue.list"},
    {N_("Voided"), "screen queue :voided:all", "queue.list"},
    {N_("Signing settings"), "screen settings", "settings.get"},
    {N_("Roster"), "screen roster", "roster.list"},
    {N_("Accounts"), "screen accounts", "account.list"},
    {N_("Messages"), "screen inbox", "inbox.list"},
    {N_("Choose another class or enrolment"), "screen choose", NULL},
    {N_("Keys and commands"), "help", NULL},
};

struct line {
    char text[160], command[80];
    long count; /* -1: none */
};

struct home {
    struct held answer;
    struct list list;
    struct line lines[LINES_MAX];
    int nlines, nqueues;
    bool loading;
    char error[256];
};

static void add_line(struct home *h, const char *command, long count, const char *text)
{
    if (h->nlines == LINES_MAX)
        return;
    struct line *line = &h->lines[h->nlines++];
    snprintf(line->text, sizeof line->text, "%s", text);
    snprintf(line->command, sizeof line->command, "%s", command);
    line->count = count;
}

static void add_queues(struct home *h)
{
    const msgpack_object *queue;
    char flow[40], state[40], text[160], command[80];

    for (uint32_t i = 0; (queue = held_item(&h->answer.map, "queues", i)) != NULL; i++) {
        int64_t count = 0;
        map_int(queue, "count", &count);
        held_text(queue, "flow", flow, sizeof flow);
        held_text(queue, "state", state, sizeof state);
        if (count == 0)
            continue;
        snprintf(text, sizeof text, "%s · %s", word_flow(flow), word_state(state));
        snprintf(command, sizeof command, "screen queue %.32s:%.32s", flow, state);
        add_line(h, command, (long)count, text);
    }
}

/* What session.whoami said of the account, against what the method asks for. */
static bool may_call(const struct account *a, const char *name)
{
    const struct method *m = method_find(name, strlen(name));

    return m != NULL && (m->roles & (1u << a->role)) != 0 && a->rights[m->module] >= (int)m->right &&
           ((m->flags & MF_NO_CLASS) != 0 || a->class_year > 0);
}

static bool offered(const struct account *a, const struct menu_row *row)
{
    if (strcmp(row->command, "screen choose") == 0)
        return a->nclasses + a->nenrolments > 0;
    return row->method == NULL || may_call(a, row->method);
}

static void compose(struct screen *s)
{
    struct home *h = s->state;
    int64_t pending = 0;

    h->nlines = 0;
    if (h->answer.zone != NULL && map_int(&h->answer.map, "pending", &pending)) {
        add_line(h, "screen queue", (long)pending, _("Waiting for me, all together"));
        add_queues(h);
    } else if (h->answer.zone == NULL && may_call(&s->app->account, "queue.list")) {
        add_line(h, "screen queue", -1,
                 _("Waiting for me, all together")); /* Enter means the same before the counts are there */
    }
    h->nqueues = h->nlines;
    for (size_t i = 0; i < sizeof menu / sizeof *menu; i++)
        if (offered(&s->app->account, &menu[i]))
            add_line(h, menu[i].command, -1, _(menu[i].label));
    long cursor = h->list.cursor;
    h->list.total = h->nlines;
    list_loaded(&h->list, h->nlines, false);
    list_to(&h->list, cursor < h->nlines ? cursor : 0);
}

static void loaded(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct home *h = s->state;

    (void)tag;
    h->loading = false;
    snprintf(h->error, sizeof h->error, "%s", error == NULL ? "" : error);
    if (result != NULL)
        held_take(&h->answer, result);
    compose(s);
    s->app->hurry = true;
}

static void load(struct screen *s)
{
    struct home *h = s->state;
    if (h->loading || !may_call(&s->app->account, "home.get"))
        return;
    h->loading = true;
    screen_request(s, "home.get", NULL, loaded, 0);
}

static void watch(struct screen *s)
{
    if (may_call(&s->app->account, "queue.watch"))
        screen_request(s, "queue.watch", NULL, NULL, 0);
}

static bool home_open(struct screen *s, const char *arg)
{
    struct home *h = s->state;

    (void)arg;
    list_reset(&h->list);
    compose(s);
    load(s);
    watch(s);
    return true;
}

static void home_close(struct screen *s)
{
    struct home *h = s->state;
    held_free(&h->answer);
}

static bool home_event(struct screen *s, const struct event *event)
{
    switch (event->kind) {
    case EV_NOTIFY:
        if (strcmp(event->method, "queue.changed") == 0 && s->timer_at == 0)
            screen_timer(s, 300);
        return true;
    case EV_CONNECTED:
        compose(s); /* the rights may be others now */
        watch(s);
        load(s);
        return true;
    case EV_FOCUS:
        compose(s);
        load(s);
        return true;
    case EV_TIMER:
        load(s);
        return true;
    default:
        return false;
    }
}

static enum run_result home_run(struct screen *s, int argc, char **argv)
{
    struct home *h = s->state;

    (void)argc;
    if (list_move(&h->list, argv[0]))
        return RUN_DONE;
    if (strcmp(argv[0], "open") != 0)
        return RUN_UNKNOWN;
    if (h->list.cursor < h->nlines) {
        char command[80];
        memcpy(command, h->lines[h->list.cursor].command, sizeof command);
        app_run(s->app, command);
    }
    return RUN_DONE;
}

/* ------------------------------------------------------------------ drawing */

static void home_row(void *owner, struct canvas *c, long index, struct rect r, bool is_cursor)
{
    struct screen *s = owner;
    const struct line *line = &((struct home *)s->state)->lines[index];
    char count[24];
    int width = r.width > 60 ? 60 : r.width;

    (void)is_cursor;
    canvas_fit(c, r.x, r.y, width - 10, index == 0 && line->count >= 0 ? STYLE_BOLD : STYLE_NORMAL, line->text);
    if (line->count >= 0) {
        snprintf(count, sizeof count, "%ld", line->count);
        canvas_fit_right(c, r.x + width - 10, r.y, 10, line->count > 0 ? STYLE_BOLD : STYLE_DIM, count);
    }
}

/* Prompts and notices, each in its line; answers how many lines. */
static int draw_notices(struct screen *s, struct canvas *c, struct rect r)
{
    struct home *h = s->state;
    const msgpack_object *name;
    int64_t lapsed = 0;
    bool must_open = false;
    int y = r.y;
    char text[512] = "", one[128];

    if (h->answer.zone == NULL)
        return 0;
    if (map_bool(&h->answer.map, "must_open_signing", &must_open) && must_open)
        canvas_fit(c, r.x, y++, r.width, STYLE_WARN, _("! Open online signing in the signing settings first."));
    if (map_int(&h->answer.map, "lapsed_unseen", &lapsed) && lapsed > 0) {
        snprintf(text, sizeof text, _("! %d records have lapsed since you last looked: see Lapsed below."),
                 (int)lapsed);
        canvas_fit(c, r.x, y++, r.width, STYLE_WARN, text);
    }
    text[0] = '\0';
    for (uint32_t i = 0; (name = held_item(&h->answer.map, "departments_without_account", i)) != NULL; i++)
        if (name->type == MSGPACK_OBJECT_STR && strlen(text) + name->via.str.size + 8 < sizeof text) {
            snprintf(one, sizeof one, "%s%.*s", i > 0 ? ", " : "", (int)name->via.str.size, name->via.str.ptr);
            strcat(text, one);
        }
    if (text[0] != '\0') {
        int x = r.x + canvas_put(c, r.x, y, STYLE_WARN, _("! Departments without an account: "));
        canvas_fit(c, x, y++, r.x + r.width - x, STYLE_WARN, text);
    }
    return y > r.y ? y - r.y + 1 : 0;
}

/* The agreement contacts (S2.2.6) and the help contact, at the foot. */
static int draw_contacts(struct screen *s, struct canvas *c, struct rect r)
{
    static const struct {
        const char *key, *label;
    } groups[] = {{"all", N_("Agreement contact")},
                  {"undergraduate", N_("Contact, undergraduate")},
                  {"postgraduate", N_("Contact, postgraduate")}};
    struct home *h = s->state;
    const msgpack_object *contacts = h->answer.zone == NULL ? NULL : map_get(&h->answer.map, "contacts");
    char handler[64], phone[64], address[160], text[400];
    int y = r.y + r.height - 1;

    if (s->app->help_contact[0] != '\0') {
        snprintf(text, sizeof text, "%s %s", _("Help:"), s->app->help_contact);
        canvas_fit(c, r.x, y--, r.width, STYLE_DIM, text);
    }
    for (size_t i = 0; contacts != NULL && contacts->type == MSGPACK_OBJECT_MAP && i < 3; i++) {
        const msgpack_object *one = map_get(contacts, groups[i].key);
        if (one == NULL)
            continue;
        snprintf(text, sizeof text, "%s: %s  %s  %s", _(groups[i].label),
                 held_text(one, "handler", handler, sizeof handler), held_text(one, "phone", phone, sizeof phone),
                 held_text(one, "address", address, sizeof address));
        canvas_fit(c, r.x, y--, r.width, STYLE_DIM, text);
    }
    return r.y + r.height - 1 - y;
}

static void home_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct home *h = s->state;
    struct rect inner = {r.x + 2, r.y + 1, r.width - 4, r.height - 1};

    int used = draw_notices(s, c, inner);
    inner.y += used;
    inner.height -= used;
    inner.height -= draw_contacts(s, c, inner) + 1;
    if (h->error[0] != '\0') {
        canvas_fit(c, inner.x, inner.y++, inner.width, STYLE_BAD, h->error);
        inner.height--;
    } else if (h->loading && h->answer.zone == NULL) {
        canvas_put(c, inner.x, inner.y++, STYLE_DIM, _("loading …"));
        inner.height--;
    }
    list_draw(&h->list, c, inner, home_row, s);
}

static bool home_offers(struct screen *s, const char *command)
{
    return strcmp(command, "screen choose") != 0 || s->app->account.nclasses + s->app->account.nenrolments > 0;
}

static const char *home_title(struct screen *s)
{
    return s->app->account.department[0] != '\0' ? s->app->account.department : _("Home");
}

static void home_save(struct screen *s, struct pack *p)
{
    pack_map(p, 1);
    pack_kint(p, "cursor", ((struct home *)s->state)->list.cursor);
}

static void home_load(struct screen *s, const msgpack_object *map)
{
    struct home *h = s->state;
    int64_t cursor = 0;
    if (map_int(map, "cursor", &cursor))
        h->list.cursor = (long)cursor;
}

const struct screen_ops home_ops = {
    .name = "home",
    .state_size = sizeof(struct home),
    .open = home_open,
    .close = home_close,
    .event = home_event,
    .run = home_run,
    .draw = home_draw,
    .title = home_title,
    .offers = home_offers,
    .save = home_save,
    .load = home_load,
};
