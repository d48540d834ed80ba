/*
 * test_rpc.c - MessagePack-RPC messages: what is taken, what is refused and why, what is written.
 */
#include "shared/rpc/rpc.h"

#include "unit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ decoding */

static struct rpc_message decoded(const struct pack *p)
{
    struct rpc_message m;
    const char *why = NULL;
    CU_ASSERT_TRUE_FATAL(rpc_decode(&m, (const uint8_t *)p->buf.data, p->buf.size, &why));
    CU_ASSERT_PTR_NULL(why);
    return m;
}

static void a_request(void)
{
    struct pack p;
    const char *s;
    size_t len;
    int64_t v;
    bool b;
    pack_init(&p);
    pack_request(&p, 4294967295u, "queue.list");
    pack_map(&p, 4);
    pack_kstr(&p, "flow", "destination");
    pack_kint(&p, "limit", -50);
    pack_kbool(&p, "descending", true);
    pack_kstr(&p, "cursor", NULL);
    struct rpc_message m = decoded(&p);
    CU_ASSERT_EQUAL(m.type, RPC_REQUEST);
    CU_ASSERT_EQUAL(m.msgid, 4294967295u);
    CU_ASSERT(m.method_len == 10 && memcmp(m.method, "queue.list", 10) == 0);
    CU_ASSERT(map_str(&m.params, "flow", &s, &len) && len == 11 && memcmp(s, "destination", 11) == 0);
    CU_ASSERT(map_int(&m.params, "limit", &v) && v == -50);
    CU_ASSERT(map_bool(&m.params, "descending", &b) && b);
    CU_ASSERT_PTR_NULL(map_get(&m.params, "cursor")); /* nil and absent are the same */
    CU_ASSERT_PTR_NULL(map_get(&m.params, "nothing"));
    CU_ASSERT_FALSE(map_int(&m.params, "flow", &v) || map_str(&m.params, "limit", &s, &len) ||
                    map_bool(&m.params, "flow", &b));
    CU_ASSERT_TRUE(object_is(map_get(&m.params, "flow"), "destination"));
    CU_ASSERT_FALSE(object_is(map_get(&m.params, "flow"), "dest") || object_is(NULL, "x"));
    char *copy = map_str_copy(&m.params, "flow");
    SAME_TEXT(copy, "destination");
    free(copy);
    CU_ASSERT_PTR_NULL(map_str_copy(&m.params, "limit"));
    rpc_message_free(&m);
    rpc_message_free(&m); /* twice does no harm */
    pack_free(&p);
}

static void a_notification_and_answers(void)
{
    struct pack p;
    pack_init(&p);
    pack_notification(&p, "hint");
    pack_map(&p, 0);
    struct rpc_message m = decoded(&p);
    CU_ASSERT(m.type == RPC_NOTIFICATION && m.method_len == 4 && m.params.via.map.size == 0);
    rpc_message_free(&m);
    pack_free(&p);

    pack_init(&p);
    pack_response(&p, 7);
    pack_bool(&p, true);
    m = decoded(&p);
    CU_ASSERT(m.type == RPC_RESPONSE && m.msgid == 7 && m.error.type == MSGPACK_OBJECT_NIL && m.result.via.boolean);
    rpc_message_free(&m);
    pack_free(&p);

    pack_init(&p);
    pack_error(&p, 8, RPC_UNAVAILABLE, "the database is away");
    m = decoded(&p);
    CU_ASSERT(m.type == RPC_RESPONSE && m.msgid == 8 && m.error.type == MSGPACK_OBJECT_ARRAY &&
              m.error.via.array.size == 2);
    CU_ASSERT_EQUAL(m.error.via.array.ptr[0].via.u64, 0); /* try later */
    CU_ASSERT_TRUE(object_is(&m.error.via.array.ptr[1], "UNAVAILABLE: the database is away"));
    CU_ASSERT_EQUAL(m.result.type, MSGPACK_OBJECT_NIL);
    rpc_message_free(&m);
    pack_free(&p);
}

