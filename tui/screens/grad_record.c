/*
 * grad_record.c - one of the graduate's own records: where it stands, what was filled in, why it came back, what may be
 * done with it, its history and agreement.
 */
#include "grad_upload.h"
#include "screens.h"

#include "../../shared/domain/codes.h"
#include "../../shared/domain/forms.h"
#include "../act.h"
#include "../app.h"
#include "../commands/cli.h"
#include "../held.h"
#include "../widgets/form.h"
#include "../words.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct record_screen {
    struct upload upload; /* first: grad_upload.h */
    struct held record, history;
    int scroll, height;
    char error[512];
    enum qx_action asked; /* by a dialog that is open */
};

/* ------------------------------------------------------------------ loading */

static void loaded(struct screen *s, const msgpack_object *result, const char *error, uint32_t history)
{
    struct record_screen *f = s->state;
    snprintf(f->error, sizeof f->error, "%s", error ? error : "");
    if (result)
        held_take(history ? &f->history : &f->record, result);
    s->app->hurry = true;
    app_dirty(s->app);
}

static void load(struct screen *s)
{
    struct pack p;
    pack_init(&p);
    pack_map(&p, 1);
    pack_kstr(&p, "id", s->arg);
    screen_request(s, "record.get", &p, loaded, 0);
    screen_request(s, "record.history", &p, loaded, 1);
    pack_free(&p);
}

static bool record_open(struct screen *s, const char *arg)
{
    if (!*arg)
        return false;
    load(s);
    return true;
}

static void record_close(struct screen *s)
{
    struct record_screen *f = s->state;
    upload_free(&f->upload);
    held_free(&f->record);
    held_free(&f->history);
}

static bool record_event(struct screen *s, const struct event *event)
{
    if (event->kind == EV_OUTCOME && event->ok)
        load(s);
    if (event->kind == EV_CONNECTED || event->kind == EV_FOCUS) {
        load(s);
        return true;
    }
    return false; /* a refusal is told by whoever knows the words (act.c) */
}

/* ------------------------------------------------------------------ acting */

static void act(struct screen *s, enum qx_action action)
{
    const struct record_screen *f = s->state;
    struct deed deed = {.version = int_of(&f->record.map, "version"), .action = action};
    snprintf(deed.id, sizeof deed.id, "%s", s->arg);
    snprintf(deed.name, sizeof deed.name, "%.60s", word_flow(text_of(&f->record.map, "flow")));
    deed_do(s->app, &deed, NULL, s->generation);
}

static void confirmed(struct app *app, bool yes, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    if (yes && s)
        act(s, ((struct record_screen *)s->state)->asked);
}

/* What each action asks before it is done. `word`: typed, not translated, so that every keyboard can. */
static const struct {
    enum qx_action action;
    const char *title, *text, *word;
} questions[] = {
    {ACT_TAKE_BACK, N_("Take it back"),
     N_("It becomes a draft again and leaves the auditors' queue. Submit it again when it is right."), NULL},
    {ACT_GIVE_UP, N_("Give it up"),
     N_("The record ends and its place is given back; its number is never used again. This cannot be undone."),
     "give up"},
    {ACT_VOID, N_("Make it void"),
     N_("The destination ends and what is reported of you is cleared. This cannot be undone."), "void"},
};

static bool ask(struct screen *s, enum qx_action action)
{
    struct record_screen *f = s->state;
    void *arg = (void *)(uintptr_t)s->generation;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        if (questions[i].action != action)
            continue;
        f->asked = action;
        if (questions[i].word)
            dialog_word(s->app, _(questions[i].title), _(questions[i].text), questions[i].word, confirmed, arg);
        else
            dialog_ask(s->app, _(questions[i].title), _(questions[i].text), confirmed, arg);
        return true;
    }
    return false;
}

