/* audit_why.c - what may be done with the record before one, and why the rest may not (X1.9): the server's foresight
 * worded. */
#include "audit.h"

#include "../../shared/domain/codes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

bool audit_may(const struct audit *a, const char *action)
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

void audit_why(struct screen *s, const char *only)
{
    struct audit *a = s->state;
    const msgpack_object *may;
    char text[4096] = "", action[40], waits[32], state[40];

    for (uint32_t i = 0; a->record.zone != NULL && (may = held_item(&a->record.map, "may", i)) != NULL; i++) {
        held_text(may, "action", action, sizeof action);
        if ((only == NULL || strcmp(only, action) == 0) && !audit_may(a, action))
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