/* Lenient where other implementations differ: a name as bin, params absent or []. */
static void shapes_that_are_taken(void)
{
    static const struct {
        const char *bytes;
        size_t len;
    } taken[] = {
        {"\x94\x00\x01\xa1x\x90", 6}, {"\x94\x00\x01\xc4\x01x\x90", 7}, {"\x93\x00\x01\xa1x", 5},
        {"\x92\x02\xa1x", 4},         {"\x93\x02\xc4\x01x\x91\x80", 7},
    };
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        struct rpc_message m;
        const char *why;
        CU_ASSERT_TRUE_FATAL(rpc_decode(&m, (const uint8_t *)taken[i].bytes, taken[i].len, &why));
        CU_ASSERT(m.method_len == 1 && *m.method == 'x' && m.params.type == MSGPACK_OBJECT_MAP &&
                  m.params.via.map.size == 0);
        rpc_message_free(&m);
    }
}

/* Some clients greet with a notification of their own; it is ignored, whatever it carries. */
static void strange_notifications(void)
{
    static const uint8_t positional[] = {0x93, 0x02, 0xa1, 'x', 0x92, 0xa4, 'n', 'a', 'm', 'e', 0x01};
    struct rpc_message m;
    const char *why;
    CU_ASSERT_TRUE_FATAL(rpc_decode(&m, positional, sizeof positional, &why));
    CU_ASSERT(m.params.type == MSGPACK_OBJECT_MAP && m.params.via.map.size == 0);
    rpc_message_free(&m);
}

static void shapes_that_are_refused(void)
{
#define BAD(bytes, why)                                                                                                \
    {                                                                                                                  \
        bytes, sizeof(bytes) - 1, why                                                                                  \
    }
    static const struct {
        const char *bytes;
        size_t len;
        const char *why;
    } bad[] = {
        BAD("\xc0", "a message is an array"),
        BAD("\x90", "a message is an array"),
        BAD("\x81\xa1k\x01", "a message is an array"),
        BAD("\x93\x03\x01\xa1x", "a message's type is 0, 1 or 2"),
        BAD("\x93\xff\x01\xa1x", "a message's type is 0, 1 or 2"),
        BAD("\x92\x00\x01", "a request is [0, msgid, method, params]"),
        BAD("\x95\x00\x01\xa1x\x90\xc0", "a request is [0, msgid, method, params]"),
        BAD("\x94\x00\xff\xa1x\x90", "msgid is not an unsigned 32-bit integer"),
        BAD("\x94\x00\xcf\x00\x00\x00\x01\x00\x00\x00\x00\xa1x\x90", "msgid is not an unsigned 32-bit integer"),
        BAD("\x94\x00\x01\x05\x90", "the method's name is neither str nor bin"),
        BAD("\x94\x00\x01\xc4\x01\xff\x90", "the method's name is neither str nor bin"),
        BAD("\x94\x00\x01\xa1x\x80", "params is not [] or [map]"),
        BAD("\x94\x00\x01\xa1x\x91\x01", "params is not [] or [map]"),
        BAD("\x94\x00\x01\xa1x\x92\x80\x80", "params is not [] or [map]"),
        BAD("\x93\x01\x01\xc0", "a response is [1, msgid, error, result]"),
        BAD("\x91\x02", "a notification is [2, method, params]"),
        BAD("\x94\x00\x01\xa1x\x91\x82\xa1k\x01\xa1k\x02", "a map has the same key twice"),
        BAD("\x94\x00\x01\xa1x\x91\x81\xa1k\x91\x82\xa1k\x01\xa1k\x02", "a map has the same key twice"),
        BAD("\x94\x00\x01\xa1x\x91\x81\x01\x01", "a map's key is not a str"),
        BAD("\x94\x00\x01\xa1x\x91\x81\xc4\x01k\x01", "a map's key is not a str"),
        BAD("\x94\x00\x01\xa1x\x91\x81\xa1\xff\x01", "a str is not UTF-8"),
        BAD("\x94\x00\x01\xa1x\x91\x81\xa1k\xa1\x00", "a str is not UTF-8"),
        BAD("\x94\x00\x01\xa1x\x91\x81\xa1k\xa2\xc0\x80", "a str is not UTF-8"),
        BAD("\x94\x00\x01\xa1x\x91\x81\xa1k\xd4\x01\x01", "ext is not used in this protocol"),
        BAD("\x94\x00\x01\xa1x\x90\xc0", "bytes after the message"),
        BAD("\x94\x00\x01\xa1x", "not MessagePack"),
        BAD("\xc1", "not MessagePack"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct rpc_message m;
        const char *why = NULL;
        CU_ASSERT_FALSE(rpc_decode(&m, (const uint8_t *)bad[i].bytes, bad[i].len, &why));
        SAME_TEXT(why, bad[i].why);
        CU_ASSERT_PTR_NULL(m.zone);
    }
}

/* msgpack-c leaves their pointers NULL. */
static void empty_strings(void)
{
    struct pack p;
    const char *s;
    const uint8_t *b;
    size_t len;
    pack_init(&p);
    pack_request(&p, 1, "");
    pack_map(&p, 3);
    pack_kstr(&p, "", "");
    pack_kstr(&p, "s", "");
    pack_key(&p, "b");
    pack_bin(&p, "", 0);
    struct rpc_message m = decoded(&p);
    CU_ASSERT(m.method && m.method_len == 0);
    CU_ASSERT(map_str(&m.params, "s", &s, &len) && s && len == 0);
    CU_ASSERT(map_bin(&m.params, "b", &b, &len) && b && len == 0);
    CU_ASSERT(object_is(map_get(&m.params, ""), ""));
    char *text = object_to_json(&m.params);
    SAME_TEXT(text, "{\"\":\"\",\"s\":\"\",\"b\":\"\"}");
    free(text);
    rpc_message_free(&m);
    pack_free(&p);
}

/* Thousands of keys: found all the same, and in no time. */
static void many_keys(void)
{
    enum { N = 30000 };
    for (int twice = 0; twice < 2; twice++) {
        struct pack p;
        struct rpc_message m;
        const char *why = NULL;
        char key[16];
        pack_init(&p);
        pack_request(&p, 1, "x");
        const size_t mark = pack_map_open(&p);
        for (int i = 0; i < N; i++) {
            snprintf(key, sizeof key, "k%d", twice && i == N - 1 ? 17 : i);
            pack_kint(&p, key, i);
        }
        pack_map_close(&p, mark, N);
        const bool ok = rpc_decode(&m, (const uint8_t *)p.buf.data, p.buf.size, &why);
        CU_ASSERT_EQUAL(ok, !twice);
        if (twice)
            SAME_TEXT(why, "a map has the same key twice");
        rpc_message_free(&m);
        pack_free(&p);
    }
}

static void integers_at_their_ends(void)
{
    static const int64_t ends[] = {INT64_MIN, INT32_MIN, -129, -128, -33, -32, -1, 0, 127, 128, 65536, INT64_MAX};
    struct pack p;
    int64_t v;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        pack_init(&p);
        pack_request(&p, 1, "x");
        pack_map(&p, 2);
        pack_kint(&p, "v", ends[i]);
        pack_key(&p, "u");
        msgpack_pack_uint64(&p.pk, (uint64_t)INT64_MAX + 1);
        struct rpc_message m = decoded(&p);
        CU_ASSERT(map_int(&m.params, "v", &v) && v == ends[i]);
        CU_ASSERT_FALSE(map_int(&m.params, "u", &v)); /* isn't one of ours */
        rpc_message_free(&m);
        pack_free(&p);
    }
}

