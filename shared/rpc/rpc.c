/*
 * rpc.c - MessagePack-RPC messages on msgpack-c: what a peer sent, checked whole before anyone looks at it, and how to
 * read its maps. Writing is in pack.c.
 *
 * What holds after rpc_decode(): every map's keys are str and differ, every str is UTF-8 without NUL, there is no ext,
 * params is a map.
 */
#include "rpc.h"

#include "../text/text.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    int kind;
} errors[RPC_ERROR_COUNT] = {
#define X(id, name, kind) [RPC_##id] = {name, kind},
    QX_RPC_ERRORS(X)
#undef X
};

const char *rpc_error_name(enum rpc_error e)
{
    return (unsigned)e < RPC_ERROR_COUNT ? errors[e].name : errors[RPC_INTERNAL].name;
}

int rpc_error_kind(enum rpc_error e)
{
    return (unsigned)e < RPC_ERROR_COUNT ? errors[e].kind : errors[RPC_INTERNAL].kind;
}

int rpc_error_of(const char *text)
{
    const size_t n = strcspn(text, ":");
    for (int i = 0; i < RPC_ERROR_COUNT; i++)
        if (strlen(errors[i].name) == n && memcmp(errors[i].name, text, n) == 0)
            return i;
    return -1;
}

/* ------------------------------------------------------------------ checking values */

static int compare_keys(const void *a, const void *b)
{
    const msgpack_object_str *x = a, *y = b;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    return memcmp(x->ptr, y->ptr, x->size);
}

/* Few keys: each with each. Many: sorted, or a hostile map of thousands would cost millions of comparisons. */
static const char *check_keys(const msgpack_object_map *map, msgpack_zone *zone)
{
    enum { FEW = 16 };
    msgpack_object_str few[FEW], *keys = few;
    for (uint32_t i = 0; i < map->size; i++)
        if (map->ptr[i].key.type != MSGPACK_OBJECT_STR)
            return "a map's key is not a str";
    if (map->size > FEW && !(keys = msgpack_zone_malloc(zone, map->size * sizeof *keys)))
        return "out of memory";
    for (uint32_t i = 0; i < map->size; i++) {
        keys[i] = map->ptr[i].key.via.str;
        if (map->size > FEW)
            continue;
        for (uint32_t j = 0; j < i; j++)
            if (compare_keys(&keys[i], &keys[j]) == 0)
                return "a map has the same key twice";
    }
    if (map->size <= FEW)
        return NULL;
    qsort(keys, map->size, sizeof *keys, compare_keys);
    for (uint32_t i = 1; i < map->size; i++)
        if (compare_keys(&keys[i - 1], &keys[i]) == 0)
            return "a map has the same key twice";
    return NULL;
}

/*
 * Recursion is bounded by the scanner's depth (and by msgpack-c's own 32). NULL: nothing is wrong. msgpack-c leaves the
 * pointer of an empty str or bin NULL; nobody should have to think of that.
 */
static const char *check_value(msgpack_object *o, msgpack_zone *zone)
{
    const char *why = NULL;
    switch (o->type) {
    case MSGPACK_OBJECT_BIN:
        if (o->via.bin.size == 0)
            o->via.bin.ptr = "";
        return NULL;
    case MSGPACK_OBJECT_STR:
        if (o->via.str.size == 0)
            o->via.str.ptr = "";
        return utf8_valid(o->via.str.ptr, o->via.str.size) ? NULL : "a str is not UTF-8";
    case MSGPACK_OBJECT_EXT:
        return "ext is not used in this protocol";
    case MSGPACK_OBJECT_ARRAY:
        for (uint32_t i = 0; i < o->via.array.size && !why; i++)
            why = check_value(&o->via.array.ptr[i], zone);
        return why;
    case MSGPACK_OBJECT_MAP:
        for (uint32_t i = 0; i < o->via.map.size && !why; i++) {
            why = check_value(&o->via.map.ptr[i].key, zone);
            if (!why)
                why = check_value(&o->via.map.ptr[i].val, zone);
        }
        return why ? why : check_keys(&o->via.map, zone);
    default:
        return NULL;
    }
}

/* ------------------------------------------------------------------ the message's shape */

static const char *take_msgid(struct rpc_message *m, const msgpack_object *o)
{
    if (o->type != MSGPACK_OBJECT_POSITIVE_INTEGER || o->via.u64 > UINT32_MAX)
        return "msgid is not an unsigned 32-bit integer";
    m->msgid = (uint32_t)o->via.u64;
    return NULL;
}

static const char *take_method(struct rpc_message *m, const msgpack_object *o)
{
    if (o->type == MSGPACK_OBJECT_STR) {
        m->method = o->via.str.ptr;
        m->method_len = o->via.str.size;
    } else if (o->type == MSGPACK_OBJECT_BIN && utf8_valid(o->via.bin.ptr, o->via.bin.size)) {
        m->method = o->via.bin.ptr;
        m->method_len = o->via.bin.size;
    } else {
        return "the method's name is neither str nor bin";
    }
    return NULL;
}

/* `o` NULL: absent. */
static const char *take_params(struct rpc_message *m, const msgpack_object *o)
{
    m->params = (msgpack_object){.type = MSGPACK_OBJECT_MAP};
    if (!o)
        return NULL;
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size > 1)
        return "params is not [] or [map]";
    if (o->via.array.size == 0)
        return NULL;
    if (o->via.array.ptr[0].type != MSGPACK_OBJECT_MAP)
        return "params is not [] or [map]";
    m->params = o->via.array.ptr[0];
    return NULL;
}

