/*
 * grad_form.c - a form being filled in: a new registration, a draft, or a returned record's correction (S2.1.2,
 * S2.1.3). What is typed is kept as a draft half a second after the last key, on the server; nothing is lost when the
 * line breaks. A form that was only looked at leaves nothing behind.
 *
 * Argument: "new FLOW [KIND]" until something is typed, or a draft's UUID. The flow table's own words decide whether a submission is a first or
 * another.
 */
#include "grad_upload.h"
#include "screens.h"

#include "../../shared/domain/codes.h"
#include "../app.h"
#include "../commands/cli.h"
#include "../held.h"
#include "../widgets/dialog.h"
#include "../widgets/form.h"
#include "../words.h"

#include <stdlib.h>
#include <string.h>

enum { KEEP_AFTER = 500, ASIDE = 44 };

struct form_screen {
    struct upload upload; /* first: grad_upload.h */
    char uuid[UUID_LENGTH + 1], flow[32], kind[8];
    char id[64]; /* of the record, if it was submitted before */
    int64_t version;
    struct form_entry *entry; /* NULL until the draft is there */
    struct held draft, own;   /* draft.get, graduate.records */
    struct held parked;       /* taken up again, until the draft is there */
    enum { KEPT, CHANGED, KEEPING } keeping;
    bool fresh; /* nothing of it is on the server yet */
    bool submitting, failed;
    char error[512];
};

/* ------------------------------------------------------------------ keeping the draft */

static void keep_now(struct screen *s);

static void kept(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct form_screen *f = s->state;
    char words[1024];
    const msgpack_object *outcome = result ? map_get(result, "outcome") : NULL;
    const bool ok = outcome && object_is(outcome, "ok");
    (void)tag;
    f->failed = !ok;
    if (!ok)
        app_status(s->app, STATUS_BAD, _("The draft is not kept: %s"),
                   error ? error : word_refusal(result, words, sizeof words));
    if (f->keeping == CHANGED) /* typed meanwhile */
        screen_timer(s, KEEP_AFTER);
    else
        f->keeping = KEPT;
    app_dirty(s->app);
}

static void keep_now(struct screen *s)
{
    struct form_screen *f = s->state;
    struct pack p;
    if (f->fresh) { /* from now on it is this draft: parked and taken up again by its UUID */
        free(s->arg);
        s->arg = strdup(f->uuid);
        f->fresh = false;
    }
    pack_init(&p);
    pack_map(&p, 3u + (*f->kind != '\0'));
    pack_kstr(&p, "uuid", f->uuid);
    pack_kstr(&p, "flow", f->flow);
    if (*f->kind)
        pack_kstr(&p, "kind", f->kind);
    pack_key(&p, "content");
    form_entry_pack(f->entry, &p);
    f->keeping = KEEPING;
    screen_request(s, "draft.put", &p, kept, 0);
    pack_free(&p);
}

static void typed(struct form_entry *entry, void *arg)
{
    struct screen *s = arg;
    struct form_screen *f = s->state;
    (void)entry;
    f->keeping = CHANGED;
    screen_timer(s, KEEP_AFTER);
}

/* ------------------------------------------------------------------ loading */

static bool make_entry(struct screen *s)
{
    struct form_screen *f = s->state;
    const int flow = flow_of(f->flow);
    const struct form *form = flow < 0 ? NULL : form_of((enum qx_flow)flow, f->kind);
    if (!form)
        return false;
    if (!f->entry) {
        f->entry = form_entry_new(s->app, form);
        f->entry->changed = typed;
        f->entry->arg = s;
    }
    return true;
}

/* What was typed when the line broke, the cursor where it was (X1.14): it goes over the draft and is kept with it. */
static void take_parked(struct screen *s)
{
    struct form_screen *f = s->state;
    const msgpack_object *content = map_get(&f->parked.map, "content");
    int64_t focus;
    if (content)
        form_entry_load(f->entry, content);
    const bool typed_before = content && content->type == MSGPACK_OBJECT_MAP && content->via.map.size > 0;
    if (map_int(&f->parked.map, "focus", &focus) && focus >= 0 && (size_t)focus < f->entry->form->nfields)
        f->entry->focus = (size_t)focus;
    held_free(&f->parked);
    if (typed_before)
        typed(f->entry, s);
}

