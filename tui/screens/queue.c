/*
 * queue.c - a queue or a registration list, as a window: pages come by cursor as they are needed, the next one before
 * it is.
 *
 * Argument: FLOW:STATE[:all]; both may be empty (everything that waits for me). A pushed change refreshes what is
 * loaded, but never moves the row under the cursor away without a word: the record stays selected as long as it is
 * there.
 */
#include "queue.h"

#include "../widgets/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_FIRST 50
#define PAGE_MAX 200
#define REFRESH_MS 300

static const char *const orders[] = {"submitted", "name", "student_no"};

/* ------------------------------------------------------------------ rows */

const char *queue_text(const struct queue_row *row, enum queue_column column)
{
    return row->text + row->at[column];
}

const struct queue_mark queue_marks[] = {{"returned", 'R', N_("the stamped image was returned")},
                                         {"forced", 'F', N_("forced by the school")},
                                         {"resubmitted", 'C', N_("corrected and submitted again")},
                                         {"resubmitted_unchanged", 'U', N_("submitted again with nothing changed")},
                                         {"directed", 'D', N_("directed or commissioned training")},
                                         {0}};

static void take_marks(struct queue_row *row, const msgpack_object *map)
{
    const msgpack_object *mark;
    size_t n = 0;

    for (uint32_t i = 0; (mark = held_item(map, "marks", i)) != NULL; i++)
        for (const struct queue_mark *m = queue_marks; m->mark != NULL; m++)
            if (object_is(mark, m->mark) && n + 1 < sizeof row->marks)
                row->marks[n++] = m->letter;
}

static struct queue_row take_row(const msgpack_object *map)
{
    static const char *const names[QC_COUNT] = {
#define X(name) #name,
        QUEUE_COLUMNS(X)
#undef X
    };
    struct queue_row row = {0};
    char all[4096], one[512];
    size_t used = 0;

    for (int i = 0; i < QC_COUNT; i++) {
        held_text(map, names[i], one, sizeof one);
        size_t n = strlen(one) + 1;
        if (used + n > sizeof all)
            n = 1, one[0] = '\0';
        row.at[i] = (uint16_t)used;
        memcpy(all + used, one, n);
        used += n;
        if (used == sizeof all)
            used--;
    }
    row.text = malloc(used);
    if (row.text == NULL)
        abort();
    memcpy(row.text, all, used);
    take_marks(&row, map);
    return row;
}

static void drop_rows(struct queue *q)
{
    for (long i = 0; i < q->nrows; i++)
        free(q->rows[i].text);
    q->nrows = 0;
}

static void add_row(struct queue *q, const msgpack_object *map)
{
    if (q->nrows == q->size) {
        q->size = q->size * 2 + PAGE_FIRST;
        q->rows = realloc(q->rows, (size_t)q->size * sizeof *q->rows);
        if (q->rows == NULL)
            abort();
    }
    q->rows[q->nrows++] = take_row(map);
}

static long find_row(const struct queue *q, const char *id)
{
    for (long i = 0; i < q->nrows; i++)
        if (strcmp(queue_text(&q->rows[i], QC_id), id) == 0)
            return i;
    return -1;
}

/* ------------------------------------------------------------------ asking */

static void counted(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct queue *q = s->state;
    const msgpack_object *one;
    int64_t total = 0, count;
    char flow[40], state[40];

    (void)error;
    if (result == NULL || tag != q->asked)
        return;
    for (uint32_t i = 0; (one = held_item(result, "queues", i)) != NULL; i++) {
        held_text(one, "flow", flow, sizeof flow);
        held_text(one, "state", state, sizeof state);
        bool mine =
            (q->flow[0] == '\0' || strcmp(q->flow, flow) == 0) && (q->state[0] == '\0' || strcmp(q->state, state) == 0);
        if (mine && map_int(one, "count", &count))
            total += count;
    }
    q->total = q->list.total = (long)total;
}

static void arrived(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag);

static void ask(struct screen *s, bool anew)
{
    struct queue *q = s->state;
    struct pack p;
    uint32_t n = 0;
    long limit = anew                  ? (q->nrows > PAGE_FIRST ? q->nrows : PAGE_FIRST)
                 : q->list.wanted >= 0 ? PAGE_MAX
                                       : PAGE_FIRST * 2;

    if (q->loading && !anew)
        return;
    q->loading = true;
    q->anew = anew;
    q->stale = q->stale && !anew;
    q->asked++;
    pack_init(&p);
    size_t mark = pack_map_open(&p);
    if (q->flow[0] != '\0')
        pack_kstr(&p, "flow", q->flow), n++;
    if (q->state[0] != '\0')
        pack_kstr(&p, "state", q->state), n++;
    if (q->all)
        pack_kbool(&p, "all", true), n++;
    if (q->filter[0] != '\0') {
        pack_key(&p, "filter");
        pack_map(&p, 1);
        pack_kstr(&p, "text", q->filter);
        n++;
    }
    pack_kstr(&p, "order", orders[q->order]);
    pack_kbool(&p, "descending", q->descending);
    pack_kint(&p, "limit", limit > PAGE_MAX ? PAGE_MAX : limit);
    n += 3;
    if (!anew && q->next != NULL)
        pack_kstr(&p, "cursor", q->next), n++;
    pack_map_close(&p, mark, n);
    screen_request(s, "queue.list", &p, arrived, q->asked);
    pack_free(&p);
    if (anew && !q->all && q->filter[0] == '\0')
        screen_request(s, "queue.counts", NULL, counted, q->asked);
}