static const char *take_request(struct rpc_message *m, const msgpack_object_array *a)
{
    if (a->size != 3 && a->size != 4)
        return "a request is [0, msgid, method, params]";
    const char *why = take_msgid(m, &a->ptr[1]);
    if (!why)
        why = take_method(m, &a->ptr[2]);
    return why ? why : take_params(m, a->size > 3 ? &a->ptr[3] : NULL);
}

static const char *take_response(struct rpc_message *m, const msgpack_object_array *a)
{
    if (a->size != 4)
        return "a response is [1, msgid, error, result]";
    m->error = a->ptr[2];
    m->result = a->ptr[3];
    return take_msgid(m, &a->ptr[1]);
}

static const char *take_notification(struct rpc_message *m, const msgpack_object_array *a)
{
    if (a->size != 2 && a->size != 3)
        return "a notification is [2, method, params]";
    const char *why = take_method(m, &a->ptr[1]);
    if (!why &&
        take_params(m, a->size > 2 ? &a->ptr[2] : NULL)) /* positional ones (pynvim's first message): not for us */
        m->params = (msgpack_object){.type = MSGPACK_OBJECT_MAP};
    return why;
}

static const char *take_message(struct rpc_message *m, const msgpack_object *o)
{
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size == 0)
        return "a message is an array";
    const msgpack_object_array *a = &o->via.array;
    if (a->ptr[0].type != MSGPACK_OBJECT_POSITIVE_INTEGER || a->ptr[0].via.u64 > RPC_NOTIFICATION)
        return "a message's type is 0, 1 or 2";
    m->type = (enum rpc_type)a->ptr[0].via.u64;
    switch (m->type) {
    case RPC_REQUEST:
        return take_request(m, a);
    case RPC_RESPONSE:
        return take_response(m, a);
    default:
        return take_notification(m, a);
    }
}

bool rpc_decode(struct rpc_message *m, const uint8_t *buf, size_t len, const char **why)
{
    msgpack_unpacked unpacked;
    size_t end = 0;
    *m = (struct rpc_message){0};
    *why = NULL;
    msgpack_unpacked_init(&unpacked);
    const msgpack_unpack_return rc = msgpack_unpack_next(&unpacked, (const char *)buf, len, &end);
    if (rc != MSGPACK_UNPACK_SUCCESS)
        /* -2 is what msgpack-c says of too deep a nesting, too */
        *why = rc == MSGPACK_UNPACK_NOMEM_ERROR ? "too deep, or out of memory" : "not MessagePack";
    else if (end != len)
        *why = "bytes after the message";
    if (!*why)
        *why = check_value(&unpacked.data, unpacked.zone);
    if (!*why)
        *why = take_message(m, &unpacked.data);
    if (*why) {
        *m = (struct rpc_message){0};
        msgpack_unpacked_destroy(&unpacked);
        return false;
    }
    m->zone = msgpack_unpacked_release_zone(&unpacked);
    return true;
}

void rpc_message_free(struct rpc_message *m)
{
    if (m->zone)
        msgpack_zone_free(m->zone);
    *m = (struct rpc_message){0};
}

/* ------------------------------------------------------------------ reading maps */

bool object_is(const msgpack_object *o, const char *text)
{
    const size_t n = strlen(text);
    return o && o->type == MSGPACK_OBJECT_STR && o->via.str.size == n && memcmp(o->via.str.ptr, text, n) == 0;
}

const msgpack_object *map_get(const msgpack_object *map, const char *key)
{
    if (!map || map->type != MSGPACK_OBJECT_MAP)
        return NULL;
    for (uint32_t i = 0; i < map->via.map.size; i++) {
        const msgpack_object_kv *kv = &map->via.map.ptr[i];
        if (object_is(&kv->key, key))
            return kv->val.type == MSGPACK_OBJECT_NIL ? NULL : &kv->val;
    }
    return NULL;
}

bool map_str(const msgpack_object *map, const char *key, const char **s, size_t *len)
{
    const msgpack_object *o = map_get(map, key);
    if (!o || o->type != MSGPACK_OBJECT_STR)
        return false;
    *s = o->via.str.ptr;
    *len = o->via.str.size;
    return true;
}

bool map_int(const msgpack_object *map, const char *key, int64_t *v)
{
    const msgpack_object *o = map_get(map, key);
    if (!o || (o->type != MSGPACK_OBJECT_POSITIVE_INTEGER && o->type != MSGPACK_OBJECT_NEGATIVE_INTEGER))
        return false;
    if (o->type == MSGPACK_OBJECT_POSITIVE_INTEGER && o->via.u64 > INT64_MAX)
        return false;
    *v = o->via.i64;
    return true;
}

bool map_bool(const msgpack_object *map, const char *key, bool *v)
{
    const msgpack_object *o = map_get(map, key);
    if (!o || o->type != MSGPACK_OBJECT_BOOLEAN)
        return false;
    *v = o->via.boolean;
    return true;
}

bool map_bin(const msgpack_object *map, const char *key, const uint8_t **p, size_t *len)
{
    const msgpack_object *o = map_get(map, key);
    if (!o || o->type != MSGPACK_OBJECT_BIN)
        return false;
    *p = (const uint8_t *)o->via.bin.ptr;
    *len = o->via.bin.size;
    return true;
}

char *map_str_copy(const msgpack_object *map, const char *key)
{
    const char *s;
    size_t len;
    return map_str(map, key, &s, &len) ? strndup(s, len) : NULL;
}
