/*
 * hints.c - see hints.h. A payload is lines of "school class flow state from record version department graduate
 * postgraduate".
 */
#include "hints.h"

#include "server.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVERY_US 50000
#define PAYLOAD_MAX 7900   /* PostgreSQL refuses 8,000 bytes and more */
#define WAITING_MAX 262144 /* more than this in 50 ms: some hints are dropped */
#define SINGLES_MAX 20     /* hints that name their record, per watcher and payload */

struct hints {
    struct server *server;
    struct event timer;
    bool armed;
    char *text; /* lines to be sent */
    size_t len;
};

/* ------------------------------------------------------------------ out */

static void send_payloads(struct hints *h)
{
    char payload[PAYLOAD_MAX + 1];
    size_t at = 0;
    while (at < h->len) {
        size_t n = h->len - at < PAYLOAD_MAX ? h->len - at : PAYLOAD_MAX;
        while (h->text[at + n - 1] != '\n')
            n--;
        memcpy(payload, h->text + at, n);
        payload[n] = '\0';
        db_query(h->server->db, DB_HINTS, "hints_notify", 1, (const char *const[]){payload}, NULL, NULL);
        at += n;
    }
    h->len = 0;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct hints *h = arg;
    h->armed = false;
    send_payloads(h);
}

static void on_commit(void *arg, const struct act_result *r)
{
    struct hints *h = arg;
    char line[256];
    int n = snprintf(line, sizeof line, "%s %d %s %s %s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %d\n",
                     r->school_code, r->class_year, flow_code(r->flow), state_code(r->state), state_code(r->from),
                     r->record_id, r->version, r->department_id, r->graduate_id, r->postgraduate);
    if (n <= 0 || (size_t)n >= sizeof line || h->len + (size_t)n > WAITING_MAX)
        return;
    memcpy(h->text + h->len, line, (size_t)n);
    h->len += (size_t)n;
    if (!h->armed)
        event_add(&h->timer, &(struct timeval){.tv_usec = EVERY_US});
    h->armed = true;
}

/* ------------------------------------------------------------------ in */

struct hint {
    char school[QX_SCHOOL_CODE], flow[32], state[32], from[32];
    int class_year, postgraduate;
    int64_t record, version, department, graduate;
};

struct batch {
    struct hint *hints;
    size_t n;
};

static bool concerns(const struct session *s, const struct hint *h)
{
    const struct flow_actor *a = &s->actor;
    if (!s->watching || strcmp(a->school_code, h->school) != 0)
        return false;
    if (a->role == ROLE_GRADUATE)
        return a->graduate_id == h->graduate;
    if (a->rights[MODULE_EMPLOYMENT] < RIGHT_READ || s->class_year != h->class_year)
        return false;
    if (a->scope != SCOPE_BOTH && (a->scope == SCOPE_POSTGRADUATE) != (h->postgraduate != 0))
        return false;
    return a->role == ROLE_SCHOOL || (a->role == ROLE_DEPARTMENT && a->department_id == h->department);
}

static void tell(struct conn *c, const struct hint *h, bool named)
{
    struct pack p;
    char id[40];
    pack_init(&p);
    pack_map(&p, named ? 5 : 3);
    pack_kstr(&p, "flow", h->flow);
    pack_kstr(&p, "state", h->state);
    pack_kstr(&p, "from", h->from);
    if (named) {
        id_format(id, sizeof id, h->school, h->record);
        pack_kstr(&p, "record", id);
        pack_kint(&p, "version", h->version);
    }
    conn_notify(c, "queue.changed", &p);
    pack_free(&p);
}

static bool told_before(const struct batch *b, size_t i, const struct session *s)
{
    for (size_t j = 0; j < i; j++)
        if (concerns(s, &b->hints[j]) && strcmp(b->hints[j].flow, b->hints[i].flow) == 0 &&
            strcmp(b->hints[j].state, b->hints[i].state) == 0 && strcmp(b->hints[j].from, b->hints[i].from) == 0)
            return true;
    return false;
}

/* Many changes at once: each queue is named once, without its records. */
static void tell_session(struct conn *c, struct session *s, void *arg)
{
    const struct batch *b = arg;
    size_t mine = 0;
    for (size_t i = 0; i < b->n; i++)
        mine += concerns(s, &b->hints[i]);
    for (size_t i = 0; mine && i < b->n; i++)
        if (concerns(s, &b->hints[i]) && (mine <= SINGLES_MAX || !told_before(b, i, s)))
            tell(c, &b->hints[i], mine <= SINGLES_MAX);
}

static void on_notify(void *arg, const char *channel, const char *payload)
{
    struct hints *h = arg;
    struct hint hints[PAYLOAD_MAX / 32];
    struct batch b = {.hints = hints};
    if (strcmp(channel, "qx_change") != 0)
        return;
    for (const char *line = payload; *line && b.n < sizeof hints / sizeof *hints;) {
        struct hint *i = &hints[b.n];
        if (sscanf(line, "%5s %d %31s %31s %31s %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %d", i->school,
                   &i->class_year, i->flow, i->state, i->from, &i->record, &i->version, &i->department, &i->graduate,
                   &i->postgraduate) == 10)
            b.n++;
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    server_each_session(h->server, tell_session, &b);
}

struct hints *hints_new(struct server *s)
{
    struct hints *h = calloc(1, sizeof *h);
    if (!h || !(h->text = malloc(WAITING_MAX)))
        abort();
    h->server = s;
    event_assign(&h->timer, s->base, -1, 0, on_timer, h);
    db_on_notify(s->db, on_notify, h);
    workflow_on_change(s->workflow, on_commit, h);
    return h;
}

void hints_free(struct hints *h)
{
    if (!h)
        return;
    event_del(&h->timer);
    free(h->text);
    free(h);
}