/* Replaces the rows; the record under the cursor stays under it. */
static void begin_anew(struct queue *q)
{
    if (q->nrows > 0 && q->list.cursor < q->nrows && q->keep[0] == '\0')
        snprintf(q->keep, sizeof q->keep, "%s", queue_text(&q->rows[q->list.cursor], QC_id));
    drop_rows(q);
}

static void arrived(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct queue *q = s->state;
    const msgpack_object *row;
    long cursor = q->list.cursor;

    if (tag != q->asked)
        return;
    q->loading = false;
    snprintf(q->error, sizeof q->error, "%s", error == NULL ? "" : error);
    if (result == NULL)
        return;
    if (q->anew)
        begin_anew(q);
    for (uint32_t i = 0; (row = held_item(result, "rows", i)) != NULL; i++)
        add_row(q, row);
    free(q->next);
    q->next = map_str_copy(result, "next");
    q->loaded = true;
    if (q->anew) {
        long kept = q->keep[0] == '\0' ? -1 : find_row(q, q->keep);
        q->keep[0] = '\0';
        q->list.cursor = kept >= 0 ? kept : cursor;
    }
    list_loaded(&q->list, q->nrows, q->next != NULL);
    if (q->next == NULL)
        q->total = q->list.total = q->nrows;
    s->app->hurry = true;
    if (list_wants(&q->list))
        ask(s, false);
}

/* Another question: other rows, from the top. */
static void question(struct screen *s)
{
    struct queue *q = s->state;

    q->keep[0] = '\0';
    q->total = -1;
    list_reset(&q->list);
    drop_rows(q);
    ask(s, true);
}

/* ------------------------------------------------------------------ for the screens above */

struct screen *queue_below(struct screen *above)
{
    struct app *app = above->app;
    for (int i = 1; i < app->depth; i++)
        if (app->stack[i] == above && app->stack[i - 1]->ops == &queue_ops)
            return app->stack[i - 1];
    return NULL;
}

const char *queue_neighbour(struct screen *s, const char *id, int step)
{
    struct queue *q = s->state;
    long i = find_row(q, id);

    if (i < 0)
        i = step > 0 ? q->list.cursor - 1 : q->list.cursor;
    for (i += step; i >= 0 && i < q->nrows; i += step)
        if (!q->rows[i].gone)
            return queue_text(&q->rows[i], QC_id);
    if (step > 0 && q->next != NULL)
        ask(s, false);
    return NULL;
}

void queue_mark(struct screen *s, const char *id, bool gone)
{
    struct queue *q = s->state;
    long i = find_row(q, id);

    if (i >= 0)
        q->rows[i].gone = gone;
    q->stale = q->nrows <= PAGE_MAX; /* to be asked for anew when it is on top again */
}

void queue_show(struct screen *s, const char *id)
{
    struct queue *q = s->state;
    long i = find_row(q, id);

    if (i < 0)
        return;
    list_to(&q->list, i);
    if (list_wants(&q->list))
        ask(s, false);
}

bool queue_place(struct screen *s, const char *id, long *place, long *total)
{
    struct queue *q = s->state;
    long i = find_row(q, id);

    *place = i + 1;
    *total = q->total;
    return i >= 0;
}

/* ------------------------------------------------------------------ events and commands */

static bool queue_open(struct screen *s, const char *arg)
{
    struct queue *q = s->state;
    const char *colon = strchr(arg, ':');
    size_t flow = colon == NULL ? strlen(arg) : (size_t)(colon - arg);
    const char *state = colon == NULL ? "" : colon + 1;
    size_t len = strcspn(state, ":");

    if (flow >= sizeof q->flow || len >= sizeof q->state)
        return false;
    memcpy(q->flow, arg, flow);
    memcpy(q->state, state, len);
    q->all = strcmp(state + len, ":all") == 0;
    q->total = -1;
    list_reset(&q->list);
    ask(s, true);
    return true;
}

static void queue_close(struct screen *s)
{
    struct queue *q = s->state;
    drop_rows(q);
    free(q->rows);
    free(q->next);
}

/*
 * A pushed change. A list of one page is asked for anew, soon; a long one that was scrolled through is not loaded again
 * under one's eyes: its row is only marked when it no longer waits here.
 */
