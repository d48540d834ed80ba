/*
 * spawn.c - starts the client program for a logged-in connection: on a real terminal, or with three pipes.
 *
 * Only ever the client program; the log-in token travels through a pipe on descriptor 3, never in an argument or the environment.
 * The environment is made here, from a whitelist, whatever the child sent.
 */
#include "gateway.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#define TOKEN_FD 3
#define WORDS_MAX 80

static bool name_is(const char *entry, const char *name)
{
    size_t n = strlen(name);
    return strncmp(entry, name, n) == 0 && entry[n] == '=';
}

/* LANG, LC_*, COLORTERM, NO_COLOR, TZ: short, printable, and no path. */
static bool environment_ok(const char *entry)
{
    static const char *const names[] = {"LANG", "LANGUAGE", "COLORTERM", "NO_COLOR", "TZ"};
    bool known = strncmp(entry, "LC_", 3) == 0 && strchr(entry, '=');
    for (size_t i = 0; !known && i < sizeof names / sizeof *names; i++)
        known = name_is(entry, names[i]);
    if (!known || strlen(entry) > 128 || strstr(entry, ".."))
        return false;
    const char *value = strchr(entry, '=') + 1;
    if (*value == '/' || *value == ':')
        return false;
    for (const char *s = entry; *s; s++)
        if (!isprint((unsigned char)*s))
            return false;
    return true;
}

/* A terminal type that this host describes; else the nearest that every host does. */
static const char *terminal_type(const char *term)
{
    static const char *const folders[] = {"/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo"};
    size_t len = strspn(term, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-");
    if (len > 0 && len <= 64 && term[len] == '\0' && term[0] != '.') {
        for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
            char path[160];
            struct stat st;
            snprintf(path, sizeof path, "%s/%c/%s", folders[i], term[0], term);
            if (stat(path, &st) == 0)
                return term;
        }
    }
    return strstr(term, "256") || strstr(term, "kitty") || strstr(term, "ghostty") || strstr(term, "foot") ? "xterm-256color" : "xterm";
}

static int clamp(int v)
{
    return v < 1 ? 1 : v > 1000 ? 1000 : v;
}

static bool open_terminal(const struct spawn *s, int fds[3], int client_fds[3])
{
    struct winsize size = {.ws_col = (unsigned short)clamp(s->columns ? s->columns : 80), .ws_row = (unsigned short)clamp(s->rows ? s->rows : 24)};
    int master, slave;
    if (openpty(&master, &slave, NULL, NULL, &size) != 0)
        return false;
    fcntl(master, F_SETFD, FD_CLOEXEC);
    fds[0] = master;
    client_fds[0] = client_fds[1] = client_fds[2] = slave;
    return true;
}

static void close_all(const int *fds, int n)
{
    for (int i = 0; i < n; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static bool open_pipes(int fds[3], int client_fds[3])
{
    int ends[6] = {-1, -1, -1, -1, -1, -1};
    for (int i = 0; i < 3; i++)
        if (pipe2(ends + 2 * i, O_CLOEXEC) != 0) {
            close_all(ends, 6);
            return false;
        }
    fds[0] = ends[1];
    client_fds[0] = ends[0];
    for (int i = 1; i < 3; i++) {
        fds[i] = ends[2 * i];
        client_fds[i] = ends[2 * i + 1];
    }
    return true;
}

struct launch {
    char *argv[WORDS_MAX + 8];
    char *envp[24];
    char server[160], term[80], reached[192];
};

static void prepare(struct launch *l, const struct gateway_config *config, const struct spawn *s)
{
    int n = 0, e = 0;
    l->argv[n++] = (char *)config->client;
    for (size_t i = 0; i < s->narguments && i < WORDS_MAX; i++)
        l->argv[n++] = (char *)s->arguments[i];
    l->argv[n] = NULL;
    l->envp[e++] = (char *)"PATH=/usr/bin:/bin";
    l->envp[e++] = (char *)"HOME=/nonexistent";
    l->envp[e++] = (char *)"LC_CTYPE=C.UTF-8";
    l->envp[e++] = (char *)"QUXIANG_GATEWAY=1"; /* the client takes no file's name and no other server then */
    l->envp[e++] = (char *)"QUXIANG_TOKEN_FILE=/dev/fd/3";
    snprintf(l->server, sizeof l->server, "QUXIANG_SERVER=unix:%s", config->server_path);
    l->envp[e++] = l->server;
    snprintf(l->term, sizeof l->term, "TERM=%s", s->terminal ? terminal_type(s->term) : "dumb");
    l->envp[e++] = l->term;
    snprintf(l->reached, sizeof l->reached, "QUXIANG_SSH=%s", s->reached);
    l->envp[e++] = l->reached;
    for (size_t i = 0; i < s->nenvironment && e < 21; i++)
        if (environment_ok(s->environment[i]) && !name_is(s->environment[i], "LC_CTYPE"))
            l->envp[e++] = (char *)s->environment[i];
    l->envp[e] = NULL;
}

/* In the new process: descriptors, terminal, user, program. Everything but 0–3 is closed. */
static _Noreturn void become_client(const struct gateway_config *config, const struct gateway_ids *ids, const struct spawn *s, struct launch *l,
                                    int client_fds[3], int token_fd)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int sig = 1; sig < 32; sig++)
        signal(sig, SIG_DFL);
    int keep = fcntl(token_fd, F_DUPFD, 20);
    if (s->terminal) {
        if (login_tty(client_fds[0]) != 0)
            _exit(126);
    } else {
        setsid();
        int in = fcntl(client_fds[0], F_DUPFD, 21), out = fcntl(client_fds[1], F_DUPFD, 22), err = fcntl(client_fds[2], F_DUPFD, 23);
        if (dup2(in, 0) != 0 || dup2(out, 1) != 1 || dup2(err, 2) != 2)
            _exit(126);
    }
    if (dup2(keep, TOKEN_FD) != TOKEN_FD || close_range(TOKEN_FD + 1, ~0U, 0) != 0)
        _exit(126);
    if (!sandbox_client(ids, config->client))
        _exit(126);
    execve(config->client, l->argv, l->envp);
    _exit(127);
}

pid_t spawn_client(const struct gateway_config *config, const struct gateway_ids *ids, const struct spawn *s, int fds[3], int *nfds)
{
    int client_fds[3] = {-1, -1, -1}, token[2];
    struct launch launch;
    *nfds = s->terminal ? 1 : 3;
    if (pipe2(token, O_CLOEXEC) != 0)
        return -1;
    if (!(s->terminal ? open_terminal(s, fds, client_fds) : open_pipes(fds, client_fds))) {
        close_all(token, 2);
        return -1;
    }
    size_t len = strlen(s->token);
    /* the client opens it by /dev/fd: it must be its own */
    bool told = (ids->client_uid == 0 || fchown(token[0], ids->client_uid, ids->client_gid) == 0) && write(token[1], s->token, len) == (ssize_t)len && write(token[1], "\n", 1) == 1;
    close(token[1]);
    prepare(&launch, config, s);
    pid_t pid = told ? fork() : -1;
    if (pid == 0)
        become_client(config, ids, s, &launch, client_fds, token[0]);
    close(token[0]);
    close_all(client_fds, *nfds);
    if (pid < 0)
        close_all(fds, *nfds);
    return pid;
}
