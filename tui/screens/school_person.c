/*
 * school_person.c - one graduate of the roster with the whole history (S1.5.7): roster data, ledger, may sign, records.
 */
#include "screens.h"

#include "../../shared/domain/codes.h"
#include "../app.h"
#include "../commands/cli.h"
#include "../held.h"
#include "../widgets/dialog.h"
#include "../widgets/list.h"
#include "../widgets/prompt.h"
#include "../words.h"

#include <stdlib.h>
#include <string.h>

struct person {
    struct held answer;
    struct list list; /* of the records */
    char error[512];
};

struct line {
    const char *key, *label;
    value_show show;
};

static const char *show_of_table(const char *table, const msgpack_object *o, char *buf, size_t len)
{
    const char *code = show_plain(o, buf, len);
    const struct code_table *t = code_table(table);
    return t && *code ? code_label(t, code, tr_zh()) : code;
}

static const char *show_sex(const msgpack_object *o, char *buf, size_t len)
{
    return show_of_table("gender", o, buf, len);
}

static const char *show_mode(const msgpack_object *o, char *buf, size_t len)
{
    return show_of_table("training_mode", o, buf, len);
}

static const struct line lines[] = {
    {"name", N_("name"), NULL},
    {"sex", N_("sex"), show_sex},
    {"student_no", N_("student number"), NULL},
    {"exam_no", N_("examination number"), NULL},
    {"identity_no", N_("identity number"), NULL},
    {"department", N_("department"), NULL},
    {"major", N_("major"), NULL},
    {"level", N_("level"), show_level},
    {"training_mode", N_("training mode"), show_mode},
    {"graduation", N_("graduation"), NULL},
    {"mobile", N_("mobile"), NULL},
    {"email", N_("e-mail"), NULL},
    {"origin", N_("origin"), show_region},
    {0},
};

static void loaded(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct person *p = s->state;
    uint32_t n = 0;
    (void)tag;
    snprintf(p->error, sizeof p->error, "%s", error ? error : "");
    if (result)
        held_take(&p->answer, result);
    if (p->answer.zone)
        (void)array_of(&p->answer.map, "records", &n);
    list_loaded(&p->list, n, false);
    app_dirty(s->app);
}

static void load(struct screen *s)
{
    struct pack params;
    pack_init(&params);
    pack_map(&params, 1);
    pack_kstr(&params, "id", s->arg);
    screen_request(s, "roster.get", &params, loaded, 0);
    pack_free(&params);
}

static bool person_open(struct screen *s, const char *arg)
{
    struct person *p = s->state;
    list_reset(&p->list);
    if (!*arg)
        return false;
    load(s);
    return true;
}

static void person_close(struct screen *s)
{
    held_free(&((struct person *)s->state)->answer);
}

static bool person_event(struct screen *s, const struct event *event)
{
    if (event->kind != EV_CONNECTED && event->kind != EV_FOCUS)
        return false;
    load(s);
    return true;
}

/* ------------------------------------------------------------------ may sign */

static void barred(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    char words[1024];
    const msgpack_object *outcome = result ? map_get(result, "outcome") : NULL;
    (void)tag;
    if (outcome && object_is(outcome, "ok"))
        app_status(s->app, STATUS_GOOD, "%s", _("Kept."));
    else
        dialog_tell(s->app, _("Not done"), error ? error : word_refusal(result, words, sizeof words));
    load(s);
}

static void bar(struct screen *s, const char *reason)
{
    struct pack params;
    pack_init(&params);
    pack_map(&params, 1u + (reason != NULL));
    pack_kstr(&params, "id", s->arg);
    if (reason)
        pack_kstr(&params, "reason", reason);
    screen_request(s, "roster.bar", &params, barred, 0);
    pack_free(&params);
}

static void reason_given(struct app *app, const char *text, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    if (text && *text && s)
        bar(s, text);
}

