/*
 * client_socket.h - where the server is, and a non-blocking way there: unix:PATH, tcp:HOST:PORT, fd:N.
 */
#ifndef QX_CLIENT_SOCKET_H
#define QX_CLIENT_SOCKET_H

#include <netdb.h>
#include <stdbool.h>

enum address_kind { ADDRESS_UNIX, ADDRESS_TCP, ADDRESS_FD };

struct address {
    enum address_kind kind;
    char path[108];                /* ADDRESS_UNIX */
    char host[256], port[16];      /* ADDRESS_TCP */
    int fd;                        /* ADDRESS_FD */
    struct addrinfo *found, *next; /* ADDRESS_TCP: what the name resolved to; which is to be tried next */
};

/* false: `why` (a msgid) says what is wrong. */
bool address_parse(struct address *, const char *text, const char **why);
void address_free(struct address *);

/*
 * Begins to connect. Answers a non-blocking descriptor, or -1 with errno. *pending: poll it for writing, then
 * socket_connected(). A name with several addresses: the next call after a failure tries the next one; address_more()
 * says whether there is one.
 */
int address_connect(struct address *, bool *pending);
bool address_more(const struct address *);
int socket_connected(int fd); /* 0, or the errno of why not */

#endif