/* ------------------------------------------------------------------ errors, containers, JSON */

static void errors_by_name(void)
{
    for (int i = 0; i < RPC_ERROR_COUNT; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s: because", rpc_error_name((enum rpc_error)i));
        CU_ASSERT_EQUAL(rpc_error_of(text), i);
        CU_ASSERT_EQUAL(rpc_error_of(rpc_error_name((enum rpc_error)i)), i);
    }
    CU_ASSERT_EQUAL(rpc_error_of("NO_SUCH: x"), -1);
    CU_ASSERT_EQUAL(rpc_error_of(""), -1);
    CU_ASSERT_EQUAL(rpc_error_kind(RPC_INVALID_ARGUMENT), 1);
    CU_ASSERT_EQUAL(rpc_error_kind(RPC_ABORTED), 0);
}

static void json_there_and_back(void)
{
    static const char *const same[] = {"{}",
                                       "[]",
                                       "null",
                                       "true",
                                       "-7",
                                       "9007199254740993",
                                       "1.5",
                                       "\"\xe5\xbc\xa0\xe4\xb8\x89\"",
                                       "{\"z\":1,\"a\":[{\"b\":null},[],\"x\"],\"m\":{\"n\":false}}"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        struct pack p;
        size_t end = 0;
        msgpack_unpacked u;
        pack_init(&p);
        CU_ASSERT_TRUE_FATAL(pack_json(&p, same[i], strlen(same[i])));
        msgpack_unpacked_init(&u);
        CU_ASSERT_EQUAL_FATAL(msgpack_unpack_next(&u, p.buf.data, p.buf.size, &end), MSGPACK_UNPACK_SUCCESS);
        CU_ASSERT_EQUAL(end, p.buf.size);
        char *text = object_to_json(&u.data);
        SAME_TEXT(text, same[i]);
        free(text);
        msgpack_unpacked_destroy(&u);
        pack_free(&p);
    }
}