static void loaded(struct screen *s, const msgpack_object *result, const char *error, uint32_t again)
{
    struct form_screen *f = s->state;
    app_dirty(s->app);
    if (!result) {
        if (!f->entry)
            snprintf(f->error, sizeof f->error, "%s", error ? error : "");
        return;
    }
    held_take(&f->draft, result);
    snprintf(f->id, sizeof f->id, "%s", text_of(&f->draft.map, "id"));
    f->version = int_of(&f->draft.map, "version");
    if (again || f->entry)
        return; /* the files and the version alone: what is typed stays */
    snprintf(f->flow, sizeof f->flow, "%s", text_of(&f->draft.map, "flow"));
    snprintf(f->kind, sizeof f->kind, "%s", text_of(&f->draft.map, "kind"));
    const msgpack_object *content = map_get(&f->draft.map, "content");
    if (!make_entry(s))
        snprintf(f->error, sizeof f->error, _("This program knows no form for %s %s."), f->flow, f->kind);
    else if (content)
        form_entry_load(f->entry, content);
    f->keeping = KEPT;
    if (f->entry && f->parked.zone)
        take_parked(s);
}

static void own_loaded(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct form_screen *f = s->state;
    (void)error, (void)tag;
    if (result)
        held_take(&f->own, result);
    app_dirty(s->app);
}

static void load(struct screen *s, bool again)
{
    const struct form_screen *f = s->state;
    struct pack p;
    if (f->fresh)
        return;
    pack_init(&p);
    pack_map(&p, 1);
    pack_kstr(&p, "uuid", f->uuid);
    screen_request(s, "draft.get", &p, loaded, again);
    pack_free(&p);
    screen_request(s, "graduate.records", NULL, own_loaded, 0);
}

static bool form_open(struct screen *s, const char *arg)
{
    struct form_screen *f = s->state;
    if (uuid_ok(arg)) {
        memcpy(f->uuid, arg, sizeof f->uuid);
        load(s, false);
        return true;
    }
    if (sscanf(arg, "new %31s %7s", f->flow, f->kind) < 1 || !make_entry(s))
        return false;
    uuid_make(f->uuid);
    f->fresh = true;
    screen_request(s, "graduate.records", NULL, own_loaded, 0);
    return true;
}

static void form_close(struct screen *s)
{
    struct form_screen *f = s->state;
    if (f->entry && f->keeping == CHANGED)
        keep_now(s);
    if (f->entry)
        form_entry_free(f->entry);
    upload_free(&f->upload);
    held_free(&f->draft);
    held_free(&f->own);
    held_free(&f->parked);
}

/* ------------------------------------------------------------------ submitting */

static const msgpack_object *record_of(const struct form_screen *f)
{
    uint32_t n = 0;
    const msgpack_object *rows = f->own.zone ? array_of(&f->own.map, "records", &n) : NULL;
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(text_of(&rows[i], "uuid"), f->uuid) == 0)
            return &rows[i];
    return NULL;
}

static bool is_returned(const struct form_screen *f)
{
    const msgpack_object *record = record_of(f);
    return record && strcmp(text_of(record, "state"), state_code(ST_RETURNED)) == 0;
}

static void submitted(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct form_screen *f = s->state;
    char words[4096];
    const msgpack_object *outcome = result ? map_get(result, "outcome") : NULL,
                         *fields = result ? map_get(result, "fields") : NULL;
    (void)tag;
    f->submitting = false;
    if (outcome && object_is(outcome, "ok")) {
        app_status(s->app, STATUS_GOOD, "%s", _("Submitted. You may take it back until somebody has decided on it."));
        screen_pop(s->app);
        return;
    }
    if (fields)
        form_entry_problems(f->entry, fields);
    dialog_tell(s->app, _("Not submitted"), error ? error : word_refusal(result, words, sizeof words));
    load(s, true);
}

static void submit(struct app *app, bool yes, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    struct pack p;
    if (!yes || !s)
        return;
    struct form_screen *f = s->state;
    const struct act_request request = {
        .id = *f->id ? f->id : NULL,
        .uuid = f->uuid,
        .version = *f->id ? f->version : -1,
        .action = is_returned(f) ? ACT_RESUBMIT : ACT_SUBMIT,
        .agreed = true, /* the last look was the tick (S2.9.1) */
    };
    keep_now(s); /* what is on the screen is what is submitted: the server takes one connection's calls in order */
    f->submitting = true;
    pack_init(&p);
    pack_act(&p, &request);
    screen_request(s, "record.act", &p, submitted, 0);
    pack_free(&p);
}

