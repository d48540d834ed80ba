/*
 * grad_home.c - a graduate's home (S1.5.3, S2.8.4): what may be done now, own records and drafts, messages. A row is a
 * command line; why something can't be started is said in the row itself (X1.9).
 */
#include "screens.h"

#include "../../shared/domain/codes.h"
#include "../app.h"
#include "../commands/cli.h"
#include "../held.h"
#include "../widgets/dialog.h"
#include "../widgets/list.h"
#include "../words.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 128 };

struct row {
    char text[256], note[512], command[128]; /* command "": a heading */
    char draft[UUID_LENGTH + 1];             /* of a draft's row */
    enum style style;
};

struct mine {
    struct held home, own;
    struct row rows[ROWS_MAX + 1]; /* the last one takes what is too much */
    int nrows;
    struct list list;
    char error[512];
    char asked[UUID_LENGTH + 1]; /* the draft that a dialog is about */
};

static struct row *add(struct mine *m, enum style style, const char *command)
{
    struct row *row = &m->rows[m->nrows < ROWS_MAX ? m->nrows++ : ROWS_MAX];
    *row = (struct row){.style = style};
    snprintf(row->command, sizeof row->command, "%s", command);
    return row;
}

/* ------------------------------------------------------------------ rows */

static const char *name_of(const msgpack_object *row)
{
    const char *kind = text_of(row, "kind");
    return *kind ? code_label(code_table("destination_kind"), kind, tr_zh()) : word_flow(text_of(row, "flow"));
}

/* What the holder's own table allows that would end it or give the place back. */
static void ways_out(const msgpack_object *record, char *buf, size_t len)
{
    static const char *const ends[] = {"take_back", "give_up", "void"};
    uint32_t n;
    size_t at = 0;
    const msgpack_object *may = array_of(record, "may", &n);
    buf[0] = '\0';
    for (uint32_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof ends / sizeof *ends && at < len; k++)
            if (bool_of(&may[i], "ok") && strcmp(text_of(&may[i], "action"), ends[k]) == 0)
                at += (size_t)snprintf(buf + at, len - at, "%s%s", at ? " / " : "", word_action(ends[k]));
}

/* The place is taken: by which record of theirs, and how it would come free (S2.1.4). */
static bool say_holder(const struct mine *m, const char *holder, char *buf, size_t len)
{
    uint32_t n;
    char ways[256];
    const msgpack_object *records = array_of(&m->home.map, "records", &n);
    for (uint32_t i = 0; i < n; i++) {
        if (!*holder || strcmp(text_of(&records[i], "id"), holder) != 0)
            continue;
        ways_out(&records[i], ways, sizeof ways);
        const char *state = word_state(text_of(&records[i], "state"));
        if (*ways)
            snprintf(buf, len, _("You already have %s (%s, %s). Open it and end it first: %s."), name_of(&records[i]),
                     holder, state, ways);
        else
            snprintf(buf, len, _("You already have %s (%s, %s). You can't end it now; ask your department or school."),
                     name_of(&records[i]), holder, state);
        return true;
    }
    return false;
}

static void add_starts(struct mine *m)
{
    uint32_t n;
    char command[128];
    const msgpack_object *may = array_of(&m->home.map, "may", &n);
    for (uint32_t i = 0; i < n; i++) {
        const bool signing = strcmp(text_of(&may[i], "flow"), flow_code(FLOW_OFFLINE_SIGNING)) == 0;
        const int64_t group = int_of(&may[i], "group");
        char code[8];
        if (signing)
            snprintf(command, sizeof command, "screen form 'new offline_signing'");
        else
            snprintf(command, sizeof command, "screen kinds %d", (int)group);
        struct row *row = add(m, bool_of(&may[i], "ok") ? STYLE_NORMAL : STYLE_DIM, command);
        snprintf(code, sizeof code, "%d", (int)group);
        snprintf(row->text, sizeof row->text, "%s", code_label(code_table("destination_group"), code, tr_zh()));
        const msgpack_object *failed = map_get(&may[i], "failed");
        if (!say_holder(m, text_of(&may[i], "holder"), row->note, sizeof row->note) && failed)
            (void)show_failed(failed, row->note, sizeof row->note);
    }
}

