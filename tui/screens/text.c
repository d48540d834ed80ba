/* text.c - a text to read: agreement, guide, a message. */
#include "screens.h"

#include "../app.h"

#include <stdlib.h>
#include <string.h>

struct text {
    char *title, *text;
    int scroll, height, lines;
};

static bool text_open(struct screen *s, const char *arg)
{
    struct text *t = s->state;
    t->title = strdup("");
    t->text = strdup(arg);
    return t->title != NULL && t->text != NULL;
}

static void text_close(struct screen *s)
{
    struct text *t = s->state;
    free(t->title);
    free(t->text);
}

void text_show(struct app *app, const char *title, const char *text)
{
    struct screen *s = screen_push(app, "text", text);
    struct text *t = s == NULL ? NULL : s->state;

    if (t == NULL)
        return;
    free(t->title);
    t->title = strdup(title);
    if (t->title == NULL)
        abort();
}

static enum run_result text_run(struct screen *s, int argc, char **argv)
{
    static const struct {
        const char *verb;
        int lines, pages;
    } moves[] = {{"down", 1, 0},     {"up", -1, 0},          {"page-down", 0, 1},
                 {"page-up", 0, -1}, {"first", -1000000, 0}, {"last", 1000000, 0}};
    struct text *t = s->state;

    (void)argc;
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (strcmp(moves[i].verb, argv[0]) == 0) {
            t->scroll += moves[i].lines + moves[i].pages * (t->height - 1);
            return RUN_DONE;
        }
    return RUN_UNKNOWN;
}

static void text_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct text *t = s->state;
    int width = r.width - 4 > 100 ? 100 : r.width - 4;

    t->height = r.height - 1;
    t->lines = wrap_height(t->text, width);
    if (t->scroll > t->lines - t->height)
        t->scroll = t->lines - t->height;
    if (t->scroll < 0)
        t->scroll = 0;
    canvas_wrap(c, (struct rect){r.x + 2, r.y + 1, width, t->height}, STYLE_NORMAL, t->text, t->scroll);
    canvas_cursor(c, r.x, r.y + 1);
}

static const char *text_title(struct screen *s)
{
    return ((struct text *)s->state)->title;
}

const struct screen_ops text_ops = {
    .name = "text",
    .state_size = sizeof(struct text),
    .open = text_open,
    .close = text_close,
    .run = text_run,
    .draw = text_draw,
    .title = text_title,
};
