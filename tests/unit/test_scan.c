/*
 * test_scan.c - the scanner: in any pieces, cut anywhere, against bombs, and against msgpack-c's own opinion.
 */
#include "shared/rpc/scan.h"

#include "unit.h"

#include <msgpack.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static enum scan_status scan_whole(const uint8_t *buf, size_t len, const struct scan_limits *limits, uint32_t *length)
{
    struct scan s;
    scan_start(&s);
    const enum scan_status status = scan_next(&s, buf, len, limits);
    *length = s.length;
    return status;
}

/* One of everything that the protocol has. */
static void pack_sample(msgpack_sbuffer *sb)
{
    msgpack_packer pk;
    char *text = calloc(1, 70000);
    msgpack_sbuffer_init(sb);
    msgpack_packer_init(&pk, sb, msgpack_sbuffer_write);
    msgpack_pack_array(&pk, 20);
    for (size_t i = 0; i < 3; i++) {
        const size_t sizes[] = {20, 200, 300};
        msgpack_pack_str_with_body(&pk, text, sizes[i]);
        msgpack_pack_bin_with_body(&pk, text, sizes[i]);
    }
    msgpack_pack_str_with_body(&pk, text, 70000);
    msgpack_pack_bin_with_body(&pk, text, 70000);
    const int64_t ints[] = {1, 200, 60000, 70000, 5000000000, -1, -100, -1000, -100000, -5000000000};
    msgpack_pack_map(&pk, 10);
    for (size_t i = 0; i < 10; i++) {
        msgpack_pack_int64(&pk, ints[i]);
        msgpack_pack_nil(&pk);
    }
    msgpack_pack_double(&pk, 1.5);
    msgpack_pack_float(&pk, 1.5f);
    msgpack_pack_true(&pk);
    msgpack_pack_false(&pk);
    msgpack_pack_array(&pk, 0);
    msgpack_pack_map(&pk, 0);
    msgpack_pack_array(&pk, 100);
    for (int i = 0; i < 100; i++)
        msgpack_pack_int(&pk, i);
    for (int deep = 0; deep < 14; deep++)
        msgpack_pack_array(&pk, 1);
    msgpack_pack_nil(&pk);
    msgpack_pack_uint64(&pk, UINT64_MAX);
    msgpack_pack_str_with_body(&pk, "", 0);
    msgpack_pack_map(&pk, 20);
    for (int i = 0; i < 40; i++)
        msgpack_pack_nil(&pk);
    free(text);
}

static void whole(void)
{
    msgpack_sbuffer sb;
    uint32_t length;
    pack_sample(&sb);
    CU_ASSERT_EQUAL(scan_whole((uint8_t *)sb.data, sb.size, &scan_limits_session, &length), SCAN_MESSAGE);
    CU_ASSERT_EQUAL(length, sb.size);
    msgpack_sbuffer_destroy(&sb);
}

static void byte_by_byte(void)
{
    msgpack_sbuffer sb;
    struct scan s;
    pack_sample(&sb);
    scan_start(&s);
    for (size_t len = 0; len < sb.size; len++)
        CU_ASSERT_EQUAL(scan_next(&s, (uint8_t *)sb.data, len, &scan_limits_session), SCAN_MORE);
    CU_ASSERT_EQUAL(scan_next(&s, (uint8_t *)sb.data, sb.size, &scan_limits_session), SCAN_MESSAGE);
    CU_ASSERT_EQUAL(s.length, sb.size);
    msgpack_sbuffer_destroy(&sb);
}

/* Pieces of any size, moved to another place between two calls; what follows the message isn't looked at. */
static void random_pieces(void)
{
    msgpack_sbuffer sb;
    unsigned seed = 7;
    pack_sample(&sb);
    const size_t size = sb.size;
    msgpack_sbuffer_write(&sb, "\xc1\xc1\xc1", 3);
    for (int round = 0; round < 200; round++) {
        struct scan s;
        size_t len = 0;
        enum scan_status status;
        scan_start(&s);
        do {
            len += 1 + (size_t)rand_r(&seed) % (round < 2 ? 40 : 40000);
            if (len > sb.size)
                len = sb.size;
            uint8_t *moved = malloc(len); /* exactly as long: a sanitizer sees one byte too many */
            memcpy(moved, sb.data, len);
            status = scan_next(&s, moved, len, &scan_limits_session);
            free(moved);
        } while (status == SCAN_MORE && len < sb.size);
        CU_ASSERT_EQUAL(status, SCAN_MESSAGE);
        CU_ASSERT_EQUAL(s.length, size);
    }
    msgpack_sbuffer_destroy(&sb);
}

