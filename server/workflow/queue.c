/*
 * queue.c - coalescing: what waits, what goes together, and what happens to what comes back.
 *
 * A lane is one decision connection's queue; a school always takes the same lane. A lane has at most one batch under
 * way: load -> decide -> apply -> answer, then the next. Holds: an item is in exactly one place (the lane's queue, a
 * batch) from workflow_act() to its answer; within a graduate items keep the order in which they came; a batch never
 * has two items of one graduate in its write. Every way back leads to the load: a decision is never applied to anything
 * but what it read.
 */
#include "item.h"

#include "../log.h"
#include "lanes.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
    MISSING_MAX = 3, /* then alone, waiting for locks */
    ALONE_MAX = 3,   /* then `locked` */
    RAISED_MAX = 3,  /* alone and failing: reloaded this often, then answered */
    AGAIN_MAX = 60,  /* the database went away under it; each waits for the connection or AGAIN_MS */
    AGAIN_MS = 100,
    LOOK_AHEAD = 512, /* items of the queue that a batch looks at */
    GATHER_US = 400,
    REPLAN_EVERY = 10000, /* batches */
};

struct batch {
    struct batch *next;
    struct lane *lane;
    struct item *items[BATCH_MAX];
    size_t n;
    struct item *written[BATCH_MAX]; /* those in the apply, in its order */
    size_t nwritten;
    int64_t since; /* us: when its statement was sent */
};

struct lane {
    struct workflow *wf;
    enum db_class cls;
    struct item *head, *tail;
    struct batch *redo; /* go first: what was halved or whose outcome is unknown */
    size_t waiting;     /* items in the queue */
    size_t answered;    /* since the batch before */
    size_t expected;    /* as many as were here when the last batch ended: worth a short wait */
    bool busy;          /* a batch is under way, or waits for `later` */
    bool gathering;     /* idle, but waits for its callers to come back with their next calls */
    struct event *kick, *later, *gather;
    size_t batches, replan_at; /* see replan() */
    int gather_fd;             /* a timer finer than the loop's milliseconds */
    struct apply *apply;
    struct load_columns columns[2]; /* of the full load and of the plain one */
};

enum { LANES = 2 };
struct workflow {
    struct event_base *base;
    struct db *db;
    struct lane lanes[LANES];
    size_t busy; /* items not answered yet */
    struct {
        uint64_t batches, items, load_us, decide_us, write_us;
    } spent; /* where the time went, for the log at the end */
    void (*on_change)(void *, const struct act_result *);
    void *on_change_arg;
};

static void lane_next(struct lane *);

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The time since the batch's last look at the clock. */
static uint64_t lap(struct batch *b)
{
    int64_t now = now_us(), took = now - b->since;
    b->since = now;
    return (uint64_t)took;
}

/* ------------------------------------------------------------------ items */

static void item_answer(struct lane *lane, struct item *i)
{
    struct workflow *wf = lane->wf;
    const struct act_result *r = &i->result;
    bool changed = r->outcome == OUT_OK && !r->repeated && !r->unavailable && !r->fault && !i->act.dry_run;
    wf->busy--;
    lane->answered++;
    if (changed && wf->on_change)
        wf->on_change(wf->on_change_arg, r);
    i->done(i->arg, r);
    item_free(i);
}

/* ------------------------------------------------------------------ the queue */

static void queue_push(struct lane *lane, struct item *i)
{
    i->next = NULL;
    if (lane->tail)
        lane->tail->next = i;
    else
        lane->head = i;
    lane->tail = i;
    lane->waiting++;
}

/* Back to the front, in their order. */
static void queue_return(struct lane *lane, struct item *const *items, size_t n)
{
    lane->waiting += n;
    while (n-- > 0) {
        item_reset(items[n]);
        items[n]->next = lane->head;
        lane->head = items[n];
        if (!lane->tail)
            lane->tail = items[n];
    }
}

static bool fits(const struct batch *b, const struct item *i)
{
    if (b->n == BATCH_MAX || (i->alone && b->n > 0))
        return false;
    for (size_t k = 0; k < b->n; k++)
        if (item_same_record(b->items[k], i))
            return false;
    return true;
}

static void batch_take(struct lane *lane, struct batch *b)
{
    struct item **at = &lane->head, *last = NULL;
    for (int seen = 0; *at && b->n < BATCH_MAX && seen < LOOK_AHEAD; seen++) {
        struct item *i = *at;
        if (b->n > 0 && b->items[0]->alone)
            break;
        if (fits(b, i)) {
            *at = i->next;
            if (lane->tail == i)
                lane->tail = last;
            b->items[b->n++] = i;
            lane->waiting--;
            continue;
        }
        last = i;
        at = &i->next;
    }
}

