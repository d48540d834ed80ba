/*
 * audit.c - one record before its auditor: decide it, and go on.
 *
 * A decision is bound to the version that was drawn: a key typed ahead of the frame does nothing. It goes out and the
 * next record, fetched beforehand, stands there at once; a refusal brings this one back with its reason.
 */
#include "audit.h"

#include "../../shared/domain/codes.h"
#include "../widgets/overlay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAG_SHOW, TAG_NEXT };

static void show(struct screen *s, const char *id);

/* ------------------------------------------------------------------ asking */

static void got_history(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct audit *a = s->state;

    (void)error, (void)tag;
    held_take(&a->history, result);
    doc_build(a);
}

static void prefetched(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct audit *a = s->state;
    char id[40];

    (void)error, (void)tag;
    if (result != NULL && strcmp(held_text(result, "id", id, sizeof id), a->next_id) == 0)
        held_take(&a->next, result);
}

static void ask_record(struct screen *s, const char *id, bool look, screen_reply done)
{
    struct pack p;

    pack_init(&p);
    pack_map(&p, look ? 2 : 1);
    pack_kstr(&p, "id", id);
    if (look)
        pack_kbool(&p, "look", true);
    screen_request(s, "record.get", &p, done, 0);
    pack_free(&p);
}

static void prefetch(struct screen *s)
{
    struct audit *a = s->state;
    struct screen *queue = queue_below(s);
    const char *id = queue == NULL ? NULL : queue_neighbour(queue, a->id, 1);

    if (id == NULL || strcmp(id, a->next_id) == 0)
        return;
    snprintf(a->next_id, sizeof a->next_id, "%s", id);
    held_free(&a->next);
    ask_record(s, id, false, prefetched);
}

static void reopen_reason(struct screen *s);

static void got_record(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct audit *a = s->state;
    char id[40];

    (void)tag;
    if (result == NULL) {
        a->loading = false;
        snprintf(a->error, sizeof a->error, "%s", error);
        return;
    }
    if (strcmp(held_text(result, "id", id, sizeof id), a->id) != 0)
        return; /* one has gone on meanwhile */
    int64_t before = -1, now = -1;
    if (a->record.zone != NULL)
        map_int(&a->record.map, "version", &before);
    map_int(result, "version", &now);
    a->loading = false;
    a->error[0] = '\0';
    a->drawn = a->drawn && before == now;
    held_take(&a->record, result);
    doc_build(a);
    s->app->hurry = true;
    prefetch(s);
    reopen_reason(s);
}

static void ask_all(struct screen *s)
{
    struct audit *a = s->state;
    struct pack p;

    a->loading = true;
    ask_record(s, a->id, true, got_record);
    pack_init(&p);
    pack_map(&p, 1);
    pack_kstr(&p, "id", a->id);
    screen_request(s, "record.history", &p, got_history, 0);
    pack_free(&p);
}

static void show(struct screen *s, const char *id)
{
    struct audit *a = s->state;
    char *arg = strdup(id);

    if (arg == NULL)
        abort();
    free(s->arg);
    s->arg = arg;
    bool ahead = a->next.zone != NULL && strcmp(id, a->next_id) == 0;
    snprintf(a->id, sizeof a->id, "%s", arg);
    held_free(&a->record);
    held_free(&a->history);
    held_free(&a->revealed);
    if (ahead) {
        a->record = a->next;
        a->next = (struct held){0};
    }
    a->next_id[0] = '\0';
    held_free(&a->next);
    a->drawn = a->unfolded = false;
    a->scroll = 0;
    a->error[0] = '\0';
    doc_build(a);
    struct screen *queue = queue_below(s);
    if (queue != NULL)
        queue_show(queue, a->id);
    ask_all(s);
    if (ahead)
        prefetch(s);
    app_dirty(s->app);
}