static void cut_at_every_byte(void)
{
    msgpack_sbuffer sb;
    uint32_t length;
    size_t wrong = 0;
    pack_sample(&sb);
    for (size_t len = 0; len < sb.size; len += len < 2000 || len + 500 > sb.size ? 1 : 97) {
        uint8_t *cut = malloc(len + 1);
        memcpy(cut, sb.data, len);
        wrong += scan_whole(cut, len, &scan_limits_session, &length) != SCAN_MORE;
        free(cut);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    msgpack_sbuffer_destroy(&sb);
}

static void several_in_a_row(void)
{
    static const uint8_t stream[] = {0x93, 0x02, 0xa1, 'x', 0x90, 0xc0, 0x81, 0xa1, 'k', 0x01};
    static const uint32_t lengths[] = {5, 1, 4};
    size_t at = 0;
    for (size_t i = 0; i < 3; i++) {
        uint32_t length;
        CU_ASSERT_EQUAL(scan_whole(stream + at, sizeof stream - at, &scan_limits_session, &length), SCAN_MESSAGE);
        CU_ASSERT_EQUAL(length, lengths[i]);
        at += length;
    }
    CU_ASSERT_EQUAL(at, sizeof stream);
}

/* ------------------------------------------------------------------ limits */

#define BYTES(...) ((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__})

static void expect(enum scan_status wanted, const uint8_t *buf, size_t len)
{
    uint32_t length;
    const enum scan_status got = scan_whole(buf, len, &scan_limits_session, &length);
    SAME_TEXT(scan_status_code(got), scan_status_code(wanted));
}

static void bombs(void)
{
    expect(SCAN_TOO_MANY, BYTES(0xdd, 0x10, 0, 0, 0)); /* five bytes that make msgpack-c reserve 8 GiB */
    expect(SCAN_TOO_MANY, BYTES(0xdd, 0xff, 0xff, 0xff, 0xff));
    expect(SCAN_TOO_MANY, BYTES(0xdf, 0xff, 0xff, 0xff, 0xff));
    expect(SCAN_TOO_MANY, BYTES(0xdf, 0x80, 0, 0, 0)); /* twice that is 2^32 */
    expect(SCAN_TOO_LARGE, BYTES(0xdb, 0xff, 0xff, 0xff, 0xff));
    expect(SCAN_TOO_LARGE, BYTES(0xc6, 0, 0x10, 0, 1)); /* 1 MiB and one */
    expect(SCAN_MORE, BYTES(0xc6, 0, 0x10, 0, 0));
}

/* Each array is small, all together they aren't. */
static void declared_in_total(void)
{
    uint8_t nested[3 * 16];
    for (size_t i = 0; i < 16; i++)
        memcpy(nested + 3 * i, (const uint8_t[]){0xdc, 0x20, 0x00}, 3); /* 16 × 8 192 */
    expect(SCAN_TOO_MANY, nested, sizeof nested);
    uint8_t *empty = malloc(1 << 20); /* 1 MiB of empty arrays: 24 MiB decoded */
    memset(empty, 0x90, 1 << 20);
    memcpy(empty, (const uint8_t[]){0xdd, 0, 0x0f, 0xff, 0xfb}, 5);
    expect(SCAN_TOO_MANY, empty, 1 << 20);
    free(empty);
}

static void depth(void)
{
    uint8_t nested[40];
    uint32_t length;
    memset(nested, 0x91, sizeof nested);
    nested[16] = 0xc0;
    CU_ASSERT_EQUAL(scan_whole(nested, 17, &scan_limits_session, &length), SCAN_MESSAGE);
    nested[16] = 0x90; /* an empty one is a level, too */
    CU_ASSERT_EQUAL(scan_whole(nested, 17, &scan_limits_session, &length), SCAN_TOO_DEEP);
    nested[16] = 0x91;
    CU_ASSERT_EQUAL(scan_whole(nested, sizeof nested, &scan_limits_session, &length), SCAN_TOO_DEEP);
    const struct scan_limits unwise = {.bytes = 1 << 20, .nodes = 1000, .string = 100, .depth = 255};
    CU_ASSERT_EQUAL(scan_whole(nested, sizeof nested, &unwise, &length),
                    SCAN_TOO_DEEP); /* never beyond its own array */
}

static void before_login(void)
{
    uint8_t *text = calloc(1, 20000);
    uint32_t length;
    memcpy(text, (const uint8_t[]){0xda, 0x10, 0x01}, 3); /* a str of 4 097 */
    CU_ASSERT_EQUAL(scan_whole(text, 3, &scan_limits_anonymous, &length), SCAN_TOO_LARGE);
    memcpy(text, (const uint8_t[]){0xdc, 0x01, 0x00}, 3); /* 256 values and the array itself */
    CU_ASSERT_EQUAL(scan_whole(text, 3, &scan_limits_anonymous, &length), SCAN_TOO_MANY);
    memcpy(text, (const uint8_t[]){0x96}, 1); /* six strings of 4 KiB: each may be, together they are too much */
    for (size_t i = 0; i < 4; i++)
        memcpy(text + 1 + i * 4099, (const uint8_t[]){0xda, 0x10, 0x00}, 3);
    CU_ASSERT_EQUAL(scan_whole(text, 20000, &scan_limits_anonymous, &length), SCAN_TOO_LARGE);
    free(text);
}

/* The message's own limit, met by a header of each kind. */
static void too_many_bytes(void)
{
    static const uint8_t scalars[] = {0x95, 1, 1, 1, 0xcd, 1, 1}, containers[] = {0x95, 1, 1, 1, 0xdc, 0, 1},
                         strings[] = {0x95, 1, 1, 1, 0xa2, 'a', 'b'};
    const uint8_t *const messages[] = {scalars, containers, strings};
    const struct scan_limits limits = {.bytes = 6, .nodes = 100, .string = 100, .depth = 4};
    for (size_t i = 0; i < 3; i++) {
        uint32_t length;
        CU_ASSERT_EQUAL(scan_whole(messages[i], sizeof scalars, &limits, &length), SCAN_TOO_LARGE);
    }
}

static void not_this_protocol(void)
{
    for (unsigned b = 0xc0; b <= 0xdf; b++) {
        const uint8_t first[10] = {(uint8_t)b};
        uint32_t length;
        const bool bad = b == 0xc1 || (b >= 0xc7 && b <= 0xc9) || (b >= 0xd4 && b <= 0xd8); /* never used, ext */
        CU_ASSERT_EQUAL(scan_whole(first, sizeof first, &scan_limits_session, &length) == SCAN_BAD, bad);
    }
}

static void a_refusal_stays(void)
{
    static const uint8_t stream[] = {0x92, 0x01, 0xc1, 0x01};
    struct scan s;
    scan_start(&s);
    CU_ASSERT_EQUAL(scan_next(&s, stream, 2, &scan_limits_session), SCAN_MORE);
    CU_ASSERT_EQUAL(scan_next(&s, stream, 3, &scan_limits_session), SCAN_BAD);
    CU_ASSERT_EQUAL(scan_next(&s, stream, 4, &scan_limits_session), SCAN_BAD);
}

/* ------------------------------------------------------------------ against msgpack-c */

/* Bytes that are often nearly right: plain noise ends at its first header. */
static size_t random_message(uint8_t *buf, size_t max, unsigned *seed)
{
    static const uint8_t likely[] = {0x00, 0x7f, 0x80, 0x81, 0x82, 0x90, 0x91, 0x93, 0xa0, 0xa3, 0xbf,
                                     0xc0, 0xc2, 0xc4, 0xc5, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd0,
                                     0xd1, 0xd2, 0xd3, 0xd9, 0xda, 0xdc, 0xdd, 0xde, 0xdf, 0xff};
    const size_t len = 1 + (size_t)rand_r(seed) % max;
    for (size_t i = 0; i < len; i++) {
        const int r = rand_r(seed) % 8;
        buf[i] = r < 4 ? likely[(size_t)rand_r(seed) % sizeof likely] : r < 6 ? 0 : (uint8_t)rand_r(seed);
    }
    return len;
}

/* 1: agreed on a message; 0: agreed on something else, or not to be asked; -1: they differ. */
static int compare_with_msgpack_c(const uint8_t *buf, size_t len)
{
    /* bounded so that msgpack-c may be given whatever passes, and below its own depth */
    const struct scan_limits limits = {.bytes = 1 << 16, .nodes = 256, .string = 1 << 16, .depth = SCAN_DEPTH_MAX};
    struct scan s;
    size_t end = 0;
    bool same = true;
    scan_start(&s);
    const enum scan_status status = scan_next(&s, buf, len, &limits);
    if (status != SCAN_MESSAGE && status != SCAN_MORE && (status != SCAN_BAD || buf[s.at] != 0xc1))
        return 0; /* too much, or ext: what we refuse and msgpack-c would try */
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    const msgpack_unpack_return rc = msgpack_unpack_next(&unpacked, (const char *)buf, len, &end);
    msgpack_unpacked_destroy(&unpacked);
    if (status == SCAN_MESSAGE)
        same = rc == MSGPACK_UNPACK_SUCCESS && end == s.length;
    else
        same = rc == (status == SCAN_MORE ? MSGPACK_UNPACK_CONTINUE : MSGPACK_UNPACK_PARSE_ERROR);
    return !same ? -1 : status == SCAN_MESSAGE;
}

static void same_as_msgpack_c(void)
{
    unsigned seed = 2026;
    size_t messages = 0, wrong = 0;
    for (int i = 0; i < 300000; i++) {
        uint8_t buf[48];
        const size_t len = random_message(buf, sizeof buf, &seed);
        const int answer = compare_with_msgpack_c(buf, len);
        messages += answer > 0;
        wrong += answer < 0;
    }
    CU_ASSERT(messages > 50000);
    CU_ASSERT_EQUAL(wrong, 0);
}

static const struct unit_test tests[] = {
    {"a whole message", whole},
    {"byte by byte", byte_by_byte},
    {"in random pieces", random_pieces},
    {"cut at every byte", cut_at_every_byte},
    {"several in a row", several_in_a_row},
    {"bombs of five bytes", bombs},
    {"nodes are counted in total", declared_in_total},
    {"depth", depth},
    {"small limits before login", before_login},
    {"a message's bytes", too_many_bytes},
    {"ext and 0xc1 are refused", not_this_protocol},
    {"a refusal stays", a_refusal_stays},
    {"300 000 random inputs: the same as msgpack-c", same_as_msgpack_c},
    {0},
};
UNIT_SUITE(scan_suite, "scan", tests);
