/*
 * school_codes.c - one-time activation codes of graduates without a password: made when asked for, shown once, to be
 * printed.
 */
#include "screens.h"

#include "../app.h"
#include "../commands/cli.h"
#include "../held.h"
#include "../widgets/dialog.h"
#include "../widgets/list.h"

#include <string.h>

struct codes {
    struct held answer;
    struct list list;
    char error[512];
    bool asked;
};

static void arrived(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct codes *k = s->state;
    uint32_t n = 0;
    (void)tag;
    k->asked = false;
    snprintf(k->error, sizeof k->error, "%s", error ? error : "");
    if (result) {
        held_take(&k->answer, result);
        (void)array_of(&k->answer.map, "rows", &n);
    }
    list_loaded(&k->list, n, false);
    app_dirty(s->app);
}

static void make(struct app *app, bool yes, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    if (!yes || !s)
        return;
    ((struct codes *)s->state)->asked = true;
    screen_request(s, "roster.activation", NULL, arrived, 0);
}

static bool codes_open(struct screen *s, const char *arg)
{
    (void)arg;
    list_reset(&((struct codes *)s->state)->list);
    return true;
}

static void codes_close(struct screen *s)
{
    held_free(&((struct codes *)s->state)->answer);
}

static enum run_result codes_run(struct screen *s, int argc, char **argv)
{
    struct codes *k = s->state;
    (void)argc;
    if (list_move(&k->list, argv[0]))
        return RUN_DONE;
    if (strcmp(argv[0], "make") != 0)
        return RUN_UNKNOWN;
    dialog_ask(
        s->app, _("Activation codes"),
        _("Make a new code for every graduate of the class without a password? Codes printed earlier become void."),
        make, (void *)(uintptr_t)s->generation);
    return RUN_DONE;
}

static void draw_row(void *owner, struct canvas *c, long index, struct rect r, bool is_cursor)
{
    const struct codes *k = owner;
    const msgpack_object *row = held_item(&k->answer.map, "rows", (uint32_t)index);
    (void)is_cursor;
    if (!row)
        return;
    canvas_fit(c, r.x, r.y, 12, STYLE_NORMAL, text_of(row, "name"));
    canvas_fit(c, r.x + 14, r.y, 24, STYLE_NORMAL, text_of(row, "user"));
    canvas_fit(c, r.x + 40, r.y, r.width - 40, STYLE_BOLD, text_of(row, "code"));
}

static void codes_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct codes *k = s->state;
    const char *text = *k->error  ? k->error
                       : k->asked ? _("loading …")
                       : k->answer.zone
                           ? _("Shown only now. For a file: quxiang activation codes > codes.txt")
                           : _("m makes a one-time code for every graduate of the class without a password.");
    canvas_wrap(c, (struct rect){r.x + 2, r.y + 1, r.width - 4, 2}, *k->error ? STYLE_BAD : STYLE_NORMAL, text, 0);
    list_draw(&k->list, c, (struct rect){r.x, r.y + 4, r.width, r.height - 4}, draw_row, k);
}

static const char *codes_title(struct screen *s)
{
    (void)s;
    return _("Activation codes");
}

const struct screen_ops codes_ops = {
    .name = "codes",
    .state_size = sizeof(struct codes),
    .open = codes_open,
    .close = codes_close,
    .run = codes_run,
    .draw = codes_draw,
    .title = codes_title,
};
