/*
 * session.c - the child: one SSH connection, from the key exchange to the request that starts the client program.
 *
 * Holds: a user name counts only once the broker said yes to its password, or to a key whose signature libssh has checked
 * (STATE_VALID; an offered key proves nothing). One session channel, one program. Whatever else is asked for is refused.
 */
#include "session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define VERDICT_MS 25000

static bool ask_broker(struct ssh_child *c, enum ipc_kind kind, const char *user, const char *secret)
{
    struct ipc_message m;
    const char *strings[] = {user, secret};
    if (strlen(user) > 200 || !ipc_send(c->ipc, kind, 0, 0, 0, strings, 2, NULL, 0) || ipc_wait(c->ipc, &m, VERDICT_MS) != 1)
        return false;
    return m.kind == IPC_VERDICT && m.a == 1;
}

static void let_in(struct ssh_child *c, const char *user)
{
    c->authenticated = true;
    snprintf(c->user, sizeof c->user, "%s", user);
}

static int refuse(struct ssh_child *c)
{
    if (++c->attempts >= c->config->attempts_max)
        c->ending = true;
    return SSH_AUTH_DENIED;
}

static int on_password(ssh_session session, const char *user, const char *password, void *arg)
{
    struct ssh_child *c = arg;
    (void)session;
    if (c->authenticated || c->ending || strlen(password) > 1024 || !ask_broker(c, IPC_PASSWORD, user, password))
        return refuse(c);
    let_in(c, user);
    return SSH_AUTH_SUCCESS;
}

static bool key_fingerprint(ssh_key key, char *buf, size_t len)
{
    unsigned char *hash = NULL;
    size_t hash_len = 0;
    if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &hash_len) != 0)
        return false;
    char *text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, hash_len);
    bool ok = text && strlen(text) < len;
    if (ok)
        memcpy(buf, text, strlen(text) + 1);
    ssh_string_free_char(text);
    ssh_clean_pubkey_hash(&hash);
    return ok;
}

static int on_public_key(ssh_session session, const char *user, struct ssh_key_struct *key, char state, void *arg)
{
    struct ssh_child *c = arg;
    char fingerprint[128];
    (void)session;
    if (c->authenticated || c->ending || !key_fingerprint(key, fingerprint, sizeof fingerprint))
        return refuse(c);
    if (state == SSH_PUBLICKEY_STATE_NONE) /* merely offered: say whether it would do, remember nothing */
        return ask_broker(c, IPC_KEY_PROBE, user, fingerprint) ? SSH_AUTH_SUCCESS : refuse(c);
    if (state != SSH_PUBLICKEY_STATE_VALID || !ask_broker(c, IPC_KEY, user, fingerprint))
        return refuse(c);
    let_in(c, user);
    return SSH_AUTH_SUCCESS;
}

/* ------------------------------------------------------------------ the channel's requests */

static int on_terminal(ssh_session session, ssh_channel channel, const char *term, int columns, int rows, int px, int py, void *arg)
{
    struct ssh_child *c = arg;
    (void)session, (void)channel, (void)px, (void)py;
    if (c->started || c->wants_terminal)
        return -1;
    c->wants_terminal = true;
    c->columns = columns;
    c->rows = rows;
    snprintf(c->term, sizeof c->term, "%s", term ? term : "");
    return 0;
}

static int on_window_change(ssh_session session, ssh_channel channel, int columns, int rows, int px, int py, void *arg)
{
    struct ssh_child *c = arg;
    (void)session, (void)channel, (void)px, (void)py;
    c->columns = columns;
    c->rows = rows;
    if (c->started && c->wants_terminal)
        child_resize(c, columns, rows);
    return 0;
}

static int on_environment(ssh_session session, ssh_channel channel, const char *name, const char *value, void *arg)
{
    struct ssh_child *c = arg;
    (void)session, (void)channel;
    bool wanted = strcmp(name, "LANG") == 0 || strncmp(name, "LC_", 3) == 0 || strcmp(name, "LANGUAGE") == 0 ||
                  strcmp(name, "COLORTERM") == 0 || strcmp(name, "NO_COLOR") == 0 || strcmp(name, "TZ") == 0;
    if (c->started || !wanted || c->nenvironment == ENVIRONMENT_MAX || strlen(name) + strlen(value) + 2 > ENTRY_MAX)
        return -1;
    snprintf(c->environment[c->nenvironment++], ENTRY_MAX, "%s=%s", name, value);
    return 0;
}

/* Asks the broker for the program; its descriptors come back. */
static int start(struct ssh_child *c, const char *const *arguments, size_t narguments)
{
    const char *strings[IPC_STRINGS_MAX];
    size_t n = 0;
    if (c->started || !c->authenticated)
        return -1;
    strings[n++] = c->term;
    for (size_t i = 0; i < c->nenvironment; i++)
        strings[n++] = c->environment[i];
    strings[n++] = "";
    for (size_t i = 0; i < narguments && n < IPC_STRINGS_MAX; i++)
        strings[n++] = arguments[i];
    struct ipc_message m;
    if (!ipc_send(c->ipc, IPC_SPAWN, c->wants_terminal, c->columns, c->rows, strings, n, NULL, 0) || ipc_wait(c->ipc, &m, VERDICT_MS) != 1)
        return -1;
    if (m.kind != IPC_SPAWNED || m.nfds != (c->wants_terminal ? 1 : 3))
        return -1;
    c->to_client = m.fds[0];
    c->from_client = c->wants_terminal ? m.fds[0] : m.fds[1];
    c->errors_client = c->wants_terminal ? -1 : m.fds[2];
    c->started = true;
    return 0;
}