static enum run_result person_run(struct screen *s, int argc, char **argv)
{
    struct person *p = s->state;
    uint32_t n = 0;
    (void)argc;
    const msgpack_object *records = p->answer.zone ? array_of(&p->answer.map, "records", &n) : NULL;
    if (list_move(&p->list, argv[0]))
        return RUN_DONE;
    if (strcmp(argv[0], "refresh") == 0)
        load(s);
    else if (strcmp(argv[0], "open") == 0 && p->list.cursor < (long)n)
        screen_push(s->app, "audit", text_of(&records[p->list.cursor], "id"));
    else if (strcmp(argv[0], "bar") == 0)
        prompt_open(s->app, _("Why this graduate may not sign: "), "", 0, reason_given, NULL,
                    (void *)(uintptr_t)s->generation);
    else if (strcmp(argv[0], "unbar") == 0)
        bar(s, NULL);
    else
        return RUN_UNKNOWN;
    return RUN_DONE;
}

/* ------------------------------------------------------------------ drawing */

static int draw_data(const struct person *p, struct canvas *c, struct rect r)
{
    const msgpack_object *graduate = map_get(&p->answer.map, "graduate");
    const int half = r.width / 2;
    char buf[256];
    int n = 0;
    for (const struct line *l = lines; l->key && graduate; l++) {
        const msgpack_object *value = map_get(graduate, l->key);
        if (!value)
            continue;
        const int x = r.x + (n % 2) * half, y = r.y + n / 2;
        buf[0] = '\0';
        canvas_fit(c, x, y, 18, STYLE_DIM, _(l->label));
        canvas_fit(c, x + 19, y, half - 20, STYLE_NORMAL, (l->show ? l->show : show_plain)(value, buf, sizeof buf));
        n++;
    }
    return (n + 1) / 2;
}

static int draw_standing(const struct person *p, struct canvas *c, struct rect r)
{
    char text[512], why[256];
    const msgpack_object *ledger = map_get(&p->answer.map, "ledger"),
                         *destination = ledger ? map_get(ledger, "destination") : NULL;
    const msgpack_object none = {.type = MSGPACK_OBJECT_MAP};
    if (bool_of(&p->answer.map, "may_sign"))
        canvas_put(c, r.x, r.y, STYLE_GOOD, _("May sign: yes"));
    else {
        snprintf(text, sizeof text, _("May sign: no – %s"),
                 word_guard(text_of(&p->answer.map, "why_not"), &none, why, sizeof why));
        canvas_fit(c, r.x, r.y, r.width, STYLE_WARN, text);
    }
    snprintf(text, sizeof text, "%s%s", _("Reported: "),
             destination ? show_plain(destination, why, sizeof why) : _("nothing"));
    canvas_fit(c, r.x, r.y + 1, r.width, STYLE_NORMAL, text);
    return 2;
}

static void draw_record(void *owner, struct canvas *c, long index, struct rect r, bool is_cursor)
{
    const struct person *p = owner;
    const msgpack_object *row = held_item(&p->answer.map, "records", (uint32_t)index);
    char text[512], when[64];
    (void)is_cursor;
    if (!row)
        return;
    snprintf(text, sizeof text, "%s  %s  %s  %s  %s", text_of(row, "id"), word_flow(text_of(row, "flow")),
             word_state(text_of(row, "state")), word_time(text_of(row, "submitted_at"), false, when, sizeof when),
             text_of(row, "employer"));
    canvas_fit(c, r.x, r.y, r.width, STYLE_NORMAL, text);
}

static void person_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct person *p = s->state;
    if (!p->answer.zone) {
        canvas_wrap(c, (struct rect){r.x + 2, r.y + 1, r.width - 4, r.height - 1}, *p->error ? STYLE_BAD : STYLE_DIM,
                    *p->error ? p->error : _("loading …"), 0);
        return;
    }
    int y = r.y + draw_data(p, c, (struct rect){r.x + 2, r.y, r.width - 4, r.height}) + 1;
    y += draw_standing(p, c, (struct rect){r.x + 2, y, r.width - 4, 2}) + 1;
    canvas_put(c, r.x + 2, y++, STYLE_HEADING, _("Records"));
    list_draw(&p->list, c, (struct rect){r.x, y, r.width, r.y + r.height - y}, draw_record, p);
}

static const char *person_title(struct screen *s)
{
    (void)s;
    return _("A graduate");
}

const struct screen_ops person_ops = {
    .name = "person",
    .state_size = sizeof(struct person),
    .open = person_open,
    .close = person_close,
    .event = person_event,
    .run = person_run,
    .draw = person_draw,
    .title = person_title,
};
