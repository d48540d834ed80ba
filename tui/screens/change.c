/*
 * change.c - the auditor's change of a destination (S2.8.2): its kind, the form of that kind, the reason and the tick
 * that the graduate agreed; and the school's modification of what is in force (S2.3.8), which keeps the kind and gives
 * no reason.
 *
 * Argument: "change ID VERSION" or "modify ID VERSION". It is bound to that version, the one that was on the audit
 * screen, whatever is loaded here; somebody else's act meanwhile makes it stale, and the form stays as it was typed.
 */
#include "audit.h"
#include "people.h"

#include "../../shared/domain/codes.h"
#include "../widgets/form.h"
#include "../widgets/overlay.h"
#include "../widgets/picker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct change {
    struct deed deed;
    char kind[8];
    struct held record;
    struct held parked;       /* taken up again, until the record is there */
    struct form_entry *entry; /* NULL until the kind is chosen */
    bool sent;                /* the answer is awaited: nothing is typed meanwhile */
    char error[256], title[160];
};

static void *token(const struct screen *s)
{
    return (void *)(uintptr_t)s->generation;
}

static struct screen *screen_of(struct app *app, void *arg)
{
    return screen_by_generation(app, (uint32_t)(uintptr_t)arg);
}

/* ------------------------------------------------------------------ the form */

/* A value that came masked (X1.5) isn't sent back as if it were one: it is left out, unless typed anew. */
static void leave_masked_out(struct form_entry *entry)
{
    for (size_t i = 0; i < entry->form->nfields; i++) {
        const char *value = form_entry_get(entry, entry->form->fields[i].name);
        if (value != NULL && strstr(value, "***") != NULL)
            form_entry_set(entry, entry->form->fields[i].name, "");
    }
}

/* The form of the kind, with what was typed in the form before and else what the record says. */
static bool take_kind(struct screen *s, const char *kind)
{
    struct change *ch = s->state;
    struct form_entry *before = ch->entry;
    char flow[40];
    const int which = flow_of(held_text(&ch->record.map, "flow", flow, sizeof flow));
    const struct form *form = which < 0 ? NULL : form_of((enum qx_flow)which, kind);
    const msgpack_object *content = map_get(&ch->record.map, "content");

    if (form == NULL)
        return false;
    snprintf(ch->kind, sizeof ch->kind, "%s", kind);
    ch->entry = form_entry_new(s->app, form);
    if (content != NULL)
        form_entry_load(ch->entry, content);
    leave_masked_out(ch->entry);
    for (size_t i = 0; before != NULL && i < before->form->nfields; i++) {
        const char *typed = form_entry_get(before, before->form->fields[i].name);
        if (typed != NULL)
            form_entry_set(ch->entry, before->form->fields[i].name, typed);
    }
    ch->entry->dirty = before != NULL;
    form_entry_free(before);
    app_dirty(s->app);
    return true;
}

static void kind_picked(struct app *app, const char *kind, void *arg)
{
    struct screen *s = screen_of(app, arg);

    if (s == NULL)
        return;
    const struct change *ch = s->state;
    if (kind != NULL)
        take_kind(s, kind);
    else if (ch->entry == NULL)
        screen_pop(app);
}

/* Every kind but those of an agreement: that has a flow of its own. */
static void ask_kind(struct screen *s)
{
    struct change *ch = s->state;
    const struct destination_kind *all;
    const size_t n = destination_kinds(&all);
    char subset[512] = "", now[8];

    for (size_t i = 0; i < n; i++) {
        const size_t at = strlen(subset);
        if (all[i].group != 1)
            snprintf(subset + at, sizeof subset - at, "%s%s", at > 0 ? " " : "", all[i].code);
    }
    if (ch->kind[0] != '\0')
        snprintf(now, sizeof now, "%s", ch->kind);
    else
        held_text(&ch->record.map, "kind", now, sizeof now);
    picker_codes(s->app, _("Change to which kind of destination?"), "destination_kind", subset, now, kind_picked,
                 token(s));
}

