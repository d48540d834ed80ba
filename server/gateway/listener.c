/*
 * listener.c - the parent: accepts, bounds, forks a child per connection, and is every child's broker.
 *
 * One poll loop over the listening sockets, the broker's connection to quxiangd, each child's socket and the signals.
 * A child that was let in may start the client program once; its end is told to the child, which then says goodbye.
 */
#include "gateway.h"
#include "ipc.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SILENT_MS 90000   /* that a peer may leave what was sent unacknowledged */
#define LEAVE_SECONDS 20  /* that a client program may take to save and leave after its hang-up */

struct link { /* one connection's child, as the parent sees it */
    struct link *next;
    pid_t child, client;
    int ipc;
    int input;        /* a copy of the client's input: it ends only by the peer's word, never by a broken line; -1 none */
    char address[64], user[256], key[80];
    char here[64], port[8]; /* the address and port that it came to */
    char *token;      /* of a log-in that was minted; spent by the one program it may start */
    bool asking, let_in, started, gone, hung_up;
    int refusals;
    time_t gone_at;
    struct listener *listener;
};

struct listener {
    const struct gateway_config *config;
    const struct gateway_ids *ids;
    struct broker *broker;
    struct link *links;
    int sockets[4], nsockets, signals;
    bool stopping, full;
};

/* ------------------------------------------------------------------ listening */

static bool split_address(const char *text, char *host, size_t len, char *port, size_t port_len)
{
    const char *colon = strrchr(text, ':');
    if (!colon)
        return false;
    size_t n = (size_t)(colon - text);
    if (n >= 2 && text[0] == '[' && text[n - 1] == ']') {
        text++;
        n -= 2;
    }
    if (n >= len || strlen(colon + 1) >= port_len)
        return false;
    memcpy(host, text, n);
    host[n] = '\0';
    memcpy(port, colon + 1, strlen(colon + 1) + 1);
    return true;
}

static bool open_sockets(struct listener *l)
{
    char host[64], port[16];
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *all = NULL;
    if (!split_address(l->config->listen, host, sizeof host, port, sizeof port) || getaddrinfo(*host ? host : NULL, port, &hints, &all) != 0) {
        gateway_log("event=listen address=%s error=\"not an address\"", l->config->listen);
        return false;
    }
    for (struct addrinfo *a = all; a && l->nsockets < 4; a = a->ai_next) {
        int on = 1, fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
            continue;
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (a->ai_family == AF_INET6)
            setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, 128) == 0)
            l->sockets[l->nsockets++] = fd;
        else
            close(fd);
    }
    freeaddrinfo(all);
    if (l->nsockets == 0)
        gateway_log("event=listen address=%s error=\"%s\"", l->config->listen, strerror(errno));
    return l->nsockets > 0;
}

static void peer_name(int fd, char *buf, size_t len)
{
    struct sockaddr_storage peer;
    socklen_t n = sizeof peer;
    if (getpeername(fd, (struct sockaddr *)&peer, &n) != 0 || getnameinfo((struct sockaddr *)&peer, n, buf, (socklen_t)len, NULL, 0, NI_NUMERICHOST) != 0)
        snprintf(buf, len, "unknown");
}

/* Half full, the places for those who haven't logged in are given by lot: nobody can hold them all for long. */
static bool unlucky(int outside, int max)
{
    unsigned char lot;
    return max >= 16 && outside > max / 2 && getrandom(&lot, 1, 0) == 1 && lot < (outside - max / 2) * 512 / max;
}