static void step(struct screen *s, int by)
{
    struct audit *a = s->state;
    struct screen *queue = queue_below(s);
    const char *id = queue == NULL ? NULL : queue_neighbour(queue, a->id, by);

    if (id == NULL)
        app_status(s->app, STATUS_INFO,
                   by > 0 ? _("This is the last record of the queue.") : _("This is the first record of the queue."));
    else
        show(s, id);
}

/* ------------------------------------------------------------------ deciding */

/* What the server foresaw for an action: NULL when it names none. */
static const msgpack_object *may_of(const struct audit *a, const char *action)
{
    const msgpack_object *may;

    for (uint32_t i = 0; a->record.zone != NULL && (may = held_item(&a->record.map, "may", i)) != NULL; i++) {
        const msgpack_object *code = map_get(may, "action");
        if (code != NULL && object_is(code, action))
            return may;
    }
    return NULL;
}

static bool may_ok(const struct audit *a, const char *action)
{
    const msgpack_object *may = may_of(a, action), *failed;
    bool ok = false;

    if (may == NULL)
        return false;
    if (map_bool(may, "ok", &ok) && ok)
        return true;
    /* what only waits for the reason and the tick is offered: the dialog asks for them */
    for (uint32_t i = 0; (failed = held_item(may, "failed", i)) != NULL; i++) {
        const msgpack_object *guard = failed->type == MSGPACK_OBJECT_MAP ? map_get(failed, "guard") : failed;
        if (guard == NULL ||
            !(object_is(guard, "reason_given") || object_is(guard, "agreed_tick") || object_is(guard, "explained")))
            return false;
    }
    return held_item(may, "failed", 0) != NULL;
}

/* One action's reasons for not being offered, into text. */
static void add_why(const msgpack_object *may, const char *action, char *text, size_t size)
{
    const msgpack_object *failed;
    char line[512];

    for (uint32_t i = 0; (failed = held_item(may, "failed", i)) != NULL; i++) {
        char *guard = failed->type == MSGPACK_OBJECT_MAP   ? map_str_copy(failed, "guard")
                      : failed->type == MSGPACK_OBJECT_STR ? strndup(failed->via.str.ptr, failed->via.str.size)
                                                           : NULL;
        size_t n = strlen(text);
        if (guard != NULL)
            snprintf(text + n, size - n, "%s%s: %s", n > 0 ? "\n" : "", word_action(action),
                     word_guard(guard, failed, line, sizeof line));
        free(guard);
    }
}

/* From the flow's table: who may take the action, and from which states. */
static void add_who(const struct audit *a, const char *action, char *text, size_t size)
{
    char flow[40], line[256];
    int which = flow_of(held_text(&a->record.map, "flow", flow, sizeof flow)), wanted = action_of(action);
    const struct flow_def *def = which < 0 || wanted < 0 ? NULL : flow_def((enum qx_flow)which);

    for (size_t i = 0; def != NULL && i < def->ntransitions; i++) {
        const struct flow_transition *t = &def->transitions[i];
        if (t->action != (enum qx_action)wanted)
            continue;
        snprintf(line, sizeof line, _("%s: %s, when it is \"%s\""), word_action(action), word_role(role_code(t->by)),
                 word_state(state_code(t->from)));
        size_t n = strlen(text);
        if (strstr(text, line) == NULL)
            snprintf(text + n, size - n, "%s%s", n > 0 ? "\n" : "", line);
    }
}

/* X1.9: what is not offered, and why. action NULL: all of them. */
static void tell_why(struct screen *s, const char *only)
{
    struct audit *a = s->state;
    const msgpack_object *may;
    char text[4096] = "", action[40], waits[32], state[40];

    for (uint32_t i = 0; a->record.zone != NULL && (may = held_item(&a->record.map, "may", i)) != NULL; i++) {
        held_text(may, "action", action, sizeof action);
        if ((only == NULL || strcmp(only, action) == 0) && !may_ok(a, action))
            add_why(may, action, text, sizeof text);
    }
    if (only != NULL && text[0] == '\0')
        add_who(a, only, text, sizeof text);
    size_t n = strlen(text);
    snprintf(text + n, sizeof text - n, _("%sThe record is: %s. It waits for: %s."), n > 0 ? "\n" : "",
             word_state(held_text(&a->record.map, "state", state, sizeof state)),
             word_role(held_text(&a->record.map, "waits_for", waits, sizeof waits)));
    dialog_tell(s->app, only == NULL ? _("Why not") : word_action(only), text);
}