static struct batch *batch_new(struct lane *lane)
{
    struct batch *b = calloc(1, sizeof *b);
    if (!b)
        abort();
    b->lane = lane;
    return b;
}

static void redo_push(struct lane *lane, struct item *const *items, size_t n)
{
    if (n == 0)
        return;
    struct batch *b = batch_new(lane);
    memcpy(b->items, items, n * sizeof *items);
    b->n = n;
    for (size_t k = 0; k < n; k++)
        item_reset(items[k]);
    b->next = lane->redo;
    lane->redo = b;
}

/* ------------------------------------------------------------------ what comes back */

static void answer_all(struct lane *lane, struct item *const *items, size_t n)
{
    for (size_t k = 0; k < n; k++)
        item_answer(lane, items[k]);
}

static void answer_away(struct lane *lane, struct item *const *items, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        item_reset(items[k]);
        items[k]->result.unavailable = true;
    }
    answer_all(lane, items, n);
}

/* Nobody knows, or the database is coming back: from the load again, for the request log knows. */
static void again(struct lane *lane, struct item *const *items, size_t n)
{
    struct item *rest[BATCH_MAX];
    size_t left = 0;
    for (size_t k = 0; k < n; k++) {
        if (++items[k]->again <= AGAIN_MAX)
            rest[left++] = items[k];
        else
            answer_away(lane, &items[k], 1);
    }
    redo_push(lane, rest, left);
    event_add(lane->later, &(struct timeval){.tv_usec = AGAIN_MS * 1000});
}

static void answer_fault(struct lane *lane, struct item *i, const struct db_result *r)
{
    log_line("error", "event=decision_failed action=%s school=%s record=%lld sqlstate=%s constraint=%s error=\"%s\"",
             action_code(i->act.action), i->act.school_code, (long long)i->act.record_id, r->sqlstate, r->constraint,
             r->message ? r->message : "");
    i->result.fault = true;
    item_answer(lane, i);
}

/* Too slow for the statement's time limit, and perhaps always: each once by itself, then told to try later, for the
 * others of the lane wait meanwhile. */
static void timed_out(struct lane *lane, struct item *const *items, size_t n)
{
    for (size_t k = n; k-- > 0;) { /* each goes in front of the one before */
        if (items[k]->timed_out) {
            answer_away(lane, &items[k], 1);
        } else {
            items[k]->timed_out = true;
            redo_push(lane, &items[k], 1);
        }
    }
    lane_next(lane);
}

/* One that raises takes the others with it: halves, until it is alone; alone it is decided anew, then answered. */
static void raised(struct lane *lane, struct item *const *items, size_t n, const struct db_result *r)
{
    if (n > 1) {
        redo_push(lane, items + n / 2, n - n / 2);
        redo_push(lane, items, n / 2);
    } else if (strcmp(r->sqlstate, "55P03") == 0 && items[0]->alone) {
        items[0]->result.outcome = OUT_LOCKED;
        item_answer(lane, items[0]);
    } else if (++items[0]->raised <= RAISED_MAX) {
        redo_push(lane, items, 1);
    } else {
        answer_fault(lane, items[0], r);
    }
    lane_next(lane);
}

/* SQLSTATE classes that say something of the server or of others, nothing of the items. */
static bool passing(const char *sqlstate)
{
    static const char *const classes[] = {"08", "40", "53", "57"};
    for (size_t k = 0; k < sizeof classes / sizeof *classes; k++)
        if (strncmp(sqlstate, classes[k], 2) == 0)
            return true;
    return false;
}

static void batch_failed(struct lane *lane, struct item *const *items, size_t n, const struct db_result *r)
{
    if (r->status == DB_AWAY) {
        answer_away(lane, items, n);
        lane_next(lane);
    } else if (strcmp(r->sqlstate, "57014") == 0) {
        timed_out(lane, items, n);
    } else if (r->status == DB_UNKNOWN || passing(r->sqlstate)) {
        again(lane, items, n);
    } else {
        raised(lane, items, n, r);
    }
}

/* Locked by another or changed since it was read: decided again; at last alone and waiting for the lock. */
static void missing(struct lane *lane, struct item *const *items, size_t n)
{
    struct item *back[BATCH_MAX];
    size_t left = 0;
    for (size_t k = 0; k < n; k++) {
        struct item *i = items[k];
        i->tries++;
        i->alone = i->tries >= MISSING_MAX;
        if (i->tries < MISSING_MAX + ALONE_MAX) {
            back[left++] = i;
            continue;
        }
        i->result.outcome = OUT_LOCKED;
        item_answer(lane, i);
    }
    queue_return(lane, back, left);
}