static const msgpack_object *may_row(const struct record_screen *f, const char *action)
{
    uint32_t n = 0;
    const msgpack_object *rows = f->record.zone ? array_of(&f->record.map, "may", &n) : NULL;
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(text_of(&rows[i], "action"), action) == 0)
            return &rows[i];
    return NULL;
}

/* Something may be missing for it yet, but the state is right. */
static bool fits_state(const struct record_screen *f, enum qx_action action)
{
    const msgpack_object *row = may_row(f, action_code(action));
    return row && strcmp(text_of(row, "outcome"), outcome_code(OUT_WRONG_STATE)) != 0;
}

/* "It can't": the failed guards in words (X1.9). */
static void say_why(struct screen *s, const char *action)
{
    const struct record_screen *f = s->state;
    char text[1024] = "";
    const msgpack_object *row = may_row(f, action), *failed = row ? map_get(row, "failed") : NULL;
    if (failed)
        (void)show_failed(failed, text, sizeof text);
    app_status(s->app, STATUS_WARN, "%s: %s", word_action(action), *text ? text : word_outcome("wrong_state"));
}

static void stamped(struct screen *s, const char *error)
{
    if (error)
        dialog_tell(s->app, _("Not attached"), error);
    else
        act(s, ACT_UPLOAD);
}

static bool has_image(const struct record_screen *f)
{
    uint32_t n = 0;
    const msgpack_object *files = array_of(&f->record.map, "evidence", &n);
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(text_of(&files[i], "purpose"), "stamped_image") == 0)
            return true;
    return false;
}

/* The stamped image: one that came in by the command line is handed in; else it is asked for. */
static void upload_image(struct screen *s)
{
    const struct record_screen *f = s->state;
    const msgpack_object *row = may_row(f, action_code(ACT_UPLOAD));
    if (!fits_state(f, ACT_UPLOAD))
        say_why(s, action_code(ACT_UPLOAD));
    else if (has_image(f) && bool_of(row, "ok"))
        act(s, ACT_UPLOAD);
    else
        upload_ask(s, text_of(&f->record.map, "uuid"), "stamped_image", stamped);
}

static void correct(struct screen *s)
{
    const struct record_screen *f = s->state;
    const char *state = text_of(&f->record.map, "state");
    if (strcmp(state, state_code(ST_RETURNED)) == 0 || strcmp(state, state_code(ST_DRAFT)) == 0)
        screen_push(s->app, "form", text_of(&f->record.map, "uuid"));
    else
        say_why(s, action_code(ACT_RESUBMIT));
}

static void agreement(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    char *text = result ? map_str_copy(result, "text") : NULL;
    (void)tag;
    if (text)
        text_show(s->app, _("Agreement"), text);
    else
        app_status(s->app, STATUS_WARN, "%s", error ? error : "");
    free(text);
}

static void ask_agreement(struct screen *s)
{
    struct pack p;
    pack_init(&p);
    pack_map(&p, 2);
    pack_kstr(&p, "id", s->arg);
    pack_kstr(&p, "language", language_code(tr_language()));
    screen_request(s, "record.agreement", &p, agreement, 0);
    pack_free(&p);
}

static bool scroll(struct record_screen *f, const char *verb)
{
    static const struct {
        const char *verb;
        int lines, pages;
    } moves[] = {{"down", 1, 0},     {"up", -1, 0},         {"page-down", 0, 1},
                 {"page-up", 0, -1}, {"first", -100000, 0}, {"last", 100000, 0}};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (strcmp(moves[i].verb, verb) == 0) {
            f->scroll += moves[i].lines + moves[i].pages * (f->height - 1);
            return true;
        }
    return false;
}

