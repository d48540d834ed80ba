/* help.c - the keys of one screen and those that hold everywhere, drawn from the tables that are in force. */
#include "screens.h"

#include "../app.h"
#include "../keymap.h"

#include <stdio.h>
#include <string.h>

struct help {
    int scroll, height;
};

static bool help_open(struct screen *s, const char *arg)
{
    (void)s;
    return *arg != '\0';
}

static enum run_result help_run(struct screen *s, int argc, char **argv)
{
    (void)argc;
    if (strcmp(argv[0], "help") != 0)
        return RUN_UNKNOWN;
    screen_pop(s->app); /* ? again */
    return RUN_DONE;
}

static bool help_event(struct screen *s, const struct event *event)
{
    struct help *h = s->state;

    if (event->kind != EV_KEY)
        return false;
    if (event->key == 'j' || event->key == K_DOWN || event->key == K_PGDN || event->key == ' ')
        h->scroll += event->key == 'j' || event->key == K_DOWN ? 1 : h->height;
    else if (event->key == 'k' || event->key == K_UP || event->key == K_PGUP)
        h->scroll -= event->key == K_PGUP ? h->height : 1;
    else
        return false;
    return true;
}

/* The second key of an action stands beside the first. */
static void keys_text(struct screen *s, const char *map, const struct binding *row, char *buf, size_t len)
{
    const struct binding *rows[96];
    size_t n = keys_rows(s->app->keys, map, rows, 96);

    snprintf(buf, len, "%s", row->keys);
    for (size_t i = 0; i < n; i++)
        if (rows[i] != row && strcmp(rows[i]->command, row->command) == 0 &&
            strlen(buf) + strlen(rows[i]->keys) + 3 < len) {
            strcat(buf, "  ");
            strcat(buf, rows[i]->keys);
        }
}

static int draw_map(struct screen *s, struct canvas *c, struct rect r, int y, const char *map, const char *heading)
{
    const struct binding *rows[96];
    size_t n = keys_rows(s->app->keys, map, rows, 96);
    char keys[128];

    canvas_put(c, r.x + 2, y++, STYLE_HEADING, heading);
    for (size_t i = 0; i < n; i++) {
        if ((rows[i]->flags & KF_ALIAS) != 0)
            continue;
        keys_text(s, map, rows[i], keys, sizeof keys);
        canvas_fit(c, r.x + 4, y, 24, STYLE_HINT_KEY, keys);
        canvas_fit(c, r.x + 30, y++, r.width - 32, STYLE_NORMAL,
                   _(rows[i]->help != NULL ? rows[i]->help : rows[i]->label));
    }
    return y + 1;
}

/* What the letters before a queue's rows mean. */
static int draw_marks(struct canvas *c, struct rect r, int y)
{
    canvas_put(c, r.x + 2, y++, STYLE_HEADING, _("Letters before a row"));
    for (const struct queue_mark *m = queue_marks; m->mark != NULL; m++) {
        canvas_printf(c, r.x + 4, y, STYLE_CHANGED, "%c", m->letter);
        canvas_fit(c, r.x + 30, y++, r.width - 32, STYLE_NORMAL, _(m->meaning));
    }
    return y + 1;
}

static void help_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct help *h = s->state;

    h->height = r.height - 2;
    if (h->scroll < 0)
        h->scroll = 0;
    int y = draw_map(s, c, r, r.y - h->scroll, s->arg, _("On this screen"));
    if (strcmp(s->arg, "queue") == 0)
        y = draw_marks(c, r, y);
    y = draw_map(s, c, r, y, "global", _("Everywhere"));
    int total = y + h->scroll - r.y;
    if (h->scroll > total - h->height && total > h->height)
        h->scroll = total - h->height;
    else if (total <= r.height)
        h->scroll = 0;
    canvas_cursor(c, r.x, r.y);
}

static const char *help_title(struct screen *s)
{
    (void)s;
    return _("Keys");
}

const struct screen_ops help_ops = {
    .name = "help",
    .state_size = sizeof(struct help),
    .open = help_open,
    .event = help_event,
    .run = help_run,
    .draw = help_draw,
    .title = help_title,
};