static void add_records(struct mine *m)
{
    uint32_t n;
    char command[128], when[64];
    const msgpack_object *records = array_of(&m->home.map, "records", &n);
    for (uint32_t i = 0; i < n; i++) {
        const char *state = text_of(&records[i], "state"), *reason = text_of(&records[i], "reason_text");
        const bool mine = strcmp(state, "returned") == 0 || strcmp(state, "awaiting_stamped_image") == 0;
        snprintf(command, sizeof command, "screen record %s", text_of(&records[i], "id"));
        struct row *row = add(m, mine ? STYLE_WARN : STYLE_NORMAL, command);
        snprintf(row->text, sizeof row->text, "%s  %s  %s %s", word_state(state), name_of(&records[i]),
                 word_time(text_of(&records[i], "submitted_at"), false, when, sizeof when),
                 text_of(&records[i], "employer"));
        snprintf(row->note, sizeof row->note, "%s%s", mine && *reason ? _("Reason: ") : "", mine ? reason : "");
    }
}

static void add_drafts(struct mine *m)
{
    uint32_t n;
    char command[128], when[64];
    const msgpack_object *drafts = m->own.zone ? array_of(&m->own.map, "drafts", &n) : NULL;
    for (uint32_t i = 0; drafts && i < n; i++) {
        snprintf(command, sizeof command, "screen form %s", text_of(&drafts[i], "uuid"));
        struct row *row = add(m, STYLE_NORMAL, command);
        snprintf(row->draft, sizeof row->draft, "%s", text_of(&drafts[i], "uuid"));
        snprintf(row->text, sizeof row->text, _("draft  %s  changed %s"), name_of(&drafts[i]),
                 word_time(text_of(&drafts[i], "updated_at"), false, when, sizeof when));
    }
}

static void heading(struct mine *m, const char *text)
{
    if (m->nrows > 0)
        (void)add(m, STYLE_NORMAL, "");
    snprintf(add(m, STYLE_HEADING, "")->text, sizeof m->rows->text, "%s", text);
}

static void compose(struct screen *s)
{
    struct mine *m = s->state;
    const long cursor = m->list.cursor;
    m->nrows = 0;
    if (!m->home.zone)
        return;
    heading(m, _("My records and drafts"));
    const int before = m->nrows;
    add_records(m);
    add_drafts(m);
    if (m->nrows == before)
        snprintf(add(m, STYLE_DIM, "")->text, sizeof m->rows->text, "%s", _("none yet"));
    heading(m, _("What I may begin"));
    add_starts(m);
    heading(m, _("Else"));
    snprintf(add(m, STYLE_NORMAL, "screen inbox")->text, sizeof m->rows->text, _("Messages, %lld unread"),
             (long long)int_of(&m->home.map, "unread"));
    snprintf(add(m, STYLE_NORMAL, "screen kinds 0")->text, sizeof m->rows->text, "%s",
             _("All kinds of destination and their proofs"));
    m->list.total = m->nrows;
    list_loaded(&m->list, m->nrows, false);
    list_to(&m->list, cursor > 0 && cursor < m->nrows ? cursor : 1);
}

/* ------------------------------------------------------------------ loading */

static void loaded(struct screen *s, const msgpack_object *result, const char *error, uint32_t own)
{
    struct mine *m = s->state;
    snprintf(m->error, sizeof m->error, "%s", error ? error : "");
    if (result)
        held_take(own ? &m->own : &m->home, result);
    compose(s);
    s->app->hurry = true;
    app_dirty(s->app);
}

static void load(struct screen *s)
{
    screen_request(s, "home.get", NULL, loaded, 0);
    screen_request(s, "graduate.records", NULL, loaded, 1);
}

static bool mine_open(struct screen *s, const char *arg)
{
    (void)arg;
    list_reset(&((struct mine *)s->state)->list);
    load(s);
    screen_request(s, "queue.watch", NULL, NULL, 0);
    return true;
}

static void mine_close(struct screen *s)
{
    struct mine *m = s->state;
    held_free(&m->home);
    held_free(&m->own);
}

static bool mine_event(struct screen *s, const struct event *event)
{
    const bool news = event->kind == EV_NOTIFY && event->method && strcmp(event->method, "queue.changed") == 0;
    if (event->kind == EV_CONNECTED)
        screen_request(s, "queue.watch", NULL, NULL, 0);
    if (event->kind != EV_CONNECTED && event->kind != EV_FOCUS && !news)
        return false;
    load(s);
    return true;
}

/* ------------------------------------------------------------------ throwing a draft away */

