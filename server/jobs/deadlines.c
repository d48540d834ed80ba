/*
 * deadlines.c - see deadlines.h.
 */
#include "deadlines.h"

#include "../db/db.h"
#include "../log.h"
#include "../workflow/workflow.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

enum { POLL_MS = 1000, SOON_MS = 5 };

struct deadlines {
    struct db *db;
    struct workflow *workflow;
    struct event *timer;
    size_t under_way; /* acts not answered yet */
    int next_ms;      /* when to look again */
};

static void wait_for(struct deadlines *d, int ms)
{
    event_add(d->timer, &(struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000});
}

/* Refused is fine: another server was faster, or somebody answered in time. */
static void on_lapsed(void *arg, const struct act_result *r)
{
    struct deadlines *d = arg;
    if (r->fault)
        log_line("error", "event=lapse_failed school=%s record=%lld", r->school_code, (long long)r->record_id);
    if (--d->under_way == 0)
        wait_for(d, d->next_ms);
}

static void lapse(struct deadlines *d, const struct db_rows *rows, int row)
{
    struct act a = {.actor = {.role = ROLE_CLOCK},
                    .account_school = "00000",
                    .record_id = db_int(rows, row, 1),
                    .seen_version = -1,
                    .action = ACT_LAPSE};
    const char *school = db_text(rows, row, 0);
    if (!school || strlen(school) >= sizeof a.school_code)
        return;
    memcpy(a.school_code, school, strlen(school));
    d->under_way++;
    workflow_act(d->workflow, &a, on_lapsed, d);
}

/* rows[0]: what is due, oldest first; rows[1]: milliseconds until the next. */
static void on_due(void *arg, const struct db_result *r)
{
    struct deadlines *d = arg;
    d->next_ms = POLL_MS;
    if (r->status == DB_OK) {
        if (db_nrows(r->rows[1]) > 0 && db_text(r->rows[1], 0, 0)) {
            int64_t ms = db_int(r->rows[1], 0, 0) + 1; /* due_at itself is past only after it */
            d->next_ms = ms < SOON_MS ? SOON_MS : ms < POLL_MS ? (int)ms : POLL_MS;
        }
        for (int row = 0; row < db_nrows(r->rows[0]); row++)
            lapse(d, r->rows[0], row);
    }
    if (d->under_way == 0)
        wait_for(d, d->next_ms);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct deadlines *d = arg;
    (void)fd, (void)what;
    struct db_segment *segment = db_segment_new(d->db, DB_READ, on_due, d);
    db_segment_add(segment, "deadline_due", NULL);
    db_segment_add(segment, "deadline_next", NULL);
    db_segment_send(segment);
}

struct deadlines *deadlines_start(struct event_base *base, struct db *db, struct workflow *workflow)
{
    struct deadlines *d = calloc(1, sizeof *d);
    if (!d)
        abort();
    *d = (struct deadlines){.db = db, .workflow = workflow, .timer = evtimer_new(base, on_timer, d)};
    if (!d->timer)
        abort();
    wait_for(d, SOON_MS);
    return d;
}

void deadlines_stop(struct deadlines *d)
{
    if (!d)
        return;
    event_free(d->timer);
    free(d);
}