static struct deed deed_of(const struct audit *a, enum qx_action action)
{
    struct deed deed = {.version = a->drawn_version, .action = action};

    memcpy(deed.id, a->id, sizeof deed.id);
    held_text(map_get(&a->record.map, "graduate"), "name", deed.name, sizeof deed.name);
    return deed;
}

static void send_deed(struct screen *s, enum qx_action action, const struct reason *reason, bool go_on)
{
    struct audit *a = s->state;
    struct deed deed = deed_of(a, action);
    struct screen *queue = queue_below(s);
    const char *next = !go_on || queue == NULL ? NULL : queue_neighbour(queue, a->id, 1);
    char next_id[40] = "";

    if (next != NULL)
        snprintf(next_id, sizeof next_id, "%s", next);
    deed.version = reason != NULL ? a->asking_version : deed.version; /* what was seen when the dialog opened */
    app_status(s->app, STATUS_INFO, "%s: %s …", word_action(action_code(action)), deed.name);
    if (queue != NULL)
        queue_mark(queue, a->id, true);
    a->drawn = false; /* not twice on the same sight */
    deed_do(s->app, &deed, reason, s->generation);
    if (next_id[0] != '\0')
        show(s, next_id);
}

/* Is it there to be decided: shown, and offered? */
static bool ready_for(struct screen *s, enum qx_action action)
{
    struct audit *a = s->state;

    if (a->record.zone == NULL || !a->drawn)
        return false; /* typed ahead of what is to be decided */
    if (may_ok(a, action_code(action)))
        return true;
    tell_why(s, action_code(action));
    return false;
}

static void reasoned(struct app *app, const struct reason *reason, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    struct audit *a = s == NULL ? NULL : s->state;

    if (a == NULL || reason == NULL)
        return;
    send_deed(s, a->asking, reason, a->asking_next);
}

static void void_worded(struct app *app, bool yes, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);

    if (s == NULL || !yes)
        return;
    struct audit *a = s->state;
    struct reason reason = {app->reason.code, app->reason.text, true};
    send_deed(s, a->asking, &reason, false);
}

/* Void asks twice: for its reason and tick, then for a word; never the same key again. */
static void void_reasoned(struct app *app, const struct reason *reason, void *arg)
{
    if (reason != NULL)
        dialog_word(app, _("Void this record"),
                    _("The ledger is cleared and the graduate's place is given back. This can't be undone."), _("void"),
                    void_worded, arg);
}

static void ask_reason(struct screen *s, enum qx_action action, bool go_on)
{
    struct audit *a = s->state;
    struct reason_draft *draft = &s->app->reason;
    struct deed deed = deed_of(a, action);
    char title[200];

    if (strcmp(draft->id, a->id) != 0 || draft->action != (int)action) {
        *draft = (struct reason_draft){.action = (int)action};
        memcpy(draft->id, a->id, sizeof draft->id);
    }
    a->asking = action;
    a->asking_version = deed.version;
    a->asking_next = go_on;
    snprintf(title, sizeof title, "%s: %s", word_action(action_code(action)), deed.name);
    dialog_reason(s->app, title, "audit_reject_reason",
                  action == ACT_VOID ? _("agreed with the employer and the graduate") : NULL,
                  action == ACT_VOID ? void_reasoned : reasoned, (void *)(uintptr_t)s->generation);
}