static void own_name(int fd, struct link *k)
{
    struct sockaddr_storage own;
    socklen_t n = sizeof own;
    if (getsockname(fd, (struct sockaddr *)&own, &n) != 0 ||
        getnameinfo((struct sockaddr *)&own, n, k->here, sizeof k->here, k->port, sizeof k->port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        snprintf(k->here, sizeof k->here, "HOST");
}

/* Stands in the environment and is copied into a shell: a plain user name, and never an identity number. */
static const char *plain_user(const char *user)
{
    const size_t n = strspn(user, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    const bool identity = n == 18 && strspn(user, "0123456789") >= 17;
    return n == 0 || user[n] || *user == '-' || n > 64 || identity ? "USER" : user;
}

static void reached_by(const struct link *k, char *buf, size_t len)
{
    const bool usual = !*k->port || strcmp(k->port, "22") == 0;
    snprintf(buf, len, "ssh %s%s%s%.64s@%s", usual ? "" : "-p ", usual ? "" : k->port, usual ? "" : " ", plain_user(k->user), k->here);
}

/* Why a new connection from there is not taken, or NULL. */
static const char *too_many(const struct listener *l, const char *address)
{
    int all = 0, outside = 0, from_there = 0;
    for (const struct link *k = l->links; k; k = k->next) {
        all++;
        outside += !k->let_in;
        from_there += !k->let_in && strcmp(k->address, address) == 0;
    }
    if (all >= l->config->connections_max)
        return "connections";
    if (outside >= l->config->unauthenticated_max || unlucky(outside, l->config->unauthenticated_max))
        return "not-logged-in";
    return from_there >= l->config->per_address_max ? "not-logged-in-from-there" : NULL;
}

/* This program anew: whoever takes a child over finds nothing of the parent's memory in it, no token and no password. */
static _Noreturn void run_child(const struct listener *l, int client_fd, int ipc)
{
    char *argv[64] = {NULL};
    int n = 0;
    for (char *const *a = l->config->argv; *a && n < 60; a++)
        argv[n++] = *a;
    argv[n] = (char *)"--connection";
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    int fd = dup2(client_fd, CONNECTION_FD), pipe_fd = dup2(ipc, CONNECTION_IPC); /* both came from above 9 */
    if (fd != CONNECTION_FD || pipe_fd != CONNECTION_IPC || close_range(CONNECTION_IPC + 1, ~0U, 0) != 0)
        _exit(1);
    execve("/proc/self/exe", argv, (char *const[]){NULL});
    _exit(1);
}

static void take_connection(struct listener *l, int fd)
{
    char address[64];
    int on = 1, pair[2];
    peer_name(fd, address, sizeof address);
    const char *why = too_many(l, address);
    struct link *k = why ? NULL : calloc(1, sizeof *k);
    if (!k || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        gateway_log("event=refused address=%s why=%s", address, why ? why : "no-memory");
        free(k);
        close(fd);
        return;
    }
    own_name(fd, k);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &(unsigned){SILENT_MS}, sizeof(unsigned)); /* with the keepalives: a dead peer */
    k->child = fork();
    if (k->child == 0)
        run_child(l, fcntl(fd, F_DUPFD, 10), fcntl(pair[1], F_DUPFD, 11));
    close(fd); /* only the descriptor: a disconnect from here would shut the child's connection */
    close(pair[1]);
    if (k->child < 0) {
        gateway_log("event=refused address=%s why=fork", address);
        close(pair[0]);
        free(k);
        return;
    }
    k->ipc = pair[0];
    k->input = -1;
    k->listener = l;
    memcpy(k->address, address, sizeof address);
    k->next = l->links;
    l->links = k;
    gateway_log("event=connected address=%s child=%d", address, (int)k->child);
}

static void accept_all(struct listener *l, int socket_fd)
{
    for (;;) {
        int fd = accept4(socket_fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) {
            l->full = errno == EMFILE || errno == ENFILE; /* stop asking until something was closed, rather than spin */
            return;
        }
        take_connection(l, fd);
    }
}

/* ------------------------------------------------------------------ the children's broker */

static void forget_token(struct link *k)
{
    if (k->token)
        explicit_bzero(k->token, strlen(k->token));
    free(k->token);
    k->token = NULL;
}

static void drop_link(struct link *k)
{
    if (k->ipc >= 0)
        close(k->ipc);
    k->ipc = -1;
    k->gone = true;
}

/* What may stand in a log: no identity number (18 characters), nothing that isn't a plain name. */
static const char *log_name(const char *name, char *buf, size_t len)
{
    size_t n = 0;
    if (strlen(name) == 18)
        return "(identity)";
    for (; name[n] && n + 1 < len; n++)
        buf[n] = isalnum((unsigned char)name[n]) || strchr("._-+/:", name[n]) ? name[n] : '?';
    buf[n] = '\0';
    return buf;
}

static void verdict(void *arg, bool ok, const char *token)
{
    struct link *k = arg;
    char name[48];
    k->asking = false;
    k->refusals += !ok;
    if (ok && token) {
        forget_token(k);
        k->token = strdup(token);
        k->let_in = true;
    }
    gateway_log("event=%s address=%s child=%d user=%s method=%s key=%s", ok ? (token ? "logged-in" : "key-known") : "refused-login", k->address,
                (int)k->child, log_name(k->user, name, sizeof name), *k->key ? "publickey" : "password", *k->key ? k->key : "-");
    bool told = k->ipc >= 0 && ipc_send(k->ipc, IPC_VERDICT, ok, 0, 0, NULL, 0, NULL, 0);
    if (!told || k->refusals > k->listener->config->attempts_max) /* the child counts too; this one can't be talked out of it */
        drop_link(k);
}

static void ask(struct link *k, const struct ipc_message *m)
{
    bool password = m->kind == IPC_PASSWORD;
    if (k->asking || k->let_in || m->nstrings != 2) {
        drop_link(k);
        return;
    }
    k->asking = true;
    snprintf(k->user, sizeof k->user, "%s", m->strings[0]);
    snprintf(k->key, sizeof k->key, "%s", password ? "" : log_name(m->strings[1], (char[80]){0}, 80));
    broker_ask(k->listener->broker, m->strings[0], password ? m->strings[1] : NULL, password ? NULL : m->strings[1], m->kind == IPC_KEY, k->address, verdict, k);
}

static void start_program(struct link *k, const struct ipc_message *m)
{
    struct listener *l = k->listener;
    if (!k->let_in || k->started || !k->token || m->nstrings < 2) {
        drop_link(k);
        return;
    }
    char reached[192];
    size_t end = 1;
    reached_by(k, reached, sizeof reached);
    while (end < m->nstrings && *m->strings[end])
        end++;
    struct spawn s = {.terminal = m->a == 1, .columns = m->b, .rows = m->c, .term = m->strings[0], .environment = m->strings + 1, .nenvironment = end - 1,
                      .token = k->token, .reached = reached};
    if (end < m->nstrings) {
        s.arguments = m->strings + end + 1;
        s.narguments = m->nstrings - end - 1;
    }
    int fds[3], nfds;
    k->client = spawn_client(l->config, l->ids, &s, fds, &nfds);
    k->started = true;
    forget_token(k);
    if (k->client > 0 && nfds == 3)
        k->input = fcntl(fds[0], F_DUPFD_CLOEXEC, 5);
    bool ok = ipc_send(k->ipc, IPC_SPAWNED, k->client > 0, 0, 0, NULL, 0, fds, k->client > 0 ? nfds : 0);
    for (int i = 0; k->client > 0 && i < nfds; i++)
        close(fds[i]);
    char term[40], verb[40];
    gateway_log("event=%s address=%s child=%d client=%d terminal=%s command=%s words=%zu", k->client > 0 ? "started" : "not-started", k->address,
                (int)k->child, (int)k->client, s.terminal ? log_name(s.term, term, sizeof term) : "-",
                s.narguments > 0 ? log_name(s.arguments[0], verb, sizeof verb) : "-", s.narguments);
    if (!ok)
        drop_link(k);
}

static void end_input(struct link *k)
{
    if (k->input >= 0)
        close(k->input);
    k->input = -1;
}

static void hear_child(struct link *k)
{
    struct ipc_message m;
    int got = ipc_receive(k->ipc, &m);
    if (got == 0)
        return;
    if (got < 0) {
        drop_link(k);
        return;
    }
    for (int i = 0; i < m.nfds; i++)
        close(m.fds[i]); /* children send none */
    if (m.kind == IPC_SPAWN)
        start_program(k, &m);
    else if (m.kind == IPC_INPUT_ENDED)
        end_input(k);
    else if (m.kind == IPC_PASSWORD || m.kind == IPC_KEY_PROBE || m.kind == IPC_KEY)
        ask(k, &m);
    else
        drop_link(k);
    explicit_bzero(m.text, sizeof m.text);
}

/* ------------------------------------------------------------------ ends */

static void end_of_process(struct listener *l, pid_t pid, int status)
{
    for (struct link *k = l->links; k; k = k->next) {
        if (k->client == pid) {
            k->client = 0;
            end_input(k);
            if (k->ipc >= 0)
                ipc_send(k->ipc, IPC_EXIT, WIFEXITED(status) ? WEXITSTATUS(status) : 0, WIFSIGNALED(status) ? WTERMSIG(status) : 0, 0, NULL, 0, NULL, 0);
        } else if (k->child == pid) {
            if (WIFSIGNALED(status))
                gateway_log("event=child-died child=%d signal=%d", (int)pid, WTERMSIG(status));
            k->child = 0;
            drop_link(k);
        }
    }
}

static time_t monotonic(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

/* The connection is gone: its program hears it before its input ends, may save, and is not waited for for ever. */
static void hang_up(struct link *k)
{
    time_t now = monotonic();
    if (!k->hung_up) {
        k->hung_up = true;
        k->gone_at = now;
        kill(k->client, SIGHUP);
    } else if (now - k->gone_at > LEAVE_SECONDS) {
        gateway_log("event=client-killed client=%d", (int)k->client);
        kill(k->client, SIGKILL);
    }
}

static void sweep(struct listener *l)
{
    for (struct link **at = &l->links; *at;) {
        struct link *k = *at;
        if (k->gone && k->child > 0)
            kill(k->child, SIGTERM);
        if (k->gone && k->client > 0)
            hang_up(k);
        if (!k->gone || k->child > 0 || k->client > 0) {
            at = &k->next;
            continue;
        }
        *at = k->next;
        broker_forget(l->broker, k);
        forget_token(k);
        gateway_log("event=ended address=%s", k->address);
        free(k);
        l->full = false;
    }
}

static void hear_signals(struct listener *l)
{
    struct signalfd_siginfo info;
    while (read(l->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo != SIGCHLD)
            l->stopping = true;
    }
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        end_of_process(l, pid, status);
}

static bool prepare(struct listener *l)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    l->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    l->broker = broker_new(l->config->broker_path);
    return l->signals >= 0 && l->broker && open_sockets(l);
}

/* One turn: poll everything, then look at what is ready. `p` has room for every link. */
static void turn(struct listener *l, struct pollfd *p)
{
    nfds_t n = 0;
    p[n++] = (struct pollfd){.fd = l->signals, .events = POLLIN};
    p[n++] = (struct pollfd){.fd = broker_fd(l->broker), .events = broker_events(l->broker)};
    for (int i = 0; i < l->nsockets; i++)
        p[n++] = (struct pollfd){.fd = l->full ? -1 : l->sockets[i], .events = POLLIN};
    nfds_t first = n;
    for (struct link *k = l->links; k; k = k->next)
        p[n++] = (struct pollfd){.fd = k->ipc, .events = POLLIN};
    if (poll(p, n, 1000) < 0)
        return;
    if (p[1].revents)
        broker_ready(l->broker, p[1].revents);
    n = first;
    for (struct link *k = l->links; k; k = k->next, n++)
        if (p[n].revents && k->ipc == p[n].fd)
            hear_child(k);
    if (p[0].revents)
        hear_signals(l);
    for (int i = 0; i < l->nsockets; i++)
        if (p[2 + i].revents)
            accept_all(l, l->sockets[i]);
    broker_tick(l->broker);
    sweep(l);
}

static void stop_children(struct listener *l)
{
    for (struct link *k = l->links; k; k = k->next) {
        if (k->client > 0)
            kill(k->client, SIGHUP);
        if (k->child > 0)
            kill(k->child, SIGTERM);
    }
    for (int i = 0; i < 50 && waitpid(-1, NULL, WNOHANG) >= 0; i++)
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
}

/* The tokens that nobody spent are wiped, too. */
static void free_links(struct listener *l)
{
    while (l->links) {
        struct link *k = l->links;
        l->links = k->next;
        drop_link(k);
        broker_forget(l->broker, k);
        forget_token(k);
        free(k);
    }
}

int listener_run(const struct gateway_config *config, const struct gateway_ids *ids)
{
    struct listener l = {.config = config, .ids = ids};
    if (!prepare(&l))
        return 1;
    struct pollfd *p = calloc((size_t)config->connections_max + 16, sizeof *p);
    if (!p)
        return 1;
    gateway_log("event=ready listen=%s", config->listen);
    while (!l.stopping)
        turn(&l, p);
    stop_children(&l);
    free_links(&l);
    broker_free(l.broker);
    free(p);
    gateway_log("event=stopped");
    return 0;
}
