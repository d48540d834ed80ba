/* roster.c - the roster of the class (S1.5.7): list and filter; one graduate, import and activation codes a key away.
 */
#include "paged.h"

#include "../app.h"
#include "../widgets/prompt.h"

#include <stdlib.h>
#include <string.h>

struct roster {
    struct paged paged;
    char filter[200];
    char title[256];
};

static const struct paged_column columns[] = {
    {"name", N_("name"), NULL, 10},
    {"student_no", N_("student number"), NULL, 14},
    {"department", N_("department"), NULL, 20},
    {"level", N_("level"), show_level, 10},
    {"may_sign", N_("may sign"), NULL, 8},
    {"destination", N_("destination"), show_kind, 0},
    {0},
};

static uint32_t pack_filter(struct screen *s, struct pack *p)
{
    const struct roster *r = s->state;
    if (!*r->filter)
        return 0;
    pack_key(p, "filter");
    pack_map(p, 1);
    pack_kstr(p, "text", r->filter);
    return 1;
}

static bool roster_open(struct screen *s, const char *arg)
{
    struct roster *r = s->state;
    snprintf(r->filter, sizeof r->filter, "%s", arg);
    r->paged.method = "roster.list";
    r->paged.columns = columns;
    r->paged.params = pack_filter;
    r->paged.empty = N_("No graduate of this class matches.");
    paged_open(s);
    return true;
}

static void filtered(struct app *app, const char *text, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    if (!text || !s)
        return;
    struct roster *r = s->state;
    snprintf(r->filter, sizeof r->filter, "%s", text);
    paged_reload(s);
}

static enum run_result roster_run(struct screen *s, int argc, char **argv)
{
    struct roster *r = s->state;
    const msgpack_object *row = paged_row(&r->paged);
    (void)argc;
    if (paged_run(s, argv[0]))
        return RUN_DONE;
    if (strcmp(argv[0], "open") == 0) {
        if (row)
            screen_push(s->app, "person", text_of(row, "id"));
    } else if (strcmp(argv[0], "filter") == 0) {
        prompt_open(s->app, _("name, initials, student number, identity number or its last four digits: "), r->filter,
                    0, filtered, NULL, (void *)(uintptr_t)s->generation);
    } else {
        return RUN_UNKNOWN;
    }
    return RUN_DONE;
}

static const char *roster_title(struct screen *s)
{
    struct roster *r = s->state;
    if (!*r->filter)
        return _("Roster");
    snprintf(r->title, sizeof r->title, _("Roster: %s"), r->filter);
    return r->title;
}

const struct screen_ops roster_ops = {
    .name = "roster",
    .state_size = sizeof(struct roster),
    .open = roster_open,
    .close = paged_close,
    .event = paged_event,
    .run = roster_run,
    .draw = paged_draw,
    .title = roster_title,
};