/* A reason was being typed when the connection or the session ended: its dialog opens again. */
static void reopen_reason(struct screen *s)
{
    struct audit *a = s->state;
    struct reason_draft *draft = &s->app->reason;

    if (draft->open && s->app->overlay == NULL && strcmp(draft->id, a->id) == 0 && screen_top(s->app) == s) {
        int64_t version = -1;
        map_int(&a->record.map, "version", &version);
        a->drawn_version = version;
        ask_reason(s, (enum qx_action)draft->action, true);
    }
}

static bool outcome(struct screen *s, const struct event *event)
{
    struct audit *a = s->state;
    struct screen *queue = queue_below(s);
    char text[2048], title[256];
    bool here = strcmp(event->deed->id, a->id) == 0;

    if (event->ok) {
        if (strcmp(s->app->reason.id, event->deed->id) == 0)
            s->app->reason = (struct reason_draft){0};
        if (here)
            ask_all(s);
        if (queue != NULL && event->deed->action == ACT_UNDO)
            queue_mark(queue, event->deed->id, false);
        return true;
    }
    if (queue != NULL)
        queue_mark(queue, event->deed->id, false);
    if (!here)
        show(s, event->deed->id); /* back to what was not done */
    else
        ask_all(s);
    snprintf(title, sizeof title, _("%s: %s – not done"), word_action(action_code(event->deed->action)),
             event->deed->name);
    if (event->params != NULL)
        word_refusal(event->params, text, sizeof text);
    else
        snprintf(text, sizeof text, "%s", event->text);
    app_status(s->app, STATUS_BAD, "%s", title);
    dialog_tell(s->app, title, text);
    return true;
}

/* ------------------------------------------------------------------ other commands */

static void got_revealed(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct audit *a = s->state;

    (void)tag;
    if (result == NULL) {
        app_status(s->app, STATUS_BAD, "%s", error);
        return;
    }
    held_take(&a->revealed, result);
    doc_build(a);
    app_status(s->app, STATUS_INFO, _("Unmasked; this look is in the audit log."));
}

static void got_agreement(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    char *text = result == NULL ? NULL : map_str_copy(result, "text");

    (void)tag;
    if (text == NULL)
        app_status(s->app, STATUS_WARN, "%s", error == NULL ? _("There is no agreement yet.") : error);
    else
        text_show(s->app, _("Agreement"), text);
    free(text);
}

static void ask_by_id(struct screen *s, const char *method, screen_reply done)
{
    struct audit *a = s->state;
    struct pack p;

    pack_init(&p);
    pack_map(&p, 2);
    pack_kstr(&p, "id", a->id);
    pack_kstr(&p, "language", language_code(tr_language()));
    screen_request(s, method, &p, done, 0);
    pack_free(&p);
}

static void reveal(struct screen *s)
{
    struct audit *a = s->state;
    struct pack p;

    pack_init(&p);
    pack_map(&p, 1);
    pack_kstr(&p, "id", a->id);
    screen_request(s, "record.reveal", &p, got_revealed, 0);
    pack_free(&p);
}

static bool scroll(struct audit *a, const char *verb)
{
    static const struct {
        const char *verb;
        int lines, halves;
    } moves[] = {{"down", 1, 0},      {"up", -1, 0},      {"page-down", 0, 2},    {"page-up", 0, -2},
                 {"half-down", 0, 1}, {"half-up", 0, -1}, {"first", -1000000, 0}, {"last", 1000000, 0}};

    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (strcmp(moves[i].verb, verb) == 0) {
            a->scroll += moves[i].lines + moves[i].halves * (a->height - 1) / 2;
            if (a->scroll > a->total - a->height)
                a->scroll = a->total - a->height;
            if (a->scroll < 0)
                a->scroll = 0;
            return true;
        }
    return false;
}

