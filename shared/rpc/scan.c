/*
 * scan.c - walks MessagePack headers; see scan.h.
 *
 * What holds: `at` stands on a header or inside a payload of which `skip` bytes are still to come; a refusal changes
 * nothing, so the same bytes are refused again; a container's values are added to `nodes` before the first of them is
 * seen.
 */
#include "scan.h"

#include <stdbool.h>

const struct scan_limits scan_limits_anonymous = {.bytes = 16 << 10, .nodes = 256, .string = 4 << 10, .depth = 6};
const struct scan_limits scan_limits_session = {
    .bytes = 4 << 20, .nodes = 65536, .string = 1 << 20, .depth = SCAN_DEPTH_MAX};

enum kind { BAD, SCALAR, STRING, ARRAY, MAP };

/* A header's meaning: for a scalar `width` bytes of payload follow, for the others a length field of `width` bytes. */
struct header {
    uint8_t kind, width;
};

/* 0xc0 … 0xdf; all other first bytes carry their length or value in themselves. */
static const struct header headers[32] = {
    {SCALAR, 0},                                                  /* nil */
    {BAD, 0},                                                     /* never used */
    {SCALAR, 0}, {SCALAR, 0},                                     /* false, true */
    {STRING, 1}, {STRING, 2}, {STRING, 4},                        /* bin */
    {BAD, 0},    {BAD, 0},    {BAD, 0},                           /* ext */
    {SCALAR, 4}, {SCALAR, 8},                                     /* float */
    {SCALAR, 1}, {SCALAR, 2}, {SCALAR, 4}, {SCALAR, 8},           /* uint */
    {SCALAR, 1}, {SCALAR, 2}, {SCALAR, 4}, {SCALAR, 8},           /* int */
    {BAD, 0},    {BAD, 0},    {BAD, 0},    {BAD, 0},    {BAD, 0}, /* fixext */
    {STRING, 1}, {STRING, 2}, {STRING, 4},                        /* str */
    {ARRAY, 2},  {ARRAY, 4},  {MAP, 2},    {MAP, 4},
};

void scan_start(struct scan *s)
{
    s->at = s->skip = s->length = 0;
    s->nodes = 1;
    s->depth = 0;
    s->left[0] = 1;
}

static enum scan_status begin_string(struct scan *s, uint32_t head, uint32_t n, const struct scan_limits *limits)
{
    if (n > limits->string || (uint64_t)s->at + head + n > limits->bytes)
        return SCAN_TOO_LARGE;
    s->left[s->depth]--;
    s->at += head;
    s->skip = n;
    return SCAN_MORE;
}

static enum scan_status begin_container(struct scan *s, uint32_t head, uint64_t values,
                                        const struct scan_limits *limits)
{
    if (s->depth >= limits->depth || s->depth >= SCAN_DEPTH_MAX)
        return SCAN_TOO_DEEP;
    if (s->nodes + values > limits->nodes)
        return SCAN_TOO_MANY;
    if ((uint64_t)s->at + head > limits->bytes)
        return SCAN_TOO_LARGE;
    s->nodes += (uint32_t)values;
    s->left[s->depth]--;
    s->at += head;
    s->left[++s->depth] = (uint32_t)values;
    return SCAN_MORE;
}

static enum scan_status begin_scalar(struct scan *s, uint32_t width, const struct scan_limits *limits)
{
    if ((uint64_t)s->at + 1 + width > limits->bytes)
        return SCAN_TOO_LARGE;
    s->left[s->depth]--;
    s->at++;
    s->skip = width;
    return SCAN_MORE;
}

static uint32_t big_endian(const uint8_t *p, unsigned width)
{
    uint32_t v = 0;
    while (width-- > 0)
        v = v << 8 | *p++;
    return v;
}

/* One header at `at`. *whole stays false when its length field isn't all there. */
static enum scan_status take_header(struct scan *s, const uint8_t *p, size_t have, const struct scan_limits *limits,
                                    bool *whole)
{
    const uint8_t b = p[0];
    *whole = true;
    if (b < 0x80 || b >= 0xe0)
        return begin_scalar(s, 0, limits);
    if (b >= 0xa0 && b < 0xc0)
        return begin_string(s, 1, b & 0x1f, limits);
    if (b < 0xa0)
        return begin_container(s, 1, b < 0x90 ? 2u * (b & 0x0f) : b & 0x0f, limits);
    const struct header h = headers[b - 0xc0];
    if (h.kind == BAD)
        return SCAN_BAD;
    if (h.kind == SCALAR)
        return begin_scalar(s, h.width, limits);
    if (have < 1u + h.width) {
        *whole = false;
        return SCAN_MORE;
    }
    const uint32_t n = big_endian(p + 1, h.width);
    if (h.kind == STRING)
        return begin_string(s, 1u + h.width, n, limits);
    return begin_container(s, 1u + h.width, h.kind == MAP ? 2 * (uint64_t)n : n, limits);
}

enum scan_status scan_next(struct scan *s, const uint8_t *buf, size_t len, const struct scan_limits *limits)
{
    for (;;) {
        if (s->skip > 0) {
            const size_t have = len - s->at;
            const uint32_t n = have < s->skip ? (uint32_t)have : s->skip;
            s->at += n;
            s->skip -= n;
            if (s->skip > 0)
                return SCAN_MORE;
        }
        while (s->left[s->depth] == 0) {
            if (s->depth == 0) {
                s->length = s->at;
                return SCAN_MESSAGE;
            }
            s->depth--;
        }
        if (s->at >= len)
            return SCAN_MORE;
        bool whole;
        const enum scan_status status = take_header(s, buf + s->at, len - s->at, limits, &whole);
        if (status != SCAN_MORE || !whole)
            return status;
    }
}

const char *scan_status_code(enum scan_status status)
{
    static const char *const codes[] = {
        [SCAN_MORE] = "more",           [SCAN_MESSAGE] = "message",   [SCAN_BAD] = "bad",
        [SCAN_TOO_LARGE] = "too_large", [SCAN_TOO_DEEP] = "too_deep", [SCAN_TOO_MANY] = "too_many"};
    return (unsigned)status < sizeof codes / sizeof codes[0] ? codes[status] : "unknown";
}
