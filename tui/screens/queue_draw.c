/* queue_draw.c - a queue's lines: what it is, the columns' heads, the rows. Columns are a table; wide terminals show
 * more. */
#include "queue.h"

#include "../../shared/domain/codes.h"
#include "../../shared/text/text.h"

#include <stdio.h>
#include <string.h>

enum show { SHOW_TEXT, SHOW_WHAT, SHOW_STATE, SHOW_TIME, SHOW_LEVEL, SHOW_WHO, SHOW_WHY };

/* Which lists a column belongs to. */
enum {
    IN_OPEN = 1,     /* of records that go on, or may */
    IN_ENDED = 2,    /* of one state that is an end: who, when, why (S1.5.5) */
    NOT_ALIKE = 4,   /* states: not where they are all the same */
    NOT_OWN = 8,     /* departments: not for a department, which sees only itself */
    GIVES_WAY = 16,  /* not on a narrow screen where the state is needed more */
    WIDE_ENDED = 32, /* not on a narrow screen beside the reason */
};
#define IN_ALL (IN_OPEN | IN_ENDED)
#define NARROW 98

struct column {
    const char *label;
    enum queue_column value;
    int width, grow, most; /* columns; share of what is left, up to this */
    int from;              /* shown from this screen width on */
    enum show show;
    unsigned in;
};

static const struct column columns[] = {
    {N_("Name"), QC_name, 8, 0, 8, 0, SHOW_TEXT, IN_ALL},
    {N_("Student no."), QC_student_no, 12, 0, 12, 0, SHOW_TEXT, IN_ALL},
    {N_("Department"), QC_department, 12, 1, 16, 0, SHOW_TEXT, IN_OPEN | NOT_OWN},
    {N_("Major"), QC_major, 14, 1, 24, 132, SHOW_TEXT, IN_OPEN},
    {N_("Level"), QC_level, 8, 0, 8, 132, SHOW_LEVEL, IN_OPEN},
    {N_("State"), QC_state, 12, 0, 12, 0, SHOW_STATE, IN_OPEN | NOT_ALIKE},
    {N_("Kind"), QC_kind, 14, 0, 14, 0, SHOW_WHAT, IN_ALL | WIDE_ENDED},
    {N_("Employer or school"), QC_employer, 12, 2, 16, 0, SHOW_TEXT, IN_OPEN},
    {N_("Submitted"), QC_submitted_at, 11, 0, 11, 0, SHOW_TIME, IN_OPEN | GIVES_WAY},
    {N_("Ended"), QC_settled_at, 11, 0, 11, 0, SHOW_TIME, IN_ENDED},
    {N_("By"), QC_settled_by, 8, 0, 8, 0, SHOW_WHO, IN_ENDED},
    {N_("Why"), QC_settled_text, 10, 1, 60, 0, SHOW_WHY, IN_ENDED},
};
#define COLUMNS (sizeof columns / sizeof *columns)

static const char *kind_words(const struct queue_row *row)
{
    const char *kind = queue_text(row, QC_kind);
    const struct code_table *table = code_table("destination_kind");

    return kind[0] == '\0' || table == NULL ? word_flow(queue_text(row, QC_flow)) : code_label(table, kind, tr_zh());
}

/* The reason from its list, and the words beside it. */
static const char *why_words(const struct queue_row *row, char *buf, size_t len)
{
    const char *code = queue_text(row, QC_settled_reason), *text = queue_text(row, QC_settled_text);
    const char *label = code[0] == '\0' ? "" : word_reason(code);

    snprintf(buf, len, "%s%s%s", label, label[0] != '\0' && text[0] != '\0' ? ": " : "", text);
    return buf;
}

static const char *value_of(const struct queue_row *row, const struct column *column, char *buf, size_t len)
{
    const char *text = queue_text(row, column->value);
    const struct code_table *levels;

    switch (column->show) {
    case SHOW_WHAT:
        return kind_words(row);
    case SHOW_STATE:
        return word_stage(text);
    case SHOW_TIME:
        return word_time(text, false, buf, len);
    case SHOW_WHO:
        return text[0] != '\0' ? text : word_role(queue_text(row, QC_settled_role));
    case SHOW_WHY:
        return why_words(row, buf, len);
    case SHOW_LEVEL:
        levels = code_table("education_level");
        return levels == NULL ? text : code_label(levels, text, tr_zh());
    case SHOW_TEXT:
        break;
    }
    return text;
}

/* Does nothing lead on from the state, in any flow? */
static bool is_end(const char *code)
{
    int state = state_of(code);
    bool found = false;

    for (int f = 0; state >= 0 && f < FLOW_COUNT; f++) {
        const struct flow_def *def = flow_def((enum qx_flow)f);
        for (size_t i = 0; def != NULL && i < def->nstates; i++)
            if (def->states[i].state == (enum qx_state)state) {
                if (!def->states[i].final)
                    return false;
                found = true;
            }
    }
    return found;
}