static bool decide(struct screen *s, int argc, char **argv)
{
    bool next = argc > 1 && strcmp(argv[1], "next") == 0;

    if (strcmp(argv[0], "approve") == 0) {
        if (ready_for(s, ACT_APPROVE))
            send_deed(s, ACT_APPROVE, NULL, next);
    } else if (strcmp(argv[0], "return") == 0) {
        if (ready_for(s, ACT_RETURN))
            ask_reason(s, ACT_RETURN, true);
    } else if (strcmp(argv[0], "reject") == 0) {
        if (ready_for(s, ACT_REJECT))
            ask_reason(s, ACT_REJECT, true);
    } else if (strcmp(argv[0], "void") == 0) {
        if (ready_for(s, ACT_VOID))
            ask_reason(s, ACT_VOID, false);
    } else {
        return false;
    }
    return true;
}

static enum run_result audit_run(struct screen *s, int argc, char **argv)
{
    struct audit *a = s->state;

    if (scroll(a, argv[0]) || decide(s, argc, argv))
        return RUN_DONE;
    if (strcmp(argv[0], "next") == 0)
        step(s, 1);
    else if (strcmp(argv[0], "previous") == 0)
        step(s, -1);
    else if (strcmp(argv[0], "why") == 0)
        tell_why(s, NULL);
    else if (strcmp(argv[0], "reveal") == 0)
        reveal(s);
    else if (strcmp(argv[0], "agreement") == 0)
        ask_by_id(s, "record.agreement", got_agreement);
    else if (strcmp(argv[0], "fold") == 0) {
        a->unfolded = !a->unfolded;
        doc_build(a);
    } else
        return RUN_UNKNOWN;
    return RUN_DONE;
}

static bool audit_event(struct screen *s, const struct event *event)
{
    struct audit *a = s->state;
    char record[40];

    switch (event->kind) {
    case EV_OUTCOME:
        return outcome(s, event);
    case EV_CONNECTED:
        ask_all(s);
        return true;
    case EV_FOCUS:
        doc_build(a); /* perhaps in another language */
        return true;
    case EV_NOTIFY:
        if (strcmp(event->method, "queue.changed") == 0 &&
            strcmp(held_text(event->params, "record", record, sizeof record), a->id) == 0)
            ask_all(s);
        return true;
    default:
        return false;
    }
}

static bool audit_offers(struct screen *s, const char *command)
{
    static const struct {
        const char *command, *action;
    } decisions[] = {{"approve next", "approve"}, {"return", "return"}, {"reject", "reject"}, {"void", "void"}};

    for (size_t i = 0; i < sizeof decisions / sizeof *decisions; i++)
        if (strcmp(decisions[i].command, command) == 0)
            return may_ok(s->state, decisions[i].action);
    return true;
}

static const char *audit_title(struct screen *s)
{
    struct audit *a = s->state;
    struct screen *queue = queue_below(s);
    long place, total;

    if (queue != NULL && queue_place(queue, a->id, &place, &total) && total > 0)
        snprintf(a->title, sizeof a->title, "%s  %ld/%ld", _("Audit"), place, total);
    else
        snprintf(a->title, sizeof a->title, "%s", _("Audit"));
    return a->title;
}

static bool audit_open(struct screen *s, const char *arg)
{
    if (*arg == '\0' || strlen(arg) >= 40)
        return false;
    show(s, arg);
    return true;
}

static void audit_close(struct screen *s)
{
    struct audit *a = s->state;
    held_free(&a->record);
    held_free(&a->history);
    held_free(&a->next);
    held_free(&a->revealed);
    doc_free(&a->doc);
}

static void audit_save(struct screen *s, struct pack *p)
{
    struct audit *a = s->state;
    pack_map(p, 2);
    pack_kint(p, "scroll", a->scroll);
    pack_kbool(p, "unfolded", a->unfolded);
}

static void audit_load(struct screen *s, const msgpack_object *map)
{
    struct audit *a = s->state;
    map_bool(map, "unfolded", &a->unfolded);
}

const struct screen_ops audit_ops = {
    .name = "audit",
    .state_size = sizeof(struct audit),
    .open = audit_open,
    .close = audit_close,
    .event = audit_event,
    .run = audit_run,
    .draw = audit_draw,
    .title = audit_title,
    .offers = audit_offers,
    .save = audit_save,
    .load = audit_load,
};
