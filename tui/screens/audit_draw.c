/* audit_draw.c - stage bar and lines; two panes where the terminal has the room. */
#include "audit.h"

#include "../../shared/domain/codes.h"
#include "../../shared/text/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TWO_PANES 110

/* ------------------------------------------------------------------ stage bar */

static void draw_stages(struct audit *a, struct canvas *c, int x, int y)
{
    const msgpack_object *stage;
    char name[40], state[16], text[80];

    for (uint32_t i = 0; (stage = held_item(&a->record.map, "stages", i)) != NULL; i++) {
        held_text(stage, "stage", name, sizeof name);
        held_text(stage, "state", state, sizeof state);
        bool done = strcmp(state, "done") == 0, now = strcmp(state, "now") == 0;
        if (i > 0)
            x += canvas_put(c, x, y, STYLE_DIM, " > ");
        snprintf(text, sizeof text, now ? "[%s]" : "%s", word_stage(name));
        x += canvas_put(c, x, y, done ? STYLE_STAGE_DONE : now ? STYLE_STAGE_NOW : STYLE_DIM, text);
    }
}

static const char *mark_words(struct audit *a)
{
    const msgpack_object *graduate = map_get(&a->record.map, "graduate");
    char mode[8];

    held_text(graduate, "training_mode", mode, sizeof mode);
    return strcmp(mode, "2") == 0 || strcmp(mode, "4") == 0 ? _("directed/commissioned") : "";
}

/* Who, what, number, since when; and who else is looking at it (X1.2). */
static int draw_top(struct audit *a, struct canvas *c, struct rect r)
{
    const msgpack_object *graduate = map_get(&a->record.map, "graduate"), *other;
    char name[64], flow[40], kind[16], number[32], at[40], when[40], text[512], others[256] = "", one[80];
    const struct code_table *kinds = code_table("destination_kind");
    int y = r.y;

    draw_stages(a, c, r.x + 1, y++);
    held_text(&a->record.map, "kind", kind, sizeof kind);
    held_text(&a->record.map, "number", number, sizeof number);
    snprintf(text, sizeof text, "%s  %s  %s%s%s  %s %s  %s", held_text(graduate, "name", name, sizeof name),
             kind[0] != '\0' && kinds != NULL ? code_label(kinds, kind, tr_zh())
                                              : word_flow(held_text(&a->record.map, "flow", flow, sizeof flow)),
             a->id, number[0] == '\0' ? "" : "  ", number, _("submitted"),
             word_time(held_text(&a->record.map, "submitted_at", at, sizeof at), false, when, sizeof when),
             mark_words(a));
    canvas_fit(c, r.x + 1, y++, r.width - 2, STYLE_BOLD, text);
    for (uint32_t i = 0; (other = held_item(&a->record.map, "others", i)) != NULL; i++)
        if (other->type == MSGPACK_OBJECT_STR && strlen(others) + 70 < sizeof others) {
            snprintf(one, sizeof one, "%s%.*s", i > 0 ? ", " : "",
                     (int)(other->via.str.size < 64 ? other->via.str.size : 64), other->via.str.ptr);
            strcat(others, one);
        }
    if (others[0] != '\0') {
        snprintf(text, sizeof text, _("! also being looked at by %s"), others);
        canvas_fit(c, r.x + 1, y++, r.width - 2, STYLE_WARN, text);
    }
    return y - r.y;
}

/* ------------------------------------------------------------------ lines */

struct columns {
    int label, left, right; /* widths */
};

