/*
 * session.h - what the child's two halves share: session.c lets someone in and learns what they want, pump.c moves the bytes
 * between the channel and the client program until one of them ends.
 */
#ifndef QX_GATEWAY_SESSION_H
#define QX_GATEWAY_SESSION_H

#include "gateway.h"
#include "ipc.h"

#include <libssh/callbacks.h>

#define INPUT_QUEUE 65536
#define ENVIRONMENT_MAX 16
#define ENTRY_MAX 128

struct ssh_child {
    const struct gateway_config *config;
    ssh_session session;
    ssh_channel channel;
    int ipc;
    int attempts;
    bool authenticated; /* ours, checked again at every step: never libssh's own idea of it (CVE-2018-10933) */
    bool ending;
    char user[256];

    /* what was asked for */
    bool wants_terminal, started;
    int columns, rows;
    char term[72];
    char environment[ENVIRONMENT_MAX][ENTRY_MAX];
    size_t nenvironment;

    /* the client program */
    int to_client, from_client, errors_client; /* terminal: the first two are the same; -1: closed */
    bool exited;
    int exit_status, exit_signal;
    char input[INPUT_QUEUE];
    size_t input_len;
    bool input_ended;

    struct ssh_server_callbacks_struct server_callbacks;
    struct ssh_channel_callbacks_struct channel_callbacks;
};

/* Tells the client program's terminal its size. */
void child_resize(struct ssh_child *, int columns, int rows);
/* Moves bytes until the client program has ended and everything was delivered, or the peer is gone or idle too long. */
void child_pump(struct ssh_child *, ssh_event);

#endif
