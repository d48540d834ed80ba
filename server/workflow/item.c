/*
 * item.c - an action on its way: made of a copy of its act, known by its record.
 */
#include "item.h"

#include <stdlib.h>
#include <string.h>

/* Where act keeps its texts; item->strings holds the copies in this order. */
static const size_t string_at[] = {
    offsetof(struct act, address),      offsetof(struct act, uuid),        offsetof(struct act, request_id),
    offsetof(struct act, reason_code),  offsetof(struct act, reason_text), offsetof(struct act, kind),
    offsetof(struct act, content_json),
};
enum { STRINGS = sizeof string_at / sizeof *string_at };

struct item *item_new(const struct act *act, act_done done, void *arg)
{
    struct item *i = calloc(1, sizeof *i);
    if (!i)
        abort();
    i->act = *act;
    for (size_t k = 0; k < STRINGS; k++) {
        const char *text;
        memcpy(&text, (const char *)act + string_at[k], sizeof text);
        if (text && !(i->strings[k] = strdup(text)))
            abort();
        text = i->strings[k];
        memcpy((char *)&i->act + string_at[k], &text, sizeof text);
    }
    i->done = done;
    i->arg = arg;
    i->needs = action_needs(act->action, act->actor.role);
    return i;
}

void item_free(struct item *i)
{
    for (size_t k = 0; k < STRINGS; k++)
        free(i->strings[k]);
    free(i);
}

void item_reset(struct item *i)
{
    i->result = (struct act_result){0};
    memcpy(i->result.school_code, i->act.school_code, sizeof i->result.school_code);
    i->finished = false;
    i->graduate = 0;
}

/* Two items of the same record need no load to know that they can't go together. */
bool item_same_record(const struct item *a, const struct item *b)
{
    if (strcmp(a->act.school_code, b->act.school_code) != 0)
        return false;
    if (a->act.record_id || b->act.record_id)
        return a->act.record_id == b->act.record_id;
    return a->act.uuid && b->act.uuid && strcmp(a->act.uuid, b->act.uuid) == 0;
}
