/* list.c - cursor and window of a list that is never loaded whole. */
#include "list.h"

#include <string.h>

#define AHEAD 40 /* rows beyond the cursor that should be there before they are asked for */

void list_reset(struct list *l)
{
    int height = l->height;
    *l = (struct list){.total = -1, .wanted = -1, .height = height};
}

static void settle(struct list *l)
{
    if (l->cursor >= l->loaded)
        l->cursor = l->loaded - 1;
    if (l->cursor < 0)
        l->cursor = 0;
    int height = l->height > 0 ? l->height : 1;
    if (l->cursor < l->top)
        l->top = l->cursor;
    if (l->cursor >= l->top + height)
        l->top = l->cursor - height + 1;
    if (l->top > l->loaded - height)
        l->top = l->loaded - height;
    if (l->top < 0)
        l->top = 0;
}

void list_to(struct list *l, long row)
{
    long end = l->total >= 0 && l->total > l->loaded ? l->total : l->loaded;

    if (row < 0)
        row = 0;
    if (row >= l->loaded && l->more) {
        l->wanted = !l->more || row < end || l->total < 0 ? row : end - 1;
        return;
    }
    l->wanted = -1;
    l->cursor = row;
    settle(l);
}

void list_loaded(struct list *l, long loaded, bool more)
{
    l->loaded = loaded;
    l->more = more;
    if (l->wanted >= 0 && (l->wanted < loaded || !more))
        list_to(l, l->wanted);
    else
        settle(l);
}

bool list_wants(const struct list *l)
{
    return l->more && (l->wanted >= l->loaded || l->cursor + AHEAD >= l->loaded);
}

bool list_move(struct list *l, const char *verb)
{
    static const struct {
        const char *verb;
        int rows, pages2; /* rows, or half pages */
    } moves[] = {{"down", 1, 0},     {"up", -1, 0},       {"page-down", 0, 2},
                 {"page-up", 0, -2}, {"half-down", 0, 1}, {"half-up", 0, -1}};
    long from = l->wanted >= 0 ? l->wanted : l->cursor;
    int height = l->height > 1 ? l->height - 1 : 1;

    if (strcmp(verb, "first") == 0) {
        list_to(l, 0);
        return true;
    }
    if (strcmp(verb, "last") == 0) {
        list_to(l, l->total > 0 ? l->total - 1 : l->loaded - 1);
        return true;
    }
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (strcmp(moves[i].verb, verb) == 0) {
            list_to(l, from + moves[i].rows + moves[i].pages2 * height / 2);
            return true;
        }
    return false;
}

void list_draw(struct list *l, struct canvas *c, struct rect r, list_row row, void *owner)
{
    l->height = r.height;
    settle(l);
    if (l->wanted < 0 || l->drawn_cursor >= l->loaded) { /* else: one frame for the whole jump, not two */
        l->drawn_top = l->top;
        l->drawn_cursor = l->cursor;
    }
    for (int i = 0; i < r.height && l->drawn_top + i < l->loaded; i++) {
        long index = l->drawn_top + i;
        bool here = index == l->drawn_cursor;
        canvas_put(c, r.x, r.y + i, here ? STYLE_CURSOR : STYLE_NORMAL, here ? ">" : " "); /* a blank has no colour */
        row(owner, c, index, (struct rect){r.x + 2, r.y + i, r.width - 2, 1}, here);
        if (here)
            canvas_cursor(c, r.x, r.y + i);
    }
}