static void batch_written(struct batch *b, const struct db_rows *rows)
{
    struct item *gone[BATCH_MAX];
    bool applied[BATCH_MAX] = {false};
    size_t ngone = 0;
    for (int row = 0; row < db_nrows(rows); row++) {
        int64_t ord = db_int(rows, row, 0);
        if (ord >= 1 && (size_t)ord <= b->nwritten)
            applied[ord - 1] = true;
    }
    for (size_t k = 0; k < b->nwritten; k++)
        if (!applied[k])
            gone[ngone++] = b->written[k];
    missing(b->lane, gone, ngone);
    for (size_t k = 0; k < b->nwritten; k++)
        if (applied[k])
            item_answer(b->lane, b->written[k]);
}

static void on_apply(void *arg, const struct db_result *r)
{
    struct batch *b = arg;
    struct lane *lane = b->lane;
    lane->wf->spent.write_us += lap(b);
    if (r->status != DB_OK) {
        batch_failed(lane, b->written, b->nwritten, r);
    } else {
        batch_written(b, r->rows[r->n - 1]);
        lane_next(lane);
    }
    free(b);
}

/* ------------------------------------------------------------------ decide */

static bool graduate_taken(const struct batch *b, const struct item *i)
{
    for (size_t k = 0; k < b->nwritten; k++)
        if (b->written[k]->graduate == i->graduate && strcmp(b->written[k]->act.school_code, i->act.school_code) == 0)
            return true;
    return false;
}

/* The session took the account for something else: what was asked for was another role's needs. */
static bool role_changed(struct item *i, const struct loaded *l)
{
    if (!l->account_known || l->actor.role == i->act.actor.role)
        return false;
    i->act.actor.role = l->actor.role;
    i->needs = action_needs(i->act.action, i->act.actor.role);
    return true;
}

/* Decides the batch's items by its rows: what is left to write is in b->written and in the lane's apply. */
static void batch_decide(struct batch *b, const struct db_rows *rows)
{
    struct lane *lane = b->lane;
    struct load_columns *columns = &lane->columns[load_plain(b->items, b->n)];
    struct item *deferred[BATCH_MAX], *answered[BATCH_MAX];
    size_t ndeferred = 0, nanswered = 0;
    for (size_t k = 0; k < b->n; k++) {
        struct item *i = b->items[k];
        struct loaded l;
        struct decision d;
        load_row(columns, rows, (int)k, i, &l);
        i->graduate = l.graduate.id;
        if (k == 0)
            apply_start(lane->apply, l.now);
        bool other_role = role_changed(i, &l);
        if (other_role || (l.graduate_known && !i->act.dry_run && graduate_taken(b, i))) {
            deferred[ndeferred++] = i;
            continue;
        }
        decide(i, &l, &d);
        if (i->finished) {
            answered[nanswered++] = i;
        } else {
            apply_add(lane->apply, i, &l, &d);
            b->written[b->nwritten++] = i;
        }
        decision_free(&d);
    }
    queue_return(lane, deferred, ndeferred);
    answer_all(lane, answered, nanswered);
}

static void on_load(void *arg, const struct db_result *r)
{
    struct batch *b = arg;
    struct lane *lane = b->lane;
    lane->wf->spent.load_us += lap(b);
    if (r->status == DB_OK && (size_t)db_nrows(r->rows[0]) == b->n) {
        batch_decide(b, r->rows[0]);
        lane->wf->spent.decide_us += lap(b);
        if (b->nwritten > 0) {
            const struct item *alone = b->written[0]->alone ? b->written[0] : NULL;
            apply_send(lane->apply, lane->wf->db, lane->cls, alone, on_apply, b);
            return;
        }
        lane_next(lane);
    } else {
        batch_failed(lane, b->items, b->n, r);
    }
    free(b);
}

/* ------------------------------------------------------------------ the lane */

/* The tables have grown since the connection made its plans: after ten batches, a hundred, …, then now and then. */
static void replan(struct lane *lane)
{
    if (++lane->batches < lane->replan_at)
        return;
    lane->replan_at += lane->replan_at < REPLAN_EVERY ? lane->replan_at * 9 : REPLAN_EVERY;
    db_query(lane->wf->db, lane->cls, "decide_replan", 0, NULL, NULL, NULL);
}

/* What waits now goes; else the lane is idle. */
static void lane_go(struct lane *lane)
{
    struct batch *b = lane->redo;
    lane->gathering = false;
    lane->busy = b || lane->head;
    if (!lane->busy)
        return;
    if (b) {
        lane->redo = b->next;
    } else {
        b = batch_new(lane);
        batch_take(lane, b);
    }
    lane->wf->spent.batches++;
    lane->wf->spent.items += b->n;
    replan(lane);
    b->since = now_us();
    load_send(lane->wf->db, lane->cls, b->items, b->n, on_load, b);
}

