/*
 * pump.c - bytes between the channel and the client program.
 *
 * Holds: what the peer's window has no room for is not read from the program, so a slow line reaches the terminal as a full
 * terminal and the client skips frames; what the program does not take is not read from the channel. At the end everything
 * is delivered before the exit status, and the exit status before the close. A peer that vanishes hangs up the terminal:
 * the client program saves and leaves, it is never killed from here.
 */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define CHUNK 16384
#define CLOSE_SECONDS 5
#define KEEPALIVE_SECONDS 30

static time_t seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

void child_resize(struct ssh_child *c, int columns, int rows)
{
    struct winsize size = {.ws_col = (unsigned short)(columns < 1 ? 80 : columns > 1000 ? 1000 : columns),
                           .ws_row = (unsigned short)(rows < 1 ? 24 : rows > 1000 ? 1000 : rows)};
    if (c->to_client >= 0)
        (void)ioctl(c->to_client, TIOCSWINSZ, &size);
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* The broker holds the input open as well, until it hears that the peer has really ended it. */
static void close_input(struct ssh_child *c)
{
    if (c->wants_terminal || c->to_client < 0)
        return;
    if (ssh_channel_is_eof(c->channel))
        ipc_send(c->ipc, IPC_INPUT_ENDED, 0, 0, 0, NULL, 0, NULL, 0);
    close_end(&c->to_client);
}

/* Channel -> queue -> program. Answers whether the peer sent anything. */
static bool pump_in(struct ssh_child *c)
{
    bool heard = false;
    while (c->input_len < sizeof c->input && !c->input_ended) {
        int n = ssh_channel_read_nonblocking(c->channel, c->input + c->input_len, (uint32_t)(sizeof c->input - c->input_len), 0);
        if (n > 0) {
            heard = true;
            c->input_len += (size_t)n;
        } else {
            c->input_ended = n < 0 || ssh_channel_is_eof(c->channel);
            break;
        }
    }
    while (c->to_client >= 0 && c->input_len > 0) {
        ssize_t n = write(c->to_client, c->input, c->input_len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN) {
            c->input_len = 0;
            close_input(c);
        }
        if (n <= 0)
            break;
        memmove(c->input, c->input + n, c->input_len - (size_t)n);
        c->input_len -= (size_t)n;
    }
    if (c->to_client < 0)
        c->input_len = 0;
    if (c->input_ended && c->input_len == 0)
        close_input(c);
    return heard;
}

/* Room on the way to the peer: its window, and nothing stuck in the socket. */
static uint32_t room(struct ssh_child *c)
{
    if (ssh_get_poll_flags(c->session) & SSH_WRITE_PENDING)
        return 0;
    uint32_t window = ssh_channel_window_size(c->channel);
    return window < CHUNK ? window : CHUNK;
}

/* Program -> channel, one chunk. false: the end of that descriptor. */
static bool pump_out(struct ssh_child *c, int fd, bool errors)
{
    char buf[CHUNK];
    uint32_t max = room(c);
    if (max == 0)
        return true;
    ssize_t n = read(fd, buf, max);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (n <= 0)
        return false; /* EIO: the terminal's last user has left */
    int sent = errors ? ssh_channel_write_stderr(c->channel, buf, (uint32_t)n) : ssh_channel_write(c->channel, buf, (uint32_t)n);
    return sent == (int)n;
}

static void take_exit(struct ssh_child *c)
{
    struct ipc_message m;
    int got = ipc_receive(c->ipc, &m);
    if (got == 1 && m.kind == IPC_EXIT) {
        c->exited = true;
        c->exit_status = m.a;
        c->exit_signal = m.b;
    } else if (got < 0) {
        c->ending = true; /* the broker is gone: so are we */
    }
}

static int on_ready(socket_t fd, int revents, void *arg)
{
    (void)fd, (void)revents, (void)arg;
    return SSH_OK; /* only wakes the loop; the loop looks itself */
}

/* libssh's event watches only the connection here: our descriptors are polled beside it, each only while it can do something. */
static void wait_turn(struct ssh_child *c, ssh_event event)
{
    int fds[4] = {c->ipc, -1, -1, -1};
    short events[4] = {POLLIN, 0, 0, 0};
    bool out = room(c) > 0;
    if (out && c->from_client >= 0) {
        fds[1] = c->from_client;
        events[1] = POLLIN;
    }
    if (c->input_len > 0 && c->to_client >= 0) {
        bool same = fds[1] == c->to_client;
        fds[same ? 1 : 2] = c->to_client;
        events[same ? 1 : 2] |= POLLOUT;
    }
    if (out && c->errors_client >= 0) {
        fds[3] = c->errors_client;
        events[3] = POLLIN;
    }
    for (int i = 0; i < 4; i++)
        if (fds[i] >= 0)
            ssh_event_add_fd(event, fds[i], events[i], on_ready, c);
    ssh_event_dopoll(event, 1000);
    for (int i = 0; i < 4; i++)
        if (fds[i] >= 0)
            ssh_event_remove_fd(event, fds[i]);
}

static void non_blocking(int fd)
{
    if (fd >= 0)
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static bool delivered(const struct ssh_child *c)
{
    return c->exited && c->from_client < 0 && c->errors_client < 0;
}

static void say_goodbye(struct ssh_child *c, ssh_event event)
{
    static const char *const names[] = {[1] = "HUP", [2] = "INT", [3] = "QUIT", [6] = "ABRT", [9] = "KILL", [11] = "SEGV", [13] = "PIPE", [15] = "TERM"};
    int sig = c->exit_signal;
    if (sig > 0 && sig < (int)(sizeof names / sizeof *names) && names[sig])
        ssh_channel_request_send_exit_signal(c->channel, names[sig], 0, "", "en");
    else
        ssh_channel_request_send_exit_status(c->channel, sig > 0 ? 128 + sig : c->exit_status);
    ssh_channel_send_eof(c->channel);
    ssh_channel_close(c->channel);
    time_t until = seconds() + CLOSE_SECONDS;
    while (ssh_is_connected(c->session) && seconds() < until) /* the client leaves first, having got everything */
        if (ssh_event_dopoll(event, 100) == SSH_ERROR)
            break;
}

void child_pump(struct ssh_child *c, ssh_event event)
{
    time_t heard = seconds(), kept = heard;
    non_blocking(c->to_client);
    non_blocking(c->from_client);
    non_blocking(c->errors_client);
    ssh_set_blocking(c->session, 0);
    while (!delivered(c)) {
        wait_turn(c, event);
        take_exit(c);
        if (!ssh_is_connected(c->session) || ssh_channel_is_closed(c->channel) || c->ending)
            return; /* closing our ends hangs the program up */
        time_t now = seconds();
        if (pump_in(c))
            heard = now;
        if (c->from_client >= 0 && !pump_out(c, c->from_client, false)) {
            if (c->wants_terminal)
                c->to_client = -1;
            close_end(&c->from_client);
        }
        if (c->errors_client >= 0 && !pump_out(c, c->errors_client, true))
            close_end(&c->errors_client);
        if (now - heard > c->config->idle_seconds)
            return;
        if (now - kept >= KEEPALIVE_SECONDS) {
            ssh_send_keepalive(c->session);
            kept = now;
        }
    }
    say_goodbye(c, event);
}
