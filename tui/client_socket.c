/*
 * client_socket.c - see client_socket.h. Names are resolved with a blocking getaddrinfo(): servers listen on loopback
 * only, and "localhost" is a line in a file.
 */
#include "client_socket.h"

#include "po/tr.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool copy(char *to, size_t size, const char *from, size_t len)
{
    if (len == 0 || len >= size)
        return false;
    memcpy(to, from, len);
    to[len] = '\0';
    return true;
}

static bool parse_unix(struct address *a, const char *path, const char **why)
{
    a->kind = ADDRESS_UNIX;
    *why = N_("the socket's path is empty or longer than 107 bytes");
    return copy(a->path, sizeof a->path, path, strlen(path));
}

/* HOST:PORT, [v6]:PORT */
static bool parse_tcp(struct address *a, const char *text, const char **why)
{
    a->kind = ADDRESS_TCP;
    *why = N_("a TCP address is tcp:HOST:PORT");
    const char *colon = strrchr(text, ':');
    if (!colon || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
        !copy(a->port, sizeof a->port, colon + 1, strlen(colon + 1)))
        return false;
    const char *end = colon;
    if (*text == '[' && end[-1] == ']') {
        text++;
        end--;
    }
    return end > text && copy(a->host, sizeof a->host, text, (size_t)(end - text));
}

static bool parse_fd(struct address *a, const char *text, const char **why)
{
    char *end;
    const long fd = strtol(text, &end, 10);
    a->kind = ADDRESS_FD;
    a->fd = (int)fd;
    *why = N_("there is no such open descriptor");
    return end != text && !*end && fd >= 0 && fd < 1024 && fcntl((int)fd, F_GETFD) != -1;
}

bool address_parse(struct address *a, const char *text, const char **why)
{
    *a = (struct address){.fd = -1};
    if (strncmp(text, "unix:", 5) == 0)
        return parse_unix(a, text + 5, why);
    if (strncmp(text, "tcp:", 4) == 0)
        return parse_tcp(a, text + 4, why);
    if (strncmp(text, "fd:", 3) == 0)
        return parse_fd(a, text + 3, why);
    *why = N_("a server's address is unix:PATH, tcp:HOST:PORT or fd:NUMBER");
    return false;
}

void address_free(struct address *a)
{
    if (a->found)
        freeaddrinfo(a->found);
    a->found = a->next = NULL;
}

static int connect_to(int family, const struct sockaddr *to, socklen_t len, bool *pending)
{
    const int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (family != AF_UNIX)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    *pending = false;
    if (connect(fd, to, len) == 0)
        return fd;
    if (errno == EINPROGRESS) {
        *pending = true;
        return fd;
    }
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int connect_unix(const struct address *a, bool *pending)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    memcpy(to.sun_path, a->path, strlen(a->path) + 1);
    return connect_to(AF_UNIX, (const struct sockaddr *)&to, sizeof to, pending);
}

static int connect_tcp(struct address *a, bool *pending)
{
    if (!a->next) {
        const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
        address_free(a);
        if (getaddrinfo(a->host, a->port, &hints, &a->found) != 0) {
            a->found = NULL;
            errno = EHOSTUNREACH;
            return -1;
        }
        a->next = a->found;
    }
    const struct addrinfo *here = a->next;
    a->next = here->ai_next;
    return connect_to(here->ai_family, here->ai_addr, here->ai_addrlen, pending);
}

int address_connect(struct address *a, bool *pending)
{
    if (a->kind == ADDRESS_UNIX)
        return connect_unix(a, pending);
    if (a->kind == ADDRESS_TCP)
        return connect_tcp(a, pending);
    const int fd = a->fd;
    a->fd = -1;
    *pending = false;
    if (fd < 0)
        errno = ECONNRESET;
    else if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == -1 || fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
        return -1;
    return fd;
}

bool address_more(const struct address *a)
{
    return a->kind == ADDRESS_TCP && a->next;
}

int socket_connected(int fd)
{
    int error = 0;
    socklen_t len = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        return errno;
    return error;
}
