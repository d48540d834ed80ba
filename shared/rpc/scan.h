/*
 * scan.h - finds the end of one MessagePack message in a byte stream and bounds it, before msgpack-c sees a byte.
 *
 * msgpack-c has no limits: five bytes make it reserve 8 GiB. The scanner walks the headers, allocates nothing, may be given
 * the stream in any pieces, and refuses what is too big, too deep or declares too many nodes *in total*.
 */
#ifndef QX_SCAN_H
#define QX_SCAN_H

#include <stddef.h>
#include <stdint.h>

#define SCAN_DEPTH_MAX 16

struct scan_limits {
    uint32_t bytes, nodes, string; /* of one message; of declared nodes in total; of one str/bin */
    uint8_t depth;                 /* <= SCAN_DEPTH_MAX */
};
extern const struct scan_limits scan_limits_anonymous; /* 16 KiB, 256 nodes, 4 KiB, depth 6 */
extern const struct scan_limits scan_limits_session;   /* 4 MiB, 65 536 nodes, 1 MiB, depth 16 */

enum scan_status {
    SCAN_MORE,      /* not the whole message yet */
    SCAN_MESSAGE,   /* a whole one: scan->length bytes from its start */
    SCAN_BAD,       /* not MessagePack (0xc1), or ext, which this protocol has no use for */
    SCAN_TOO_LARGE, /* bytes or a string */
    SCAN_TOO_DEEP,
    SCAN_TOO_MANY   /* nodes */
};

struct scan {
    uint32_t at;       /* bytes walked of this message; a message's bytes must stay at the same place or be moved whole */
    uint32_t skip;     /* payload bytes still to pass over */
    uint32_t nodes;    /* declared so far */
    uint32_t length;   /* valid with SCAN_MESSAGE */
    uint8_t depth;
    uint32_t left[SCAN_DEPTH_MAX + 1]; /* values still to come per level */
};

void scan_start(struct scan *);
/* `buf` is the whole message so far (from its first byte), `len` its bytes. Resumes where it stood. */
enum scan_status scan_next(struct scan *, const uint8_t *buf, size_t len, const struct scan_limits *);
const char *scan_status_code(enum scan_status);

#endif