static bool shows(const struct screen *s, const struct column *column, int width)
{
    const struct queue *q = s->state;
    bool alike = q->state[0] != '\0', ended = alike && is_end(q->state), narrow = width < NARROW;

    return width >= column->from - 2 && (column->in & (ended ? IN_ENDED : IN_OPEN)) != 0 &&
           !((column->in & NOT_ALIKE) != 0 && alike) &&
           !((column->in & NOT_OWN) != 0 && app_is(s->app, ROLE_DEPARTMENT)) &&
           !((column->in & GIVES_WAY) != 0 && !alike && narrow && !app_is(s->app, ROLE_DEPARTMENT)) &&
           !((column->in & WIDE_ENDED) != 0 && ended && narrow);
}

/* Widths for this screen; 0: not shown. */
static void lay_out(const struct screen *s, int width, int *widths)
{
    int left = width - 3, share = 0; /* 3: marks */

    for (size_t i = 0; i < COLUMNS; i++) {
        bool shown = shows(s, &columns[i], width);
        widths[i] = shown ? columns[i].width : 0;
        left -= shown ? columns[i].width + 1 : 0;
        share += shown ? columns[i].grow : 0;
    }
    for (size_t i = 0; i < COLUMNS && left > 0 && share > 0; i++)
        if (widths[i] > 0 && columns[i].grow > 0) {
            int more = left * columns[i].grow / share, most = columns[i].most - widths[i];
            more = more < most ? more : most;
            widths[i] += more;
            left -= more;
            share -= columns[i].grow;
        }
}

static void queue_row_draw(void *owner, struct canvas *c, long index, struct rect r, bool is_cursor)
{
    const struct queue *q = ((struct screen *)owner)->state;
    const struct queue_row *row = &q->rows[index];
    enum style style = row->gone ? STYLE_DIM : STYLE_NORMAL;
    int widths[COLUMNS], x = r.x + 3;
    char buf[1024];

    (void)is_cursor;
    lay_out(owner, r.width, widths);
    canvas_put(c, r.x, r.y, row->gone ? STYLE_DIM : STYLE_WARN, row->gone ? "-" : row->marks); /* blanks uncoloured */
    for (size_t i = 0; i < COLUMNS; i++)
        if (widths[i] > 0) {
            canvas_fit(c, x, r.y, widths[i], style, value_of(row, &columns[i], buf, sizeof buf));
            x += widths[i] + 1;
        }
}

static void draw_head(struct screen *s, struct canvas *c, struct rect r)
{
    static const char *const orders[] = {"submitted", "name", "student_no"};
    const struct queue *q = s->state;
    char text[400], place[64] = "";

    if (q->total >= 0)
        snprintf(place, sizeof place, "%ld/%ld", q->nrows == 0 ? 0 : q->list.drawn_cursor + 1, q->total);
    else
        snprintf(place, sizeof place, "%ld/%ld+", q->nrows == 0 ? 0 : q->list.drawn_cursor + 1, q->nrows);
    snprintf(text, sizeof text, "%s  %s %s%s%s%s", q->all ? _("all") : _("waiting"), _("by"),
             word_order(orders[q->order]), q->descending ? _(", last first") : "",
             q->filter[0] != '\0' ? _("  filter: ") : "", q->filter);
    int width = text_width(place) + 1;
    canvas_fit(c, r.x + 2, r.y, r.width - width - 3, STYLE_NORMAL, text);
    canvas_fit(c, r.x + r.width - width, r.y, width, STYLE_BOLD, place);
}

static void draw_labels(struct screen *s, struct canvas *c, struct rect r)
{
    int widths[COLUMNS], x = r.x + 5;

    lay_out(s, r.width - 2, widths);
    for (size_t i = 0; i < COLUMNS; i++)
        if (widths[i] > 0) {
            canvas_fit(c, x, r.y, widths[i], STYLE_HEADING, _(columns[i].label));
            x += widths[i] + 1;
        }
}

void queue_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct queue *q = s->state;
    struct rect rows = {r.x, r.y + 2, r.width, r.height - 2};

    draw_labels(s, c, (struct rect){r.x, r.y + 1, r.width, 1});
    if (q->error[0] != '\0')
        canvas_fit(c, r.x + 2, rows.y, r.width - 4, STYLE_BAD, q->error);
    else if (!q->loaded)
        canvas_put(c, r.x + 2, rows.y, STYLE_DIM, _("loading …"));
    else if (q->nrows == 0)
        canvas_put(c, r.x + 2, rows.y, STYLE_DIM,
                   q->filter[0] != '\0' ? _("Nothing fits the filter.") : _("Nothing waits here."));
    list_draw(&q->list, c, rows, queue_row_draw, s);
    draw_head(s, c, r);
}
