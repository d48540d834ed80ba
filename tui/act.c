/* act.c - decisions on their way, and the last one back. */
#include "act.h"

#include "../shared/text/text.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sent {
    struct app *app;
    struct deed deed;
    uint32_t generation;
};

static void remember_undo(struct app *app, const struct deed *deed, const msgpack_object *result)
{
    char *until = map_str_copy(result, "undo_until");
    long long ms = 0;

    app->undo.until_ms = 0;
    if (until != NULL && time_parse(until, &ms) && deed->action != ACT_UNDO) {
        snprintf(app->undo.id, sizeof app->undo.id, "%s", deed->id);
        snprintf(app->undo.name, sizeof app->undo.name, "%s", deed->name);
        app->undo.action = deed->action;
        app->undo.until_ms = ms;
        app->undo.version = deed->version + 1;
        map_int(result, "version", &app->undo.version);
    }
    free(until);
}

static void told(struct app *app, const struct deed *deed, const msgpack_object *result)
{
    char *state = map_str_copy(result, "state"), *number = map_str_copy(result, "number");

    bool news = state != NULL && (strcmp(state, "awaiting_stamped_image") == 0 || strcmp(state, "effective") == 0);
    if (number != NULL && news)
        app_status(app, STATUS_GOOD, _("%s: %s – now %s, number %s"), word_action(action_code(deed->action)),
                   deed->name, word_state(state), number);
    else
        app_status(app, STATUS_GOOD, _("%s: %s – now %s"), word_action(action_code(deed->action)), deed->name,
                   word_state(state));
    free(state);
    free(number);
}

/* Nobody's screen is open any more: the refusal is told where one is now. */
static void refused(struct app *app, const struct deed *deed, const msgpack_object *result, const char *error)
{
    char text[2048], title[256];

    snprintf(title, sizeof title, _("%s: %s – not done"), word_action(action_code(deed->action)), deed->name);
    if (result != NULL)
        word_refusal(result, text, sizeof text);
    else
        snprintf(text, sizeof text, "%s", error);
    dialog_tell(app, title, text);
}

static void answered(void *arg, const struct client_reply *reply)
{
    struct sent *sent = arg;
    struct app *app = sent->app;
    const msgpack_object *result = reply->status == CLIENT_RESULT ? reply->result : NULL;
    const msgpack_object *outcome = result == NULL ? NULL : map_get(result, "outcome");
    struct screen *s = screen_by_generation(app, sent->generation);
    struct event event = {
        .kind = EV_OUTCOME, .deed = &sent->deed, .params = result, .ok = outcome != NULL && object_is(outcome, "ok")};
    char error[512] = "";

    app->hurry = true;
    if (event.ok) {
        remember_undo(app, &sent->deed, result);
        told(app, &sent->deed, result);
    } else if (result == NULL) {
        snprintf(error, sizeof error, "%s",
                 reply->status == CLIENT_LOST ? _("The connection was lost.")
                                              : word_rpc_error(reply->text, error, sizeof error));
        event.text = error;
    }
    bool taken = s != NULL && s->ops->event != NULL && s->ops->event(s, &event);
    if (!event.ok && !taken)
        refused(app, &sent->deed, result, error);
    app_dirty(app);
    free(sent);
}

void deed_do(struct app *app, const struct deed *deed, const struct reason *reason, uint32_t generation)
{
    deed_bring(app, deed, reason, NULL, NULL, generation);
}

void deed_bring(struct app *app, const struct deed *deed, const struct reason *reason, const char *kind,
                const struct pack *content, uint32_t generation)
{
    struct sent *sent = malloc(sizeof *sent);
    struct act_request request = {
        .id = deed->id, .version = deed->version, .action = deed->action, .kind = kind, .content = content};
    struct pack params;

    if (sent == NULL)
        abort();
    *sent = (struct sent){app, *deed, generation};
    if (reason != NULL) {
        request.reason_code = reason->code;
        request.reason_text = reason->text;
        request.agreed = reason->agreed;
    }
    pack_init(&params);
    pack_act(&params, &request);
    client_call(app->client, "record.act", &params, 0, (struct view_ref){0, 0}, answered, sent);
    pack_free(&params);
}

int deed_undo_seconds(const struct app *app)
{
    int64_t left = app->undo.until_ms == 0 ? 0 : app->undo.until_ms - app_server_now(app);
    return left <= 0 ? 0 : (int)((left + 999) / 1000);
}

void deed_undo(struct app *app)
{
    struct deed deed = {.version = app->undo.version, .action = ACT_UNDO};
    struct screen *top = screen_top(app);

    if (deed_undo_seconds(app) == 0) {
        app_status(app, STATUS_WARN, _("Nothing to undo: an approval or a return can be taken back for five minutes."));
        return;
    }
    memcpy(deed.id, app->undo.id, sizeof deed.id);
    memcpy(deed.name, app->undo.name, sizeof deed.name);
    app->undo.until_ms = 0;
    app_status(app, STATUS_INFO, _("Undoing: %s …"), deed.name);
    deed_do(app, &deed, NULL, top == NULL ? 0 : top->generation);
}