static bool gathered(const struct lane *lane)
{
    return lane->redo || lane->waiting >= lane->expected - lane->expected / 8;
}

/*
 * A batch ended. Its callers, just answered, are about to call again: a moment's wait makes one full batch of what
 * would else be two half ones, taking turns. One caller alone never waits: when it calls again, everybody is here.
 */
static void lane_next(struct lane *lane)
{
    lane->expected = lane->answered + lane->waiting < BATCH_MAX ? lane->answered + lane->waiting : BATCH_MAX;
    lane->answered = 0;
    if (gathered(lane)) {
        lane_go(lane);
        return;
    }
    const struct itimerspec wait = {.it_value.tv_nsec = GATHER_US * 1000};
    lane->busy = false;
    lane->gathering = timerfd_settime(lane->gather_fd, 0, &wait, NULL) == 0;
    if (!lane->gathering)
        lane_go(lane);
}

static void on_kick(evutil_socket_t fd, short what, void *arg)
{
    struct lane *lane = arg;
    (void)fd, (void)what;
    if (!lane->busy && (!lane->gathering || gathered(lane)))
        lane_go(lane);
}

static void on_gather(evutil_socket_t fd, short what, void *arg)
{
    struct lane *lane = arg;
    uint64_t times;
    (void)what;
    if (read(fd, &times, sizeof times) == (ssize_t)sizeof times && lane->gathering)
        lane_go(lane);
}

static void on_later(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    lane_go(arg);
}

static unsigned lane_number(const char *school_code)
{
    unsigned hash = 0;
    for (const char *p = school_code; *p; p++)
        hash = hash * 31 + (unsigned char)*p;
    return hash % LANES;
}

struct db *workflow_db(const struct workflow *wf)
{
    return wf->db;
}

enum db_class workflow_class(const struct workflow *wf, const char *school_code)
{
    return wf->lanes[lane_number(school_code)].cls;
}

/* ------------------------------------------------------------------ public */

struct workflow *workflow_new(struct event_base *base, struct db *db)
{
    static const enum db_class classes[LANES] = {DB_DECIDE_0, DB_DECIDE_1};
    struct workflow *wf = calloc(1, sizeof *wf);
    if (!wf)
        abort();
    wf->base = base;
    wf->db = db;
    for (int k = 0; k < LANES; k++) {
        struct lane *lane = &wf->lanes[k];
        lane->wf = wf;
        lane->cls = classes[k];
        lane->apply = apply_new();
        lane->replan_at = 10;
        lane->kick = event_new(base, -1, 0, on_kick, lane);
        lane->later = evtimer_new(base, on_later, lane);
        lane->gather_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
        lane->gather = event_new(base, lane->gather_fd, EV_READ | EV_PERSIST, on_gather, lane);
        if (!lane->kick || !lane->later || lane->gather_fd < 0 || !lane->gather || event_add(lane->gather, NULL) != 0)
            abort();
    }
    return wf;
}

/* Only with the database closed: nothing is under way any more, and what waited goes unanswered. */
void workflow_free(struct workflow *wf)
{
    if (wf)
        log_line("info",
                 "event=workflow_stopped batches=%" PRIu64 " items=%" PRIu64 " load_us=%" PRIu64 " decide_us=%" PRIu64
                 " write_us=%" PRIu64,
                 wf->spent.batches, wf->spent.items, wf->spent.load_us, wf->spent.decide_us, wf->spent.write_us);
    for (int k = 0; wf && k < LANES; k++) {
        struct lane *lane = &wf->lanes[k];
        while (lane->head) {
            struct item *i = lane->head;
            lane->head = i->next;
            item_free(i);
        }
        while (lane->redo) {
            struct batch *b = lane->redo;
            lane->redo = b->next;
            for (size_t n = 0; n < b->n; n++)
                item_free(b->items[n]);
            free(b);
        }
        event_free(lane->kick);
        event_free(lane->later);
        event_free(lane->gather);
        close(lane->gather_fd);
        apply_free(lane->apply);
    }
    free(wf);
}

void workflow_act(struct workflow *wf, const struct act *act, act_done done, void *arg)
{
    struct lane *lane = &wf->lanes[lane_number(act->school_code)];
    struct item *i = item_new(act, done, arg);
    item_reset(i);
    wf->busy++;
    queue_push(lane, i);
    if (!lane->busy)
        event_active(lane->kick, 0, 0);
}

size_t workflow_busy(const struct workflow *wf)
{
    return wf->busy;
}

void workflow_on_change(struct workflow *wf, void (*fn)(void *arg, const struct act_result *), void *arg)
{
    wf->on_change = fn;
    wf->on_change_arg = arg;
}