/* ------------------------------------------------------------------ loading */

static void ask_reason(struct screen *s);

/* What was typed when the line broke, the cursor where it was (X1.14). */
static bool take_parked(struct screen *s)
{
    struct change *ch = s->state;
    char kind[8] = "";
    int64_t focus;
    const msgpack_object *content = ch->parked.zone == NULL ? NULL : map_get(&ch->parked.map, "content");

    if (content == NULL || !take_kind(s, held_text(&ch->parked.map, "kind", kind, sizeof kind)))
        return false;
    for (size_t i = 0; i < ch->entry->form->nfields; i++)
        form_entry_set(ch->entry, ch->entry->form->fields[i].name, "");
    form_entry_load(ch->entry, content);
    ch->entry->dirty = true;
    if (map_int(&ch->parked.map, "focus", &focus) && focus >= 0 && (size_t)focus < ch->entry->form->nfields)
        ch->entry->focus = (size_t)focus;
    held_free(&ch->parked);
    if (s->app->reason.open && strcmp(s->app->reason.id, ch->deed.id) == 0)
        ask_reason(s);
    return true;
}

static void loaded(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct change *ch = s->state;
    char kind[8];

    (void)tag;
    app_dirty(s->app);
    snprintf(ch->error, sizeof ch->error, "%s", result != NULL || error == NULL ? "" : error);
    if (result == NULL || ch->record.zone != NULL)
        return;
    held_take(&ch->record, result);
    held_text(map_get(&ch->record.map, "graduate"), "name", ch->deed.name, sizeof ch->deed.name);
    if (take_parked(s))
        return;
    if (ch->deed.action == ACT_CHANGE)
        ask_kind(s);
    else if (!take_kind(s, held_text(&ch->record.map, "kind", kind, sizeof kind)))
        snprintf(ch->error, sizeof ch->error, _("This program knows no form for %s %s."), "", kind);
}

static void load(struct screen *s)
{
    struct change *ch = s->state;
    struct pack p;

    pack_init(&p);
    pack_map(&p, 1);
    pack_kstr(&p, "id", ch->deed.id);
    screen_request(s, "record.get", &p, loaded, 0);
    pack_free(&p);
}

void audit_change(struct screen *s, enum qx_action action)
{
    const struct audit *a = s->state;
    char arg[96];

    snprintf(arg, sizeof arg, "%s %s %lld", action_code(action), a->id, (long long)a->drawn_version);
    screen_push(s->app, "change", arg);
}

static bool change_open(struct screen *s, const char *arg)
{
    struct change *ch = s->state;
    char action[16];
    long long version;

    if (sscanf(arg, "%15s %39s %lld", action, ch->deed.id, &version) != 3)
        return false;
    const int which = action_of(action);
    if (which != ACT_CHANGE && which != ACT_MODIFY)
        return false;
    ch->deed.action = (enum qx_action)which;
    ch->deed.version = version;
    load(s);
    return true;
}

static void change_close(struct screen *s)
{
    struct change *ch = s->state;

    form_entry_free(ch->entry);
    held_free(&ch->record);
    held_free(&ch->parked);
}

/* ------------------------------------------------------------------ sending */

/* A modification brings what differs only, an emptied field too: the rest stands, what is masked here included. */
static void pack_differences(const struct change *ch, struct pack *p)
{
    const struct form *form = ch->entry->form;
    const msgpack_object *content = map_get(&ch->record.map, "content");
    const size_t mark = pack_map_open(p);
    uint32_t n = 0;

    for (size_t i = 0; i < form->nfields; i++) {
        const char *typed = form_entry_get(ch->entry, form->fields[i].name);
        char *was = content == NULL ? NULL : map_str_copy(content, form->fields[i].name);
        const bool masked = was != NULL && strstr(was, "***") != NULL;
        typed = typed == NULL ? "" : typed;
        if (masked ? *typed != '\0' : strcmp(typed, was == NULL ? "" : was) != 0) {
            pack_kstr(p, form->fields[i].name, typed);
            n++;
        }
        free(was);
    }
    pack_map_close(p, mark, n);
}