static int on_shell(ssh_session session, ssh_channel channel, void *arg)
{
    (void)session, (void)channel;
    return start(arg, NULL, 0); /* the desk; without a terminal the client says that it needs one */
}

static int on_exec(ssh_session session, ssh_channel channel, const char *command, void *arg)
{
    struct ssh_child *c = arg;
    char text[8192];
    const char *words[64];
    (void)session, (void)channel;
    int n = words_split(command, text, sizeof text, words, 64);
    if (n < 0) { /* too long, or an open quote: as it stands it is no command, and the client says so */
        snprintf(text, sizeof text, "%.200s", command);
        words[0] = text;
        n = 1;
    }
    return start(c, words, (size_t)n);
}

static int on_subsystem(ssh_session session, ssh_channel channel, const char *name, void *arg)
{
    (void)session, (void)channel, (void)name, (void)arg;
    return -1;
}

/* Callbacks are set here, inside the open: a client that pipelines its requests would else get the default refusal. */
static ssh_channel on_channel_open(ssh_session session, void *arg)
{
    struct ssh_child *c = arg;
    if (!c->authenticated || c->channel)
        return NULL;
    c->channel = ssh_channel_new(session);
    if (!c->channel)
        return NULL;
    ssh_callbacks_init(&c->channel_callbacks);
    c->channel_callbacks.userdata = c;
    c->channel_callbacks.channel_pty_request_function = on_terminal;
    c->channel_callbacks.channel_pty_window_change_function = on_window_change;
    c->channel_callbacks.channel_env_request_function = on_environment;
    c->channel_callbacks.channel_shell_request_function = on_shell;
    c->channel_callbacks.channel_exec_request_function = on_exec;
    c->channel_callbacks.channel_subsystem_request_function = on_subsystem;
    ssh_set_channel_callbacks(c->channel, &c->channel_callbacks);
    return c->channel;
}

/* ------------------------------------------------------------------ life */

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Lets events happen until `done` says so; false: time is up, the peer is gone, or too many attempts. */
static bool until(struct ssh_child *c, ssh_event event, bool (*done)(const struct ssh_child *), int64_t deadline)
{
    while (!done(c)) {
        int64_t left = deadline - now_ms();
        if (left <= 0 || c->ending)
            return false;
        if (ssh_event_dopoll(event, (int)(left < 1000 ? left : 1000)) == SSH_ERROR && !ssh_is_connected(c->session))
            return false;
        if (!ssh_is_connected(c->session))
            return false;
    }
    return true;
}

static bool is_started(const struct ssh_child *c)
{
    return c->started;
}

static bool handshake(struct ssh_child *c, ssh_bind bind, int client_fd)
{
    long timeout = c->config->grace_seconds;
    c->session = ssh_new();
    if (!c->session || ssh_bind_accept_fd(bind, c->session, client_fd) != SSH_OK)
        return false;
    ssh_options_set(c->session, SSH_OPTIONS_TIMEOUT, &timeout);
    ssh_callbacks_init(&c->server_callbacks);
    c->server_callbacks.userdata = c;
    c->server_callbacks.auth_password_function = on_password;
    c->server_callbacks.auth_pubkey_function = on_public_key;
    c->server_callbacks.channel_open_request_session_function = on_channel_open;
    ssh_set_server_callbacks(c->session, &c->server_callbacks);
    ssh_set_auth_methods(c->session, SSH_AUTH_METHOD_PASSWORD | SSH_AUTH_METHOD_PUBLICKEY);
    return ssh_handle_key_exchange(c->session) == SSH_OK;
}

void session_run(const struct gateway_config *config, const struct gateway_ids *ids, ssh_bind bind, int client_fd, int ipc)
{
    static struct ssh_child child; /* 70 KB: not for the stack; this process has one */
    struct ssh_child *c = &child;
    c->config = config;
    c->ipc = ipc;
    c->to_client = c->from_client = c->errors_client = -1;
    if (!sandbox_child(ids)) {
        gateway_log("event=sandbox error=\"cannot be put up\"");
        _exit(1);
    }
    alarm((unsigned)config->grace_seconds + 5); /* whatever libssh may be waiting for */
    if (!handshake(c, bind, client_fd))
        _exit(0);
    ssh_event event = ssh_event_new();
    ssh_event_add_session(event, c->session);
    if (until(c, event, is_started, now_ms() + (int64_t)config->grace_seconds * 1000)) {
        alarm(0);
        child_pump(c, event);
    }
    ssh_event_remove_session(event, c->session);
    ssh_disconnect(c->session);
    _exit(0);
}
