/*
 * bench_decide.c - the load of the decisions' bench: CLIENTS connections, each waiting for its answer before its next
 * call.
 *
 *   bench_decide SOCKET CLIENTS SECONDS <TABLE        one line per client: token, then its records' ids, then their
 * version
 *
 * A client approves each of its records, then undoes each, and so on. Prints: decisions, seconds, median and 99th
 * percentile of a call in microseconds. Anything but `ok` ends the program: a refused decision is no decision.
 */
#include "shared/rpc/rpc.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS_MAX = 256, IN_MAX = 65536, SAMPLES_MAX = 1 << 21 };

struct client {
    int fd;
    uint8_t in[IN_MAX];
    size_t len;
    char *line, *token, **records;
    size_t nrecords, at;
    int64_t version; /* of the records not yet reached in this turn */
    bool undo, resumed;
    double sent;
    uint32_t msgid;
};

static struct client clients[CLIENTS_MAX];
static float *samples;
static size_t nsamples;

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_decide: %s\n", what);
    exit(EXIT_FAILURE);
}

static void send_all(struct client *c, struct pack *p)
{
    c->sent = now_us();
    if (write(c->fd, p->buf.data, p->buf.size) != (ssize_t)p->buf.size)
        die("the server doesn't read");
    pack_free(p);
}

static void send_resume(struct client *c)
{
    struct pack p;
    pack_init(&p);
    pack_request(&p, ++c->msgid, "session.resume");
    pack_map(&p, 1);
    pack_kstr(&p, "token", c->token);
    send_all(c, &p);
}

static void send_act(struct client *c)
{
    static uint64_t calls;
    static uint64_t run;
    char request[37];
    struct pack p;
    if (!run)
        run = (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid();
    calls++;
    snprintf(request, sizeof request, "%08x-%04x-4%03x-8000-%012" PRIx64, (unsigned)(run & 0xffffffff),
             (unsigned)(run >> 32 & 0xffff), 0u, calls);
    pack_init(&p);
    pack_request(&p, ++c->msgid, "record.act");
    pack_map(&p, 4);
    pack_kstr(&p, "request_id", request);
    pack_kstr(&p, "id", c->records[c->at]);
    pack_kint(&p, "version", c->version);
    pack_kstr(&p, "action", c->undo ? "undo" : "approve");
    send_all(c, &p);
}

static void step_over(struct client *c)
{
    if (++c->at < c->nrecords)
        return;
    c->at = 0;
    c->version++;
    c->undo = !c->undo;
}

static void answered(struct client *c, const struct rpc_message *m)
{
    const char *outcome;
    size_t len;
    if (m->type != RPC_RESPONSE)
        return;
    if (m->error.type != MSGPACK_OBJECT_NIL)
        die("an error of the wire");
    if (!c->resumed) {
        c->resumed = true;
        return;
    }
    if (!map_str(&m->result, "outcome", &outcome, &len) || len != 2 || memcmp(outcome, "ok", 2) != 0)
        die("a decision was refused");
    if (nsamples < SAMPLES_MAX)
        samples[nsamples++] = (float)(now_us() - c->sent);
    step_over(c);
}

/* Reads what is there; true: an answer came. */
static bool receive(struct client *c)
{
    ssize_t n = read(c->fd, c->in + c->len, IN_MAX - c->len);
    bool any = false;
    if (n <= 0)
        die("the server closed");
    c->len += (size_t)n;
    for (;;) {
        struct scan scan;
        struct rpc_message m;
        const char *why;
        scan_start(&scan);
        if (scan_next(&scan, c->in, c->len, &scan_limits_session) != SCAN_MESSAGE)
            return any;
        if (!rpc_decode(&m, c->in, scan.length, &why))
            die(why);
        any = any || m.type == RPC_RESPONSE;
        answered(c, &m);
        rpc_message_free(&m);
        memmove(c->in, c->in + scan.length, c->len - scan.length);
        c->len -= scan.length;
    }
}

static void client_open(struct client *c, const char *path, char *line)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    char *save, *word;
    strncpy(a.sun_path, path, sizeof a.sun_path - 1);
    c->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&a, sizeof a) != 0)
        die("no connection");
    c->line = line;
    c->token = strtok_r(line, " \n", &save);
    c->records = calloc(8192, sizeof *c->records);
    while ((word = strtok_r(NULL, " \n", &save)) && c->nrecords < 8191)
        c->records[c->nrecords++] = word;
    if (c->nrecords < 4)
        die("a client without records");
    c->nrecords -= 3;
    c->at = strtoul(c->records[c->nrecords], NULL, 10);
    c->version = strtoll(c->records[c->nrecords + 1], NULL, 10);
    c->undo = c->records[c->nrecords + 2][0] == '1';
    send_resume(c);
    while (!c->resumed)
        receive(c);
}

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

static size_t load(size_t n, double seconds, double *took)
{
    struct pollfd fds[CLIENTS_MAX];
    double start = now_us(), end = start + seconds * 1e6;
    size_t counted = 0, left = n;
    for (size_t k = 0; k < n; k++) {
        fds[k] = (struct pollfd){.fd = clients[k].fd, .events = POLLIN};
        send_act(&clients[k]);
    }
    while (left > 0) {
        poll(fds, (nfds_t)n, -1);
        bool over = now_us() >= end;
        if (over && !counted) {
            counted = nsamples;
            *took = now_us() - start;
        }
        for (size_t k = 0; k < n; k++) {
            if (!(fds[k].revents & POLLIN) || !receive(&clients[k]))
                continue;
            if (!over) {
                send_act(&clients[k]);
            } else {
                fds[k].fd = -1;
                left--;
            }
        }
    }
    return counted;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        die("SOCKET CLIENTS SECONDS <TABLE");
    size_t n = strtoul(argv[2], NULL, 10), cap = 0;
    double took = 1;
    samples = calloc(SAMPLES_MAX, sizeof *samples);
    for (size_t k = 0; k < n && k < CLIENTS_MAX; k++) {
        char *line = NULL;
        cap = 0;
        if (getline(&line, &cap, stdin) < 0)
            die("too few lines");
        client_open(&clients[k], argv[1], line);
    }
    size_t counted = load(n, strtod(argv[3], NULL), &took);
    qsort(samples, counted, sizeof *samples, ascending);
    printf("%zu %.6f %.1f %.1f\n", counted, took / 1e6, (double)samples[counted / 2],
           (double)samples[counted * 99 / 100]);
    for (size_t k = 0; k < n; k++)
        fprintf(stderr, "%zu %" PRId64 " %d\n", clients[k].at, clients[k].version, clients[k].undo);
    return EXIT_SUCCESS;
}