static void send_it(struct screen *s, const struct reason *reason)
{
    struct change *ch = s->state;
    const bool change = ch->deed.action == ACT_CHANGE;
    struct pack content;

    pack_init(&content);
    if (change)
        form_entry_pack(ch->entry, &content);
    else
        pack_differences(ch, &content);
    ch->sent = true;
    app_status(s->app, STATUS_INFO, "%s: %s …", word_action(action_code(ch->deed.action)), ch->deed.name);
    deed_bring(s->app, &ch->deed, reason, change ? ch->kind : NULL, &content, s->generation);
    pack_free(&content);
}

static void reasoned(struct app *app, const struct reason *reason, void *arg)
{
    struct screen *s = screen_of(app, arg);

    if (s != NULL && reason != NULL)
        send_it(s, reason);
}

static void modify_asked(struct app *app, bool yes, void *arg)
{
    struct screen *s = screen_of(app, arg);

    if (s != NULL && yes)
        send_it(s, NULL);
}

static void ask_reason(struct screen *s)
{
    const struct change *ch = s->state;
    struct reason_draft *draft = &s->app->reason;
    char title[200];

    if (strcmp(draft->id, ch->deed.id) != 0 || draft->action != (int)ch->deed.action) {
        *draft = (struct reason_draft){.action = (int)ch->deed.action};
        memcpy(draft->id, ch->deed.id, sizeof draft->id);
    }
    draft->version = ch->deed.version;
    snprintf(title, sizeof title, "%s: %s", word_action(action_code(ch->deed.action)), ch->deed.name);
    dialog_reason(s->app, title, word_reason_table(action_code(ch->deed.action)), _("agreed with the graduate"),
                  reasoned, token(s));
}

static void submit(struct screen *s)
{
    struct change *ch = s->state;

    if (ch->deed.action == ACT_MODIFY) { /* what is masked here is there: the server checks the whole */
        dialog_ask(s->app, word_action(action_code(ACT_MODIFY)), _("Modify what is in force as this form says?"),
                   modify_asked, token(s));
        return;
    }
    const size_t problems = form_entry_check(ch->entry);
    if (problems > 0)
        app_status(s->app, STATUS_WARN, _("%zu fields are missing or wrong; the first one is shown."), problems);
    else
        ask_reason(s);
}

/* Done: the audit screen below shows what came of it. */
static void done(struct screen *s, const struct event *event)
{
    struct app *app = s->app;

    screen_pop(app);
    struct screen *below = screen_top(app);
    struct screen *queue = below == NULL ? NULL : queue_below(below);
    if (queue != NULL)
        queue_mark(queue, event->deed->id, event->deed->action == ACT_CHANGE);
    if (below != NULL && below->ops == &audit_ops)
        below->ops->event(below, event);
}

static void outcome(struct screen *s, const struct event *event)
{
    struct change *ch = s->state;
    const msgpack_object *fields = event->params == NULL ? NULL : map_get(event->params, "fields");
    char text[2048], title[256];

    ch->sent = false;
    if (event->ok) {
        done(s, event);
        return;
    }
    if (fields != NULL)
        form_entry_problems(ch->entry, fields);
    snprintf(title, sizeof title, _("%s: %s – not done"), word_action(action_code(ch->deed.action)), ch->deed.name);
    if (event->params != NULL)
        word_refusal(event->params, text, sizeof text);
    else
        snprintf(text, sizeof text, "%s", event->text);
    app_status(s->app, STATUS_BAD, "%s", title);
    dialog_tell(s->app, title, text);
}

/* ------------------------------------------------------------------ the screen */

static bool change_typing(struct screen *s)
{
    return ((struct change *)s->state)->entry != NULL;
}

