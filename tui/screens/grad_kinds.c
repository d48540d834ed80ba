/*
 * grad_kinds.c - the kinds of destination of one class, with what each means and which proof it needs (S2.1.1, S2.8.4).
 * All of it is data: sql/codes/destination_kind.tsv.
 */
#include "screens.h"

#include "../../shared/domain/codes.h"
#include "../app.h"
#include "../widgets/list.h"

#include <stdlib.h>
#include <string.h>

enum { KINDS_MAX = 64 };

struct kinds {
    const struct destination_kind *kinds[KINDS_MAX];
    int n, group; /* group 0: all */
    struct list list;
};

static bool kinds_open(struct screen *s, const char *arg)
{
    struct kinds *k = s->state;
    const struct destination_kind *all;
    const size_t n = destination_kinds(&all);
    k->group = (int)strtol(arg, NULL, 10);
    for (size_t i = 0; i < n && k->n < KINDS_MAX; i++)
        if (k->group == 0 || all[i].group == k->group)
            k->kinds[k->n++] = &all[i];
    list_reset(&k->list);
    k->list.total = k->n;
    list_loaded(&k->list, k->n, false);
    return k->n > 0;
}

static enum run_result kinds_run(struct screen *s, int argc, char **argv)
{
    struct kinds *k = s->state;
    char arg[64];
    (void)argc;
    if (list_move(&k->list, argv[0]))
        return RUN_DONE;
    if (strcmp(argv[0], "open") != 0)
        return RUN_UNKNOWN;
    const struct destination_kind *kind = k->kinds[k->list.cursor];
    snprintf(arg, sizeof arg, kind->group == 1 ? "new offline_signing" : "new destination %s", kind->code);
    screen_push(s->app, "form", arg);
    return RUN_DONE;
}

static const char *label(const struct destination_kind *kind)
{
    return code_label(code_table("destination_kind"), kind->code, tr_zh());
}

static void draw_row(void *owner, struct canvas *c, long index, struct rect r, bool is_cursor)
{
    const struct kinds *k = owner;
    (void)is_cursor;
    canvas_fit(c, r.x, r.y, 5, STYLE_DIM, k->kinds[index]->code);
    canvas_fit(c, r.x + 5, r.y, r.width - 5, STYLE_NORMAL, label(k->kinds[index]));
}

static void kinds_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct kinds *k = s->state;
    const struct destination_kind *kind = k->kinds[k->list.cursor];
    const int below = r.height > 16 ? 8 : 5;
    char text[1024];
    list_draw(&k->list, c, (struct rect){r.x, r.y, r.width, r.height - below}, draw_row, k);
    canvas_line(c, r.x, r.y + r.height - below, r.width, STYLE_BORDER);
    snprintf(text, sizeof text, _("%s\n%s\nProof: %s"), label(kind),
             tr_zh() ? kind->definition_zh : kind->definition_en, tr_zh() ? kind->proof_zh : kind->proof_en);
    canvas_wrap(c, (struct rect){r.x + 2, r.y + r.height - below + 1, r.width - 4, below - 1}, STYLE_NORMAL, text, 0);
}

static const char *kinds_title(struct screen *s)
{
    const struct kinds *k = s->state;
    char group[8];
    if (k->group == 0)
        return _("Kinds of destination");
    snprintf(group, sizeof group, "%d", k->group);
    return code_label(code_table("destination_group"), group, tr_zh());
}

const struct screen_ops kinds_ops = {
    .name = "kinds",
    .state_size = sizeof(struct kinds),
    .open = kinds_open,
    .run = kinds_run,
    .draw = kinds_draw,
    .title = kinds_title,
};