static void changed(struct screen *s, const msgpack_object *params)
{
    struct queue *q = s->state;
    char id[40], state[40];

    if (q->nrows <= PAGE_MAX) {
        if (s->timer_at == 0)
            screen_timer(s, REFRESH_MS);
        return;
    }
    long i = find_row(q, held_text(params, "record", id, sizeof id));
    if (i >= 0 && strcmp(queue_text(&q->rows[i], QC_state), held_text(params, "state", state, sizeof state)) != 0)
        q->rows[i].gone = true;
    if (!q->all && q->filter[0] == '\0')
        screen_request(s, "queue.counts", NULL, counted, q->asked);
}

static bool queue_event(struct screen *s, const struct event *event)
{
    struct queue *q = s->state;

    switch (event->kind) {
    case EV_NOTIFY:
        if (strcmp(event->method, "queue.changed") == 0)
            changed(s, event->params);
        return true;
    case EV_CONNECTED:
        q->loading = false;
        ask(s, true);
        return true;
    case EV_TIMER:
        ask(s, true);
        return true;
    case EV_OUTCOME: /* an undo from here */
        ask(s, true);
        return event->ok;
    case EV_FOCUS:
        if (q->stale)
            ask(s, true);
        return true;
    default:
        return false;
    }
}

static void filter_change(struct app *app, const char *text, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    struct queue *q = s == NULL ? NULL : s->state;

    if (q == NULL)
        return;
    const char *wanted = text == NULL ? q->filter_before : text;
    if (strcmp(wanted, q->filter) == 0)
        return;
    snprintf(q->filter, sizeof q->filter, "%s", wanted);
    question(s);
}

static void run_filter(struct screen *s)
{
    struct queue *q = s->state;

    memcpy(q->filter_before, q->filter, sizeof q->filter);
    prompt_open(s->app, _("Filter:"), q->filter, 0, filter_change, filter_change, (void *)(uintptr_t)s->generation);
}

static void run_open(struct screen *s)
{
    struct queue *q = s->state;
    if (q->list.cursor < q->nrows)
        screen_push(s->app, "audit", queue_text(&q->rows[q->list.cursor], QC_id));
}

static enum run_result queue_run(struct screen *s, int argc, char **argv)
{
    struct queue *q = s->state;

    if (list_move(&q->list, argv[0])) {
        if (list_wants(&q->list))
            ask(s, false);
        return RUN_DONE;
    }
    if (strcmp(argv[0], "open") == 0) {
        run_open(s);
    } else if (strcmp(argv[0], "filter") == 0 && argc > 1) {
        snprintf(q->filter, sizeof q->filter, "%s", argv[1]);
        question(s);
    } else if (strcmp(argv[0], "filter") == 0) {
        run_filter(s);
    } else if (strcmp(argv[0], "order") == 0) {
        q->order = (q->order + 1) % 3;
        question(s);
    } else if (strcmp(argv[0], "reverse") == 0) {
        q->descending = !q->descending;
        question(s);
    } else if (strcmp(argv[0], "all") == 0) {
        q->all = !q->all;
        question(s);
    } else if (strcmp(argv[0], "back") == 0 && q->filter[0] != '\0') {
        q->filter[0] = '\0'; /* the first step back leaves the filter */
        question(s);
    } else {
        return RUN_UNKNOWN;
    }
    return RUN_DONE;
}

static const char *queue_title(struct screen *s)
{
    struct queue *q = s->state;

    if (q->flow[0] == '\0' && q->state[0] == '\0')
        snprintf(q->title, sizeof q->title, "%s", q->all ? _("All records") : _("Waiting for me"));
    else
        snprintf(q->title, sizeof q->title, "%s%s%s", q->flow[0] == '\0' ? "" : word_flow(q->flow),
                 q->flow[0] != '\0' && q->state[0] != '\0' ? " · " : "",
                 q->state[0] == '\0' ? "" : word_state(q->state));
    return q->title;
}

static void queue_save(struct screen *s, struct pack *p)
{
    struct queue *q = s->state;

    pack_map(p, 5);
    pack_kstr(p, "filter", q->filter);
    pack_kint(p, "order", q->order);
    pack_kbool(p, "descending", q->descending);
    pack_kbool(p, "all", q->all);
    pack_kstr(p, "at", q->list.cursor < q->nrows ? queue_text(&q->rows[q->list.cursor], QC_id) : q->keep);
}

static void queue_load(struct screen *s, const msgpack_object *map)
{
    struct queue *q = s->state;
    int64_t order = 0;

    held_text(map, "filter", q->filter, sizeof q->filter);
    map_int(map, "order", &order);
    map_bool(map, "descending", &q->descending);
    map_bool(map, "all", &q->all);
    q->order = order >= 0 && order < 3 ? (int)order : 0;
    question(s);
    held_text(map, "at", q->keep, sizeof q->keep);
}

const struct screen_ops queue_ops = {
    .name = "queue",
    .state_size = sizeof(struct queue),
    .open = queue_open,
    .close = queue_close,
    .event = queue_event,
    .run = queue_run,
    .draw = queue_draw,
    .title = queue_title,
    .save = queue_save,
    .load = queue_load,
};