static size_t nfiles(const struct form_screen *f)
{
    uint32_t n = 0;
    if (f->draft.zone)
        (void)array_of(&f->draft.map, "evidence", &n);
    return n;
}

/* The last look: every filled field as it will be read by the auditor. */
static void ask_submit(struct screen *s)
{
    struct form_screen *f = s->state;
    const size_t problems = form_entry_check(f->entry);
    char text[8192], value[512];
    size_t at = 0;
    if (f->submitting)
        return;
    if (problems > 0) {
        app_status(s->app, STATUS_WARN, _("%zu fields are missing or wrong; the first one is shown."), problems);
        return;
    }
    at = (size_t)snprintf(text, sizeof text, _("Submit it like this? Files attached: %zu\n\n"), nfiles(f));
    for (size_t i = 0; i < f->entry->form->nfields && at + 1 < sizeof text; i++) {
        const struct form_field *field = &f->entry->form->fields[i];
        const char *typed_value = form_entry_get(f->entry, field->name);
        if (typed_value)
            at += (size_t)snprintf(text + at, sizeof text - at, "%s: %s\n", form_label(field),
                                   form_value(field, typed_value, value, sizeof value));
    }
    dialog_ask(s->app, _("A last look"), text, submit, (void *)(uintptr_t)s->generation);
}

/* ------------------------------------------------------------------ files */

static void attached(struct screen *s, const char *error)
{
    if (error)
        dialog_tell(s->app, _("Not attached"), error);
    else
        app_status(s->app, STATUS_GOOD, "%s", _("The file is attached."));
    load(s, true);
}

/* A file belongs to a draft: there has to be one. */
static void attach(struct screen *s)
{
    struct form_screen *f = s->state;
    if (f->fresh)
        keep_now(s);
    upload_ask(s, f->uuid, "proof", attached);
}

static void detached(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    char words[1024];
    (void)tag;
    if (error || outcome_exit(result) != EXIT_DONE)
        dialog_tell(s->app, _("Not done"), error ? error : word_refusal(result, words, sizeof words));
    load(s, true);
}

static void detach_last(struct app *app, bool yes, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    uint32_t n = 0;
    if (!yes || !s)
        return;
    const struct form_screen *f = s->state;
    const msgpack_object *files = array_of(&f->draft.map, "evidence", &n);
    struct pack p;
    if (n == 0)
        return;
    pack_init(&p);
    pack_map(&p, 1);
    pack_kstr(&p, "id", text_of(&files[n - 1], "id"));
    screen_request(s, "evidence.remove", &p, detached, 0);
    pack_free(&p);
}

/* ------------------------------------------------------------------ the screen */

static bool form_typing(struct screen *s)
{
    return ((struct form_screen *)s->state)->entry != NULL;
}

static bool form_event(struct screen *s, const struct event *event)
{
    struct form_screen *f = s->state;
    switch (event->kind) {
    case EV_KEY:
    case EV_PASTE:
        return f->entry && form_entry_event(f->entry, event);
    case EV_TIMER:
        if (f->entry && f->keeping == CHANGED)
            keep_now(s);
        return true;
    case EV_CONNECTED:
        load(s, f->entry != NULL);
        return true;
    default:
        return false;
    }
}

static enum run_result form_run(struct screen *s, int argc, char **argv)
{
    struct form_screen *f = s->state;
    (void)argc;
    if (!f->entry)
        return RUN_UNKNOWN;
    if (strcmp(argv[0], "submit") == 0)
        ask_submit(s);
    else if (strcmp(argv[0], "attach") == 0)
        attach(s);
    else if (strcmp(argv[0], "detach") == 0 && nfiles(f) > 0)
        dialog_ask(s->app, _("Take a file off"), _("Take the last file off this form?"), detach_last,
                   (void *)(uintptr_t)s->generation);
    else if (strcmp(argv[0], "refresh") == 0)
        load(s, true);
    else
        return RUN_UNKNOWN;
    return RUN_DONE;
}

static const struct destination_kind *kind_of(const struct form_screen *f)
{
    return destination_kind(*f->kind ? f->kind : "A01");
}