static struct columns columns_of(int width)
{
    int label = tr_zh() ? 16 : 22; /* the longest labels of the form tables, nearly */
    int rest = width - label - 5;
    return (struct columns){label, rest - rest * 2 / 5, rest * 2 / 5};
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int line_height(const struct doc_line *line, int width)
{
    struct columns w = columns_of(width);

    switch (line->kind) {
    case LINE_PAIR:
        return most(wrap_height(line->left, w.left), wrap_height(line->right, w.right));
    case LINE_VALUE:
        return wrap_height(line->left, width - w.label - 2);
    case LINE_TEXT:
        return wrap_height(line->left, width - 2);
    case LINE_HEADING:
    case LINE_BLANK:
        break;
    }
    return 1;
}

static void draw_line(const struct doc_line *line, struct canvas *c, struct rect r)
{
    struct columns w = columns_of(r.width);
    int x = r.x + w.label + 2;

    switch (line->kind) {
    case LINE_HEADING:
        canvas_put(c, r.x, r.y, STYLE_HEADING, line->label);
        if (line->right != NULL)
            canvas_put(c, least(x + w.left + 3, r.x + r.width - text_width(line->right)), r.y, STYLE_HEADING,
                       line->right);
        break;
    case LINE_PAIR:
        canvas_fit(c, r.x, r.y, w.label, STYLE_DIM, line->label);
        canvas_put(c, r.x + w.label, r.y, STYLE_CHANGED, line->changed ? "*" : " ");
        canvas_wrap(c, (struct rect){x, r.y, w.left, r.height}, line->changed ? STYLE_CHANGED : line->style, line->left,
                    0);
        if (line->differs)
            canvas_put(c, x + w.left + 1, r.y, STYLE_CHANGED, "≠");
        canvas_wrap(c, (struct rect){x + w.left + 3, r.y, w.right, r.height}, line->differs ? STYLE_CHANGED : STYLE_DIM,
                    line->right, 0);
        break;
    case LINE_VALUE:
        canvas_fit(c, r.x, r.y, w.label, STYLE_DIM, line->label);
        canvas_put(c, r.x + w.label, r.y, STYLE_CHANGED, line->changed ? line->pane == 0 ? "*" : "≠" : " ");
        canvas_wrap(c, (struct rect){x, r.y, r.width - w.label - 2, r.height},
                    line->changed ? STYLE_CHANGED : line->style, line->left, 0);
        break;
    case LINE_TEXT:
        canvas_wrap(c, (struct rect){r.x + 2, r.y, r.width - 2, r.height}, line->style, line->left, 0);
        break;
    case LINE_BLANK:
        break;
    }
}

static bool in_pane(const struct doc_line *line, int pane)
{
    return pane < 0 || line->pane == pane;
}

/* Lines of one pane (-1: all) into the rectangle, scrolled; answers the pane's whole height. */
static int draw_pane(struct audit *a, struct canvas *c, struct rect r, int pane)
{
    struct rect saved = c->clip;
    int y = r.y - a->scroll;

    c->clip = r;
    for (int i = 0; i < a->doc.n; i++) {
        const struct doc_line *line = &a->doc.lines[i];
        if (!in_pane(line, pane))
            continue;
        if (line->kind == LINE_HEADING && y > r.y - a->scroll)
            y++; /* a free line before every heading */
        int height = line_height(line, r.width);
        if (y + height > r.y && y < r.y + r.height)
            draw_line(line, c, (struct rect){r.x, y, r.width, height});
        y += height;
    }
    c->clip = saved;
    return y + a->scroll - r.y;
}

static void draw_doc(struct audit *a, struct canvas *c, struct rect r)
{
    int total;

    a->height = r.height;
    if (r.width >= TWO_PANES) {
        int left = r.width * 11 / 20;
        total = draw_pane(a, c, (struct rect){r.x, r.y, left - 2, r.height}, 0);
        for (int y = r.y; y < r.y + r.height; y++)
            canvas_put(c, r.x + left - 1, y, STYLE_BORDER, "│");
        total = most(total, draw_pane(a, c, (struct rect){r.x + left + 1, r.y, r.width - left - 1, r.height}, 1));
    } else {
        total = draw_pane(a, c, r, -1);
    }
    a->total = total;
    int end = total - r.height;
    if (a->scroll > (end > 0 ? end : 0)) { /* scrolled past the end, or what stood there is gone */
        a->scroll = end > 0 ? end : 0;
        canvas_fill(c, r, STYLE_NORMAL);
        draw_doc(a, c, r);
    }
}

void audit_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct audit *a = s->state;
    int64_t version = -1;

    if (a->error[0] != '\0')
        canvas_wrap(c, (struct rect){r.x + 2, r.y + 1, r.width - 4, 3}, STYLE_BAD, a->error, 0);
    else if (a->record.zone == NULL)
        canvas_put(c, r.x + 2, r.y + 1, STYLE_DIM, _("loading …"));
    if (a->record.zone == NULL)
        return;
    int top = draw_top(a, c, r);
    canvas_line(c, r.x, r.y + top, r.width, STYLE_BORDER);
    struct rect body = {r.x + 1, r.y + top + 1, r.width - 2, r.height - top - 1};
    draw_doc(a, c, body);
    if (a->scroll + body.height < a->total)
        canvas_printf(c, r.x + r.width - 12, r.y + top, STYLE_DIM, " %d%% ",
                      (a->scroll + body.height) * 100 / a->total);
    canvas_cursor(c, r.x, r.y + top + 1);
    map_int(&a->record.map, "version", &version);
    a->drawn = true;
    a->drawn_version = version;
}
