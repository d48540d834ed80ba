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
    audit_reason_again(s);
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

void audit_send(struct screen *s, const struct deed *deed, const struct reason *reason, bool go_on)
{
    struct audit *a = s->state;
    struct screen *queue = queue_below(s);
    const char *next = !go_on || queue == NULL ? NULL : queue_neighbour(queue, a->id, 1);
    char next_id[40] = "";

    if (next != NULL)
        snprintf(next_id, sizeof next_id, "%s", next);
    app_status(s->app, STATUS_INFO, "%s: %s …", word_action(action_code(deed->action)), deed->name);
    if (queue != NULL)
        queue_mark(queue, a->id, true);
    a->drawn = false; /* not twice on the same sight */
    deed_do(s->app, deed, reason, s->generation);
    if (next_id[0] != '\0')
        show(s, next_id);
}

/* What is decided is what was drawn. */
struct deed audit_deed(const struct audit *a, enum qx_action action)
{
    struct deed deed = {.version = a->drawn_version, .action = action};

    memcpy(deed.id, a->id, sizeof deed.id);
    held_text(map_get(&a->record.map, "graduate"), "name", deed.name, sizeof deed.name);
    return deed;
}

/* Is it there to be decided: shown, and offered? */
static bool ready_for(struct screen *s, enum qx_action action)
{
    struct audit *a = s->state;

    if (a->record.zone == NULL || !a->drawn)
        return false; /* typed ahead of what is to be decided */
    if (audit_may(a, action_code(action)))
        return true;
    audit_why(s, action_code(action));
    return false;
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

/* A file is seen where it can be shown: each with its id and the line that fetches it. */
static void audit_evidence(struct screen *s)
{
    struct audit *a = s->state;
    const msgpack_object *file;
    const char *ssh = getenv("QUXIANG_SSH"); /* the gateway's: how this person came here */
    char id[40], name[256], at[40], when[40], text[8192] = "";

    for (uint32_t i = 0; a->record.zone != NULL && (file = held_item(&a->record.map, "evidence", i)) != NULL; i++) {
        size_t n = strlen(text);
        held_text(file, "id", id, sizeof id);
        snprintf(text + n, sizeof text - n, "%s  %s  %s\n    %s evidence get %s > %s\n\n", id,
                 held_text(file, "file_name", name, sizeof name),
                 word_time(held_text(file, "added_at", at, sizeof at), false, when, sizeof when),
                 ssh != NULL && *ssh != '\0' ? ssh : "ssh HOST", id, id);
    }
    if (text[0] == '\0')
        app_status(s->app, STATUS_INFO, _("There is no evidence file."));
    else
        text_show(s->app, _("Evidence: run the line on your own machine"), text);
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
    static const struct {
        const char *verb;
        enum qx_action action;
        bool goes_on;
    } asking[] = {{"return", ACT_RETURN, true}, {"reject", ACT_REJECT, true}, {"void", ACT_VOID, false}};
    static const enum qx_action filling_in[] = {ACT_CHANGE, ACT_MODIFY};

    if (strcmp(argv[0], "approve") == 0) {
        struct deed deed = audit_deed(s->state, ACT_APPROVE);
        if (ready_for(s, ACT_APPROVE))
            audit_send(s, &deed, NULL, argc > 1 && strcmp(argv[1], "next") == 0);
        return true;
    }
    for (size_t i = 0; i < sizeof asking / sizeof *asking; i++)
        if (strcmp(argv[0], asking[i].verb) == 0) {
            if (ready_for(s, asking[i].action))
                audit_reason(s, asking[i].action, asking[i].goes_on);
            return true;
        }
    for (size_t i = 0; i < sizeof filling_in / sizeof *filling_in; i++)
        if (strcmp(argv[0], action_code(filling_in[i])) == 0) {
            if (ready_for(s, filling_in[i]))
                audit_change(s, filling_in[i]);
            return true;
        }
    return false;
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
        audit_why(s, NULL);
    else if (strcmp(argv[0], "reveal") == 0)
        reveal(s);
    else if (strcmp(argv[0], "agreement") == 0)
        ask_by_id(s, "record.agreement", got_agreement);
    else if (strcmp(argv[0], "evidence") == 0)
        audit_evidence(s);
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
    } decisions[] = {{"approve next", "approve"}, {"return", "return"}, {"reject", "reject"}, {"void", "void"},
                     {"change", "change"},        {"modify", "modify"}};

    for (size_t i = 0; i < sizeof decisions / sizeof *decisions; i++)
        if (strcmp(decisions[i].command, command) == 0)
            return audit_may(s->state, decisions[i].action);
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
