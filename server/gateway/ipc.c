/*
 * ipc.c - datagrams between a connection's child and the broker. Holds: nothing longer than the bounds of ipc.h is ever
 * accepted, and a string is always ended.
 */
#include "ipc.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct header {
    uint8_t kind, pad[3];
    int32_t a, b, c;
};

union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int) * IPC_FDS_MAX)];
};

static void attach_descriptors(struct msghdr *msg, union control *control, const int *fds, int nfds)
{
    memset(control, 0, sizeof *control);
    msg->msg_control = control->bytes;
    msg->msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)nfds);
    struct cmsghdr *c = CMSG_FIRSTHDR(msg);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)nfds);
    memcpy(CMSG_DATA(c), fds, sizeof(int) * (size_t)nfds);
}

bool ipc_send(int fd, enum ipc_kind kind, int32_t a, int32_t b, int32_t c, const char *const *strings, size_t n, const int *fds,
              int nfds)
{
    struct header head = {.kind = (uint8_t)kind, .a = a, .b = b, .c = c};
    char text[IPC_TEXT_MAX];
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(strings[i]) + 1;
        if (used + len > sizeof text)
            return false;
        memcpy(text + used, strings[i], len);
        used += len;
    }
    struct iovec iov[2] = {{&head, sizeof head}, {text, used}};
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
    union control control;
    if (nfds > 0)
        attach_descriptors(&msg, &control, fds, nfds);
    ssize_t sent;
    do {
        sent = sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT); /* who doesn't read is gone: nobody waits for it */
    } while (sent < 0 && errno == EINTR);
    explicit_bzero(text, used);
    return sent == (ssize_t)(sizeof head + used);
}

static void take_descriptors(struct msghdr *msg, struct ipc_message *m)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            if (m->nfds < IPC_FDS_MAX)
                m->fds[m->nfds++] = fd;
            else
                close(fd);
        }
    }
}

static bool split_strings(struct ipc_message *m, size_t len)
{
    if (len > 0 && m->text[len - 1] != '\0')
        return false;
    for (size_t at = 0; at < len; at += strlen(m->text + at) + 1) {
        if (m->nstrings == IPC_STRINGS_MAX)
            return false;
        m->strings[m->nstrings++] = m->text + at;
    }
    return true;
}

int ipc_receive(int fd, struct ipc_message *m)
{
    struct header head;
    union control control;
    struct iovec iov[2] = {{&head, sizeof head}, {m->text, sizeof m->text}};
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    m->nstrings = 0;
    m->nfds = 0;
    ssize_t got;
    do {
        got = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return errno == EAGAIN ? 0 : -1;
    take_descriptors(&msg, m);
    bool whole = (size_t)got >= sizeof head && !(msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC));
    if (!whole || !split_strings(m, (size_t)got - sizeof head)) {
        for (int i = 0; i < m->nfds; i++)
            close(m->fds[i]);
        return -1;
    }
    m->kind = head.kind;
    m->a = head.a;
    m->b = head.b;
    m->c = head.c;
    return 1;
}

int ipc_wait(int fd, struct ipc_message *m, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int ready;
    do {
        ready = poll(&p, 1, ms);
    } while (ready < 0 && errno == EINTR);
    return ready > 0 ? ipc_receive(fd, m) : 0;
}