/* Beside the form, or below it: what the kind means, its proof, the files, the command line for more. */
static void draw_aside(const struct form_screen *f, struct canvas *c, struct rect r)
{
    const struct destination_kind *kind = kind_of(f);
    char text[4096], command[512];
    size_t at = 0;
    uint32_t n = 0;
    const msgpack_object *files = f->draft.zone ? array_of(&f->draft.map, "evidence", &n) : NULL;
    if (kind)
        at += (size_t)snprintf(text, sizeof text, _("%s\nProof: %s\n"),
                               tr_zh() ? kind->definition_zh : kind->definition_en,
                               tr_zh() ? kind->proof_zh : kind->proof_en);
    at += (size_t)snprintf(text + at, sizeof text - at, _("Files attached: %u"), (unsigned)n);
    for (uint32_t i = 0; i < n && at < sizeof text; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s %s, %lld KiB", i ? ";" : ":",
                               text_of(&files[i], "file_name"), (long long)(int_of(&files[i], "size") + 1023) / 1024);
    if (f->fresh)
        snprintf(command, sizeof command, "%s", _("(the command stands here once something is typed)"));
    else
        upload_command(command, sizeof command, f->uuid, "proof");
    if (at < sizeof text)
        snprintf(text + at, sizeof text - at, _("\nAnother: F4, or from your own machine\n%s"), command);
    canvas_wrap(c, r, STYLE_DIM, text, 0);
}

static int draw_reason(const struct form_screen *f, struct canvas *c, struct rect r)
{
    char text[1024];
    const msgpack_object *record = record_of(f);
    if (!record || !is_returned(f))
        return 0;
    snprintf(text, sizeof text, _("Returned: %s. %s"),
             word_reason(text_of(record, "reason_code")),
             text_of(record, "reason_text"));
    const int height = wrap_height(text, r.width - 4);
    canvas_wrap(c, (struct rect){r.x + 2, r.y, r.width - 4, height}, STYLE_WARN, text, 0);
    return height + 1;
}

static void form_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct form_screen *f = s->state;
    const char *states[] = {[KEPT] = _("kept as a draft"), [CHANGED] = _("…"), [KEEPING] = _("keeping …")};
    if (!f->entry) {
        canvas_wrap(c, (struct rect){r.x + 2, r.y + 1, r.width - 4, 4}, *f->error ? STYLE_BAD : STYLE_DIM,
                    *f->error ? f->error : _("loading …"), 0);
        return;
    }
    const int top = draw_reason(f, c, r);
    r.y += top;
    r.height -= top;
    canvas_fit_right(c, r.x, r.y, r.width - 1, f->failed ? STYLE_BAD : STYLE_DIM,
                     f->failed ? _("not kept") : f->fresh && f->keeping == KEPT ? _("nothing typed yet") : states[f->keeping]);
    const bool beside = r.width >= 110;
    const int below = beside ? 0 : 7;
    form_entry_draw(f->entry, c,
                    (struct rect){r.x, r.y + 1, beside ? r.width - ASIDE - 2 : r.width, r.height - 1 - below});
    if (beside)
        draw_aside(f, c, (struct rect){r.x + r.width - ASIDE, r.y + 1, ASIDE - 1, r.height - 1});
    else
        draw_aside(f, c, (struct rect){r.x + 2, r.y + r.height - below + 1, r.width - 4, below - 1});
}

static const char *form_screen_title(struct screen *s)
{
    const struct form_screen *f = s->state;
    if (!f->entry)
        return _("Form");
    return *f->kind ? code_label(code_table("destination_kind"), f->kind, tr_zh()) : form_title(f->entry->form);
}

static void form_save(struct screen *s, struct pack *p)
{
    const struct form_screen *f = s->state;
    if (!f->entry) {
        pack_map(p, 0);
        return;
    }
    pack_map(p, 2);
    pack_kint(p, "focus", (int64_t)f->entry->focus);
    pack_key(p, "content");
    form_entry_pack(f->entry, p);
}

/* The form itself isn't there yet: flow and kind come with the draft. */
static void form_load(struct screen *s, const msgpack_object *map)
{
    struct form_screen *f = s->state;
    held_take(&f->parked, map);
    if (f->entry)
        take_parked(s);
}

const struct screen_ops form_ops = {
    .name = "form",
    .state_size = sizeof(struct form_screen),
    .open = form_open,
    .close = form_close,
    .event = form_event,
    .typing = form_typing,
    .run = form_run,
    .draw = form_draw,
    .title = form_screen_title,
    .save = form_save,
    .load = form_load,
};
