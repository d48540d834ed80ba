/*
 * gateway.h - quxiang-sshd's parts.
 *
 *   parent (listener.c, broker.c, spawn.c): accepts, counts, starts a child per connection (this program anew), asks quxiangd who may come in,
 *     starts the client program as another unprivileged user. Parses nothing that a stranger sent.
 *   child (session.c, pump.c): one SSH connection by libssh, as its own user, chrooted, under seccomp; can only speak to its
 *     socket, its broker and the client's terminal or pipes.
 *
 * There is no shell, no forwarding, no path of this host: the only thing that can be started is the client program.
 */
#ifndef QX_GATEWAY_H
#define QX_GATEWAY_H

#include <libssh/libssh.h>
#include <libssh/server.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct gateway_config {
    const char *listen;      /* ADDR:PORT or [ADDR6]:PORT */
    const char *server_path; /* quxiangd's Unix socket */
    const char *broker_path; /* its gateway socket */
    const char *host_keys;   /* folder */
    const char *client;      /* the client program */
    const char *child_user, *client_user; /* as root only */
    int unauthenticated_max; /* connections that have not logged in, in all */
    int per_address_max;     /* … from one address */
    int connections_max;
    int grace_seconds;       /* to log in */
    int attempts_max;        /* refused passwords and keys per connection */
    int idle_seconds;        /* without a byte from the client */
    bool connection;         /* this process is a connection's child: descriptors 3 (the peer) and 4 (the broker) */
    char *const *argv;       /* as this program was started: its children are started anew, with nothing of its memory */
};

/* Who the child and the client become; 0 = stay (started by an ordinary user). */
struct gateway_ids {
    uid_t child_uid, client_uid;
    gid_t child_gid, client_gid;
};

/* ---- hostkeys.c: ed25519, ECDSA and RSA 3072 keys, made at first start (0600). false: said on stderr. */
bool hostkeys_load(ssh_bind, const char *dir);

/* ---- broker.c: the connection to quxiangd's gateway socket; reconnects by itself. */
struct broker;
typedef void (*broker_done)(void *arg, bool ok, const char *token);
struct broker *broker_new(const char *path);
void broker_free(struct broker *);
int broker_fd(const struct broker *); /* -1: not connected */
short broker_events(const struct broker *);
void broker_ready(struct broker *, short revents);
void broker_tick(struct broker *); /* once a second: reconnect, time out */
/* `done` is called once, later, unless broker_forget() came first. password, or fingerprint and mint. */
void broker_ask(struct broker *, const char *user, const char *password, const char *fingerprint, bool mint,
                const char *address, broker_done, void *arg);
void broker_forget(struct broker *, void *arg);

/* ---- spawn.c */
struct spawn {
    bool terminal;
    int columns, rows;
    const char *term;
    const char *const *environment; /* "K=V", whitelisted by the child and checked again here */
    size_t nenvironment;
    const char *const *arguments; /* none: the TUI */
    size_t narguments;
    const char *token;
    const char *reached; /* "ssh -p PORT USER@ADDRESS": how the person came here, for the commands that a screen shows */
};
/* Answers the client's pid, or -1; fds: the terminal's master, or stdin, stdout, stderr ends (nfds 1 or 3). */
pid_t spawn_client(const struct gateway_config *, const struct gateway_ids *, const struct spawn *, int fds[3], int *nfds);

/* ---- sandbox.c */
bool sandbox_child(const struct gateway_ids *);  /* user, chroot, limits, seccomp */
bool sandbox_client(const struct gateway_ids *, const char *client); /* user, limits, no core, Landlock where the kernel has it */

/* ---- session.c: the child's whole life; never returns. `ipc` speaks to the broker. */
enum { CONNECTION_FD = 3, CONNECTION_IPC = 4 };
_Noreturn void session_run(const struct gateway_config *, const struct gateway_ids *, ssh_bind, int client_fd, int ipc);

/* ---- words.c: a command line into words: blanks separate, '…' and "…" keep, \ keeps one. No expansion of any kind.
 * Writes into buf; answers how many words, or -1 when too long or a quote is open. */
int words_split(const char *line, char *buf, size_t len, const char **words, int max);

/* ---- listener.c: the parent's whole life; answers the exit status. */
int listener_run(const struct gateway_config *, const struct gateway_ids *);

void gateway_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