static void not_json(void)
{
    static const char *const bad[] = {"", "{", "{\"a\":1,\"a\":2}", "[1,]", "nul", "\"\xff\"", "1 2"};
    struct pack p;
    pack_init(&p);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CU_ASSERT_FALSE(pack_json(&p, bad[i], strlen(bad[i])));
        CU_ASSERT_EQUAL(p.buf.size, 0); /* nothing written */
    }
    pack_free(&p);
}

static void bin_becomes_base64(void)
{
    msgpack_object o = {.type = MSGPACK_OBJECT_BIN, .via.bin = {.size = 4, .ptr = "\x00\xff\x10z"}};
    char *text = object_to_json(&o);
    SAME_TEXT(text, "\"AP8Qeg==\"");
    free(text);
}

static void containers_closed_later(void)
{
    struct pack p;
    pack_init(&p);
    const size_t map = pack_map_open(&p);
    pack_key(&p, "rows");
    const size_t rows = pack_array_open(&p);
    for (int i = 0; i < 3; i++)
        pack_int(&p, i);
    pack_array_close(&p, rows, 3);
    pack_map_close(&p, map, 1);
    msgpack_unpacked u;
    size_t end = 0;
    msgpack_unpacked_init(&u);
    CU_ASSERT_EQUAL_FATAL(msgpack_unpack_next(&u, p.buf.data, p.buf.size, &end), MSGPACK_UNPACK_SUCCESS);
    char *text = object_to_json(&u.data);
    SAME_TEXT(text, "{\"rows\":[0,1,2]}");
    free(text);
    struct pack again;
    pack_init(&again);
    pack_object(&again, &u.data); /* shorter headers, the same value */
    CU_ASSERT(again.buf.size < p.buf.size);
    pack_raw(&again, "\xc0", 1);
    pack_bin(&again, "ab", 2);
    pack_strn(&again, "abc", 2);
    CU_ASSERT_EQUAL(memcmp(again.buf.data + again.buf.size - 8,
                           "\xc0\xc4\x02"
                           "ab\xa2"
                           "ab",
                           8),
                    0);
    pack_free(&again);
    msgpack_unpacked_destroy(&u);
    pack_free(&p);
}

/* Whatever the bytes: decoded or refused with a reason, nothing else. */
static void noise(void)
{
    unsigned seed = 5;
    size_t taken = 0;
    for (int i = 0; i < 100000; i++) {
        uint8_t buf[32] = {0x94, 0x00, 0x01, 0xa1, 'x', 0x91};
        struct rpc_message m;
        struct scan s;
        const char *why = NULL;
        const size_t len = 6 + (size_t)rand_r(&seed) % (sizeof buf - 6);
        for (size_t k = 6; k < len; k++)
            buf[k] = rand_r(&seed) % 2 ? (uint8_t)rand_r(&seed) : (uint8_t)(rand_r(&seed) % 2 ? 0x81 : 0xa1);
        scan_start(&s);
        if (scan_next(&s, buf, len, &scan_limits_session) != SCAN_MESSAGE)
            continue;
        const bool ok = rpc_decode(&m, buf, s.length, &why);
        CU_ASSERT_EQUAL(ok, why == NULL);
        taken += ok;
        rpc_message_free(&m);
    }
    CU_ASSERT(taken > 100);
}

static const struct unit_test tests[] = {
    {"a request there and back", a_request},
    {"notification, answer, error", a_notification_and_answers},
    {"shapes that are taken", shapes_that_are_taken},
    {"notifications with positional params", strange_notifications},
    {"shapes that are refused, and why", shapes_that_are_refused},
    {"empty strings have a place", empty_strings},
    {"thousands of keys", many_keys},
    {"integers at their ends", integers_at_their_ends},
    {"errors by their names", errors_by_name},
    {"JSON there and back", json_there_and_back},
    {"what isn't JSON writes nothing", not_json},
    {"bin becomes base64", bin_becomes_base64},
    {"containers closed later", containers_closed_later},
    {"noise", noise},
    {0},
};
UNIT_SUITE(rpc_suite, "rpc", tests);
