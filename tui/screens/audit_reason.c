/*
 * audit_reason.c - a decision that needs its reason (S2.1.8), and the void with its tick and typed word (S2.3.9).
 *
 * What was on the screen when the dialog opened is what is decided: its version stands in app->reason, beside the
 * words, and is parked with them. Whatever happens to the record meanwhile, the server compares with that version and
 * answers `stale` with who, what and when (X1.2).
 */
#include "audit.h"

#include <stdio.h>
#include <string.h>

/* The deed that the dialog stands for; false: the screen has gone on to another record. */
static bool deed_asked(struct screen *s, struct deed *deed)
{
    const struct reason_draft *draft = &s->app->reason;

    *deed = audit_deed(s->state, (enum qx_action)draft->action);
    deed->version = draft->version;
    return strcmp(draft->id, deed->id) == 0;
}

static void reasoned(struct app *app, const struct reason *reason, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    struct deed deed;

    if (s != NULL && reason != NULL && deed_asked(s, &deed))
        audit_send(s, &deed, reason, ((struct audit *)s->state)->asking_next);
}

static void void_worded(struct app *app, bool yes, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    struct reason reason = {app->reason.code, app->reason.text, true};
    struct deed deed;

    if (s != NULL && yes && deed_asked(s, &deed))
        audit_send(s, &deed, &reason, false);
}

/* Void asks twice: for its reason and tick, then for a word; never the same key again. */
static void void_reasoned(struct app *app, const struct reason *reason, void *arg)
{
    if (reason != NULL)
        dialog_word(app, _("Void this record"),
                    _("The ledger is cleared and the graduate's place is given back. This can't be undone."), "void",
                    void_worded, arg);
}

static void open_dialog(struct screen *s, bool go_on)
{
    struct audit *a = s->state;
    struct deed deed;
    char title[200];

    deed_asked(s, &deed);
    a->asking_next = go_on;
    snprintf(title, sizeof title, "%s: %s", word_action(action_code(deed.action)), deed.name);
    dialog_reason(s->app, title, word_reason_table(action_code(deed.action)),
                  deed.action == ACT_VOID ? _("agreed with the employer and the graduate") : NULL,
                  deed.action == ACT_VOID ? void_reasoned : reasoned, (void *)(uintptr_t)s->generation);
}

void audit_reason(struct screen *s, enum qx_action action, bool go_on)
{
    struct audit *a = s->state;
    struct reason_draft *draft = &s->app->reason;

    if (strcmp(draft->id, a->id) != 0 || draft->action != (int)action) {
        *draft = (struct reason_draft){.action = (int)action};
        memcpy(draft->id, a->id, sizeof draft->id);
    }
    draft->version = a->drawn_version;
    open_dialog(s, go_on);
}

void audit_reason_again(struct screen *s)
{
    struct audit *a = s->state;
    const struct reason_draft *draft = &s->app->reason;
    int64_t version = draft->version;

    if (!draft->open || strcmp(draft->id, a->id) != 0 || screen_top(s->app) != s)
        return;
    if (s->app->overlay == NULL)
        open_dialog(s, draft->action != ACT_VOID);
    if (map_int(&a->record.map, "version", &version) && version != draft->version)
        app_status(s->app, STATUS_WARN,
                   _("The record has changed while you were typing. Esc keeps your words; look at it anew."));
}