static const struct row *row_here(const struct mine *m)
{
    return m->list.cursor >= 0 && m->list.cursor < m->nrows ? &m->rows[m->list.cursor] : NULL;
}

static void removed(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    char words[1024];
    (void)tag;
    if (error || outcome_exit(result) != EXIT_DONE)
        dialog_tell(s->app, _("Not done"), error ? error : word_refusal(result, words, sizeof words));
    else
        app_status(s->app, STATUS_GOOD, "%s", _("the draft is gone"));
    load(s);
}

static void remove_asked(struct app *app, bool yes, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    struct pack p;
    if (!yes || !s)
        return;
    pack_init(&p);
    pack_map(&p, 1);
    pack_kstr(&p, "uuid", ((struct mine *)s->state)->asked);
    screen_request(s, "draft.remove", &p, removed, 0);
    pack_free(&p);
}

static void ask_remove(struct screen *s)
{
    struct mine *m = s->state;
    const struct row *row = row_here(m);
    char text[512];
    if (!row || !*row->draft) {
        app_status(s->app, STATUS_WARN, "%s", _("Only a draft can be thrown away; the cursor is on none."));
        return;
    }
    memcpy(m->asked, row->draft, sizeof m->asked);
    snprintf(text, sizeof text, _("%s\n\nWhat was filled in and the files attached are gone for good."), row->text);
    dialog_ask(s->app, _("Throw this draft away?"), text, remove_asked, (void *)(uintptr_t)s->generation);
}

/* ------------------------------------------------------------------ moving, drawing */

static long row_from(const struct mine *m, long at, long step)
{
    while (at >= 0 && at < m->nrows && !*m->rows[at].command)
        at += step;
    return at >= 0 && at < m->nrows ? at : -1;
}

/* The cursor passes over headings, and turns at the last one: the first row of all is a heading. */
static void skip_headings(struct mine *m, long from)
{
    const long step = m->list.cursor >= from ? 1 : -1;
    long at = row_from(m, m->list.cursor, step);
    if (at < 0)
        at = row_from(m, m->list.cursor, -step);
    list_to(&m->list, at >= 0 ? at : from);
}

static enum run_result mine_run(struct screen *s, int argc, char **argv)
{
    struct mine *m = s->state;
    const long from = m->list.cursor;
    (void)argc;
    if (list_move(&m->list, argv[0])) {
        skip_headings(m, from);
        return RUN_DONE;
    }
    if (strcmp(argv[0], "refresh") == 0) {
        load(s);
        return RUN_DONE;
    }
    if (strcmp(argv[0], "remove") == 0) {
        ask_remove(s);
        return RUN_DONE;
    }
    if (strcmp(argv[0], "open") != 0)
        return RUN_UNKNOWN;
    const struct row *row = from < m->nrows ? &m->rows[from] : NULL;
    if (row && row->style == STYLE_DIM && *row->note) { /* whole, before anything is filled in for nothing */
        dialog_tell(s->app, row->text, row->note);
    } else if (row && *row->command) {
        char command[128];
        memcpy(command, row->command, sizeof command);
        app_run(s->app, command);
    }
    return RUN_DONE;
}

static void draw_row(void *owner, struct canvas *c, long index, struct rect r, bool is_cursor)
{
    const struct row *row = &((struct mine *)owner)->rows[index];
    (void)is_cursor;
    const int used = canvas_put(c, r.x, r.y, row->style, row->text);
    if (*row->note && used + 3 < r.width)
        canvas_fit(c, r.x + used + 3, r.y, r.width - used - 3, STYLE_DIM, row->note);
}

static void mine_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct mine *m = s->state;
    if (m->home.zone)
        list_draw(&m->list, c, r, draw_row, m);
    else
        canvas_wrap(c, (struct rect){r.x + 2, r.y + 1, r.width - 4, r.height - 1}, *m->error ? STYLE_BAD : STYLE_DIM,
                    *m->error ? m->error : _("loading …"), 0);
}

static const char *mine_title(struct screen *s)
{
    return s->app->account.name;
}

static bool mine_offers(struct screen *s, const char *name)
{
    const struct row *row = row_here(s->state);
    return strcmp(name, "remove") != 0 || (row && *row->draft);
}

const struct screen_ops mine_ops = {
    .name = "mine",
    .state_size = sizeof(struct mine),
    .open = mine_open,
    .close = mine_close,
    .event = mine_event,
    .run = mine_run,
    .draw = mine_draw,
    .title = mine_title,
    .offers = mine_offers,
};
