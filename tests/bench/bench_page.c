/*
 * bench_page.c - a queue page of 50 through RPC, and the same query in a prepared libpq loop, in turn.
 *
 *   bench_page SOCKET CONNINFO SCHOOL CLASS FLOW STATE ROUNDS CALLS <TOKEN
 *
 * Prints a line a round: rpc_us libpq_us (medians of CALLS calls each). The first round is a warm-up and not printed.
 */
#include "../../server/db/db.h"
#include "../../shared/rpc/rpc.h"

#include <libpq-fe.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_page: %s\n", what);
    exit(1);
}

struct wire {
    int fd;
    uint8_t *in;
    size_t len;
    uint32_t msgid;
};
enum { IN_MAX = 4 << 20 };

static void wire_open(struct wire *w, const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    strncpy(a.sun_path, path, sizeof a.sun_path - 1);
    w->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    w->in = malloc(IN_MAX);
    if (w->fd < 0 || !w->in || connect(w->fd, (struct sockaddr *)&a, sizeof a) != 0)
        die("no connection");
}

/* Sends what was written and waits for the whole answer; an error of the wire ends the program. */
static void wire_call(struct wire *w, struct pack *p)
{
    struct scan scan;
    if (write(w->fd, p->buf.data, p->buf.size) != (ssize_t)p->buf.size)
        die("the server doesn't read");
    scan_start(&scan);
    w->len = 0;
    enum scan_status s;
    while ((s = scan_next(&scan, w->in, w->len, &scan_limits_session)) == SCAN_MORE) {
        ssize_t n = read(w->fd, w->in + w->len, IN_MAX - w->len);
        if (n <= 0)
            die("the server hung up");
        w->len += (size_t)n;
    }
    struct rpc_message m;
    const char *why;
    if (s != SCAN_MESSAGE || !rpc_decode(&m, w->in, scan.length, &why))
        die("the answer is no message");
    if (m.type != RPC_RESPONSE || m.error.type != MSGPACK_OBJECT_NIL)
        die("the server refused");
    rpc_message_free(&m);
    pack_free(p);
}

static void resume(struct wire *w, const char *token, int class_year)
{
    struct pack p;
    pack_init(&p);
    pack_request(&p, ++w->msgid, "session.resume");
    pack_map(&p, 1);
    pack_kstr(&p, "token", token);
    wire_call(w, &p);
    pack_init(&p);
    pack_request(&p, ++w->msgid, "session.select");
    pack_map(&p, 1);
    pack_kint(&p, "class", class_year);
    wire_call(w, &p);
}

static void page_by_rpc(struct wire *w, const char *flow, const char *state)
{
    struct pack p;
    pack_init(&p);
    pack_request(&p, ++w->msgid, "queue.list");
    pack_map(&p, 3);
    pack_kstr(&p, "flow", flow);
    pack_kstr(&p, "state", state);
    pack_kint(&p, "limit", 50);
    wire_call(w, &p);
}

static const char *statement(const char *name)
{
    for (size_t i = 0; i < db_statement_count; i++)
        if (strcmp(db_statements[i].name, name) == 0)
            return db_statements[i].sql;
    die("no such statement");
}

static size_t page_by_libpq(PGconn *db, const char *const *values)
{
    PGresult *r = PQexecPrepared(db, "page", 10, values, NULL, NULL, 0);
    size_t bytes = 0;
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        die(PQerrorMessage(db));
    for (int row = 0; row < PQntuples(r); row++)
        for (int col = 0; col < PQnfields(r); col++)
            bytes += (size_t)PQgetlength(r, row, col);
    PQclear(r);
    return bytes;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, by_size);
    return v[n / 2];
}

int main(int argc, char **argv)
{
    if (argc != 9)
        die("usage: SOCKET CONNINFO SCHOOL CLASS FLOW STATE ROUNDS CALLS");
    int rounds = atoi(argv[7]), calls = atoi(argv[8]);
    char token[256], flows[64], states[64];
    struct wire w = {0};
    if (!fgets(token, sizeof token, stdin) || calls < 1)
        die("no token on standard input");
    token[strcspn(token, "\n")] = '\0';
    wire_open(&w, argv[1]);
    resume(&w, token, atoi(argv[4]));
    PGconn *db = PQconnectdb(argv[2]);
    if (PQstatus(db) != CONNECTION_OK)
        die(PQerrorMessage(db));
    PQclear(PQexec(db, "SET plan_cache_mode = force_generic_plan; SET jit = off"));
    PQclear(PQprepare(db, "page", statement("queue_submitted"), 10, NULL));
    snprintf(flows, sizeof flows, "{%s}", argv[5]);
    snprintf(states, sizeof states, "{%s}", argv[6]);
    const char *values[] = {argv[3], argv[4], "school", "0", flows, states, NULL, "-infinity", "0", "51"};
    double *rpc = calloc((size_t)calls, sizeof *rpc), *pq = calloc((size_t)calls, sizeof *pq);
    if (!rpc || !pq || page_by_libpq(db, values) == 0)
        die("the queue is empty");
    for (int round = 0; round <= rounds; round++) {
        for (int i = 0; i < calls; i++) {
            double start = now_us();
            page_by_rpc(&w, argv[5], argv[6]);
            double between = now_us();
            page_by_libpq(db, values);
            rpc[i] = between - start;
            pq[i] = now_us() - between;
        }
        if (round > 0)
            printf("%.1f %.1f\n", median(rpc, calls), median(pq, calls));
    }
    PQfinish(db);
    free(rpc);
    free(pq);
    free(w.in);
    return 0;
}