static bool change_event(struct screen *s, const struct event *event)
{
    struct change *ch = s->state;

    switch (event->kind) {
    case EV_KEY:
    case EV_PASTE:
        return ch->entry != NULL && (ch->sent || form_entry_event(ch->entry, event));
    case EV_OUTCOME:
        outcome(s, event);
        return true;
    case EV_CONNECTED:
        load(s);
        return true;
    default:
        return false;
    }
}

static void left(struct app *app, bool yes, void *arg)
{
    if (screen_of(app, arg) != NULL && yes)
        screen_pop(app);
}

static enum run_result change_run(struct screen *s, int argc, char **argv)
{
    struct change *ch = s->state;

    (void)argc;
    if (ch->entry == NULL)
        return RUN_UNKNOWN;
    if (strcmp(argv[0], "submit") == 0)
        submit(s);
    else if (strcmp(argv[0], "kind") == 0 && ch->deed.action == ACT_CHANGE)
        ask_kind(s);
    else if (strcmp(argv[0], "back") == 0 && ch->entry->dirty)
        dialog_ask(s->app, _("Leave the form"), _("Nothing was sent. Leave, and drop what was typed?"), left, token(s));
    else
        return RUN_UNKNOWN;
    return RUN_DONE;
}

static bool change_offers(struct screen *s, const char *command)
{
    return strcmp(command, "kind") != 0 || ((struct change *)s->state)->deed.action == ACT_CHANGE;
}

static void change_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct change *ch = s->state;

    if (ch->entry == NULL) {
        canvas_wrap(c, (struct rect){r.x + 2, r.y + 1, r.width - 4, 4}, ch->error[0] != '\0' ? STYLE_BAD : STYLE_DIM,
                    ch->error[0] != '\0'      ? ch->error
                    : ch->record.zone == NULL ? _("loading …")
                                              : "",
                    0);
        return;
    }
    const int x = r.x + 2 + canvas_put(c, r.x + 2, r.y, STYLE_DIM, ch->deed.id) + 2;
    canvas_fit(c, x, r.y, r.x + r.width - x, STYLE_BOLD,
               ch->kind[0] != '\0' ? code_label(code_table("destination_kind"), ch->kind, tr_zh())
                                   : form_title(ch->entry->form));
    canvas_fit(c, r.x + 2, r.y + 1, r.width - 4, STYLE_DIM,
               ch->deed.action == ACT_CHANGE ? _("What is masked for you is left out here: type it anew.")
                                             : _("What is masked for you stays as it is unless you type it anew."));
    form_entry_draw(ch->entry, c, (struct rect){r.x, r.y + 3, r.width, r.height - 3});
}

static const char *change_title(struct screen *s)
{
    struct change *ch = s->state;

    snprintf(ch->title, sizeof ch->title, "%s  %s", word_action(action_code(ch->deed.action)), ch->deed.name);
    return ch->title;
}

static void change_save(struct screen *s, struct pack *p)
{
    const struct change *ch = s->state;

    if (ch->entry == NULL && ch->parked.zone != NULL) {
        pack_object(p, &ch->parked.map);
        return;
    }
    if (ch->entry == NULL) {
        pack_map(p, 0);
        return;
    }
    pack_map(p, 3);
    pack_kstr(p, "kind", ch->kind);
    pack_kint(p, "focus", (int64_t)ch->entry->focus);
    pack_key(p, "content");
    form_entry_pack(ch->entry, p);
}

static void change_load(struct screen *s, const msgpack_object *map)
{
    struct change *ch = s->state;

    held_take(&ch->parked, map);
}

const struct screen_ops change_ops = {
    .name = "change",
    .state_size = sizeof(struct change),
    .open = change_open,
    .close = change_close,
    .event = change_event,
    .typing = change_typing,
    .run = change_run,
    .draw = change_draw,
    .title = change_title,
    .offers = change_offers,
    .save = change_save,
    .load = change_load,
};