static enum run_result record_run(struct screen *s, int argc, char **argv)
{
    struct record_screen *f = s->state;
    const struct command *c = command_find(argv[0]);
    (void)argc;
    if (scroll(f, argv[0]))
        return RUN_DONE;
    if (strcmp(argv[0], "refresh") == 0)
        load(s);
    else if (!f->record.zone)
        return RUN_UNKNOWN;
    else if (strcmp(argv[0], "correct") == 0)
        correct(s);
    else if (strcmp(argv[0], "upload") == 0)
        upload_image(s);
    else if (strcmp(argv[0], "agreement") == 0)
        ask_agreement(s);
    else if (c && c->action != ACT_NONE && may_row(f, action_code(c->action)) &&
             bool_of(may_row(f, action_code(c->action)), "ok"))
        return ask(s, c->action) ? RUN_DONE : RUN_UNKNOWN;
    else if (c && c->action != ACT_NONE)
        say_why(s, action_code(c->action));
    else
        return RUN_UNKNOWN;
    return RUN_DONE;
}

/* ------------------------------------------------------------------ drawing: one text, scrolled */

struct text {
    char bytes[24576];
    size_t at;
};

static void line(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void line(struct text *t, const char *fmt, ...)
{
    va_list ap;
    if (t->at + 1 >= sizeof t->bytes)
        return;
    va_start(ap, fmt);
    t->at += (size_t)vsnprintf(t->bytes + t->at, sizeof t->bytes - t->at, fmt, ap);
    va_end(ap);
    if (t->at >= sizeof t->bytes)
        t->at = sizeof t->bytes - 1;
}

static void write_stages(const struct record_screen *f, struct text *t)
{
    static const struct {
        const char *state, *mark;
    } marks[] = {{"done", "✓"}, {"now", "▶"}, {"to_come", "·"}};
    uint32_t n;
    const msgpack_object *stages = array_of(&f->record.map, "stages", &n);
    for (uint32_t i = 0; i < n; i++) {
        const char *mark = "";
        for (size_t k = 0; k < sizeof marks / sizeof *marks; k++)
            if (strcmp(text_of(&stages[i], "state"), marks[k].state) == 0)
                mark = marks[k].mark;
        line(t, "%s%s %s", i ? "  " : "", mark, word_state(text_of(&stages[i], "stage")));
    }
    line(t, "\n\n");
}

/* Why it came back or ended: what the graduate is here to read (S2.1.8). Of the last act that says so. */
static void write_reason(const struct record_screen *f, struct text *t)
{
    static const char *const acts[] = {"return", "reject", "void"};
    uint32_t n = 0;
    const msgpack_object *rows = f->history.zone ? array_of(&f->history.map, "rows", &n) : NULL;
    const char *action = n > 0 ? text_of(&rows[n - 1], "action") : "";
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (strcmp(action, acts[i]) == 0)
            line(t, "%s: %s  %s\n", word_state(text_of(&f->record.map, "state")),
                 word_reason(text_of(&rows[n - 1], "reason_code")), text_of(&rows[n - 1], "reason_text"));
}

static void write_head(const struct record_screen *f, struct text *t)
{
    const msgpack_object *r = &f->record.map;
    const char *kind = text_of(r, "kind"), *number = text_of(r, "number");
    char when[64];
    line(t, "%s\n", *kind ? code_label(code_table("destination_kind"), kind, tr_zh()) : word_flow(text_of(r, "flow")));
    line(t, _("State: %s; waits for: %s; submitted %s\n"), word_state(text_of(r, "state")),
         word_role(text_of(r, "waits_for")), word_time(text_of(r, "submitted_at"), true, when, sizeof when));
    if (*number)
        line(t, _("Agreement number: %s\n"), number);
    write_reason(f, t);
    write_stages(f, t);
}

static void write_may(const struct record_screen *f, struct text *t)
{
    uint32_t n;
    const msgpack_object *rows = array_of(&f->record.map, "may", &n);
    int offered = 0;
    for (uint32_t i = 0; i < n; i++)
        if (bool_of(&rows[i], "ok"))
            line(t, "%s%s", offered++ ? ", " : _("You may: "), word_action(text_of(&rows[i], "action")));
    line(t, offered ? "\n\n" : "");
}

static void write_content(const struct record_screen *f, struct text *t)
{
    const int flow = flow_of(text_of(&f->record.map, "flow"));
    const struct form *form = flow < 0 ? NULL : form_of((enum qx_flow)flow, text_of(&f->record.map, "kind"));
    const msgpack_object *content = map_get(&f->record.map, "content");
    char value[512];
    for (size_t i = 0; form && content && i < form->nfields; i++) {
        const char *text = text_of(content, form->fields[i].name);
        if (*text)
            line(t, "%s: %s\n", form_label(&form->fields[i]), form_value(&form->fields[i], text, value, sizeof value));
    }
}

static void write_files(const struct record_screen *f, struct text *t)
{
    uint32_t n;
    const msgpack_object *files = array_of(&f->record.map, "evidence", &n);
    if (n > 0)
        line(t, _("\nFiles attached:\n"));
    for (uint32_t i = 0; i < n; i++)
        line(t, "· %s, %lld KiB\n", text_of(&files[i], "file_name"),
             (long long)(int_of(&files[i], "size") + 1023) / 1024);
}

static void write_history(const struct record_screen *f, struct text *t)
{
    uint32_t n = 0;
    char when[64];
    const msgpack_object *rows = f->history.zone ? array_of(&f->history.map, "rows", &n) : NULL;
    if (n > 0)
        line(t, _("\nHistory, newest first:\n"));
    while (n-- > 0) {
        const char *code = text_of(&rows[n], "reason_code"), *text = text_of(&rows[n], "reason_text");
        line(t, "%s  %s (%s) → %s\n", word_time(text_of(&rows[n], "at"), true, when, sizeof when),
             word_action(text_of(&rows[n], "action")), word_role(text_of(&rows[n], "role")),
             word_state(text_of(&rows[n], "to")));
        if (*code || *text)
            line(t, "      %s  %s\n", *code ? word_reason(code) : "", text);
    }
}

static void record_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct record_screen *f = s->state;
    struct text t = {.at = 0};
    const int width = r.width - 4;
    if (!f->record.zone) {
        canvas_wrap(c, (struct rect){r.x + 2, r.y + 1, width, 4}, *f->error ? STYLE_BAD : STYLE_DIM,
                    *f->error ? f->error : _("loading …"), 0);
        return;
    }
    write_head(f, &t);
    write_may(f, &t);
    write_content(f, &t);
    write_files(f, &t);
    write_history(f, &t);
    f->height = r.height;
    const int most = wrap_height(t.bytes, width) - r.height;
    f->scroll = f->scroll > most ? most : f->scroll;
    f->scroll = f->scroll < 0 ? 0 : f->scroll;
    canvas_wrap(c, (struct rect){r.x + 2, r.y, width, r.height}, STYLE_NORMAL, t.bytes, f->scroll);
    canvas_cursor(c, r.x, r.y);
}

static const char *record_title(struct screen *s)
{
    return s->arg;
}

/* A key is offered when the server said that its action may be taken. */
static bool record_offers(struct screen *s, const char *name)
{
    const struct record_screen *f = s->state;
    const struct command *c = command_find(name);
    if (strcmp(name, "correct") == 0)
        return fits_state(f, ACT_RESUBMIT) || fits_state(f, ACT_SUBMIT);
    if (strcmp(name, "upload") == 0)
        return fits_state(f, ACT_UPLOAD);
    if (strcmp(name, "agreement") == 0)
        return f->record.zone && *text_of(&f->record.map, "number");
    if (!c || c->action == ACT_NONE)
        return true;
    const msgpack_object *row = may_row(f, action_code(c->action));
    return row && bool_of(row, "ok");
}

const struct screen_ops record_ops = {
    .name = "record",
    .state_size = sizeof(struct record_screen),
    .open = record_open,
    .close = record_close,
    .event = record_event,
    .run = record_run,
    .draw = record_draw,
    .title = record_title,
    .offers = record_offers,
};
