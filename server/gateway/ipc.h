/*
 * ipc.h - what a connection's child and the broker (quxiang-sshd's parent) say to each other over their socket pair.
 *
 * The child parses the attacker's bytes and may do nothing; the broker may do something and parses only these. Datagrams
 * (SOCK_SEQPACKET) of a fixed header and NUL-separated strings, bounded; descriptors travel beside them. The broker refuses
 * whatever isn't exactly of this form and whatever comes out of order.
 */
#ifndef QX_GATEWAY_IPC_H
#define QX_GATEWAY_IPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPC_TEXT_MAX 12288
#define IPC_FDS_MAX 3
#define IPC_STRINGS_MAX 96

enum ipc_kind {
    IPC_PASSWORD = 1, /* child: user, password */
    IPC_KEY_PROBE,    /* child: user, fingerprint: would it do? */
    IPC_KEY,          /* child: user, fingerprint: its signature was checked */
    IPC_VERDICT,      /* broker: a = 1 yes, 0 no */
    IPC_SPAWN,        /* child: a = 1 with a terminal; b = columns, c = rows; strings: TERM, n environment "K=V", "", arguments */
    IPC_SPAWNED,      /* broker: the terminal's master, or stdin, stdout, stderr pipes; a = 0 and no descriptor: refused */
    IPC_EXIT,         /* broker: a = exit status, b = signal */
    IPC_INPUT_ENDED,  /* child: the peer ended its input; without this word an end of input is a broken line */
};

struct ipc_message {
    uint8_t kind;
    int32_t a, b, c;
    size_t nstrings;
    const char *strings[IPC_STRINGS_MAX]; /* into text */
    int fds[IPC_FDS_MAX];
    int nfds;
    char text[IPC_TEXT_MAX];
};

/* false: the peer is gone (or, sending, its queue is full: then it is treated as gone). The strings are copied as sent. */
bool ipc_send(int fd, enum ipc_kind, int32_t a, int32_t b, int32_t c, const char *const *strings, size_t n, const int *fds,
              int nfds);
/* 1: a message; 0: none now (non-blocking); -1: the peer is gone or spoke nonsense. Descriptors become the caller's. */
int ipc_receive(int fd, struct ipc_message *);
/* The same, waiting up to `ms`. */
int ipc_wait(int fd, struct ipc_message *, int ms);

#endif
