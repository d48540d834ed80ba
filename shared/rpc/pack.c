/*
 * pack.c - writing MessagePack: values, MessagePack-RPC frames, and JSON <-> MessagePack. See rpc.h.
 *
 * A buffer that can't grow ends the program: half a frame on the wire would be worse, and a restarted server loses
 * nothing.
 */
#include "rpc.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void written(int rc)
{
    if (rc != 0) {
        fputs("out of memory while writing a message\n", stderr);
        abort();
    }
}

void pack_init(struct pack *p)
{
    msgpack_sbuffer_init(&p->buf);
    msgpack_packer_init(&p->pk, &p->buf, msgpack_sbuffer_write);
}

void pack_free(struct pack *p)
{
    msgpack_sbuffer_destroy(&p->buf);
}

void pack_map(struct pack *p, size_t n)
{
    written(msgpack_pack_map(&p->pk, n));
}

void pack_array(struct pack *p, size_t n)
{
    written(msgpack_pack_array(&p->pk, n));
}

void pack_strn(struct pack *p, const char *s, size_t len)
{
    written(msgpack_pack_str_with_body(&p->pk, s, len));
}

void pack_str(struct pack *p, const char *s)
{
    if (s)
        pack_strn(p, s, strlen(s));
    else
        pack_nil(p);
}

void pack_bin(struct pack *p, const void *bytes, size_t len)
{
    written(msgpack_pack_bin_with_body(&p->pk, bytes, len));
}

void pack_int(struct pack *p, int64_t v)
{
    written(msgpack_pack_int64(&p->pk, v));
}

void pack_bool(struct pack *p, bool v)
{
    written(v ? msgpack_pack_true(&p->pk) : msgpack_pack_false(&p->pk));
}

void pack_nil(struct pack *p)
{
    written(msgpack_pack_nil(&p->pk));
}

void pack_object(struct pack *p, const msgpack_object *o)
{
    written(msgpack_pack_object(&p->pk, *o));
}

void pack_raw(struct pack *p, const void *bytes, size_t len)
{
    written(msgpack_sbuffer_write(&p->buf, bytes, len));
}

void pack_key(struct pack *p, const char *key)
{
    pack_str(p, key);
}

void pack_kstr(struct pack *p, const char *key, const char *value)
{
    pack_key(p, key);
    pack_str(p, value);
}

void pack_kint(struct pack *p, const char *key, int64_t value)
{
    pack_key(p, key);
    pack_int(p, value);
}

void pack_kbool(struct pack *p, const char *key, bool value)
{
    pack_key(p, key);
    pack_bool(p, value);
}

/* ------------------------------------------------------------------ containers of a size not known yet */

static size_t open_container(struct pack *p, uint8_t header)
{
    const size_t mark = p->buf.size;
    const uint8_t bytes[5] = {header};
    pack_raw(p, bytes, sizeof bytes);
    return mark;
}

static void close_container(struct pack *p, size_t mark, uint32_t n)
{
    for (unsigned i = 0; i < 4; i++)
        p->buf.data[mark + 1 + i] = (char)(uint8_t)(n >> (24 - 8 * i));
}

size_t pack_map_open(struct pack *p)
{
    return open_container(p, 0xdf);
}

void pack_map_close(struct pack *p, size_t mark, uint32_t n)
{
    close_container(p, mark, n);
}

size_t pack_array_open(struct pack *p)
{
    return open_container(p, 0xdd);
}

void pack_array_close(struct pack *p, size_t mark, uint32_t n)
{
    close_container(p, mark, n);
}

/* ------------------------------------------------------------------ frames */

void pack_request(struct pack *p, uint32_t msgid, const char *method)
{
    pack_array(p, 4);
    pack_int(p, RPC_REQUEST);
    pack_int(p, msgid);
    pack_str(p, method);
    pack_array(p, 1);
}

void pack_notification(struct pack *p, const char *method)
{
    pack_array(p, 3);
    pack_int(p, RPC_NOTIFICATION);
    pack_str(p, method);
    pack_array(p, 1);
}

void pack_response(struct pack *p, uint32_t msgid)
{
    pack_array(p, 4);
    pack_int(p, RPC_RESPONSE);
    pack_int(p, msgid);
    pack_nil(p);
}

void pack_error(struct pack *p, uint32_t msgid, enum rpc_error e, const char *text)
{
    const char *name = rpc_error_name(e);
    const size_t name_len = strlen(name), text_len = text ? strlen(text) : 0,
                 len = name_len + (text_len ? 2 + text_len : 0);
    pack_array(p, 4);
    pack_int(p, RPC_RESPONSE);
    pack_int(p, msgid);
    pack_array(p, 2);
    pack_int(p, rpc_error_kind(e));
    written(msgpack_pack_str(&p->pk, len));
    pack_raw(p, name, name_len);
    if (text_len) {
        pack_raw(p, ": ", 2);
        pack_raw(p, text, text_len);
    }
    pack_nil(p);
}

/* ------------------------------------------------------------------ JSON -> MessagePack */

static void pack_jansson(struct pack *p, const json_t *v)
{
    size_t i;
    const char *key;
    json_t *item;
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        pack_map(p, json_object_size(v));
        for (void *at = json_object_iter((json_t *)v); at; at = json_object_iter_next((json_t *)v, at)) {
            key = json_object_iter_key(at);
            pack_key(p, key);
            pack_jansson(p, json_object_iter_value(at));
        }
        break;
    case JSON_ARRAY:
        pack_array(p, json_array_size(v));
        json_array_foreach(v, i, item)
        {
            pack_jansson(p, item);
        }
        break;
    case JSON_STRING:
        pack_strn(p, json_string_value(v), json_string_length(v));
        break;
    case JSON_INTEGER:
        pack_int(p, json_integer_value(v));
        break;
    case JSON_REAL:
        written(msgpack_pack_double(&p->pk, json_real_value(v)));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        pack_bool(p, json_is_true(v));
        break;
    case JSON_NULL:
        pack_nil(p);
        break;
    }
}

bool pack_json(struct pack *p, const char *json, size_t len)
{
    json_t *v = json_loadb(json, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    if (!v)
        return false;
    pack_jansson(p, v);
    json_decref(v);
    return true;
}

/* ------------------------------------------------------------------ MessagePack -> JSON */

static json_t *base64(const msgpack_object_bin *bin)
{
    const size_t len = sodium_base64_ENCODED_LEN(bin->size, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(len);
    if (!text)
        return NULL;
    sodium_bin2base64(text, len, (const unsigned char *)(bin->size ? bin->ptr : ""), bin->size,
                      sodium_base64_VARIANT_ORIGINAL);
    json_t *v = json_string(text);
    free(text);
    return v;
}

static json_t *object_json(const msgpack_object *o);

static json_t *array_json(const msgpack_object_array *a)
{
    json_t *v = json_array();
    for (uint32_t i = 0; v && i < a->size; i++)
        if (json_array_append_new(v, object_json(&a->ptr[i])) != 0) {
            json_decref(v);
            return NULL;
        }
    return v;
}

/* msgpack-c's empty str has no pointer. */
static char *text_copy(const msgpack_object_str *s)
{
    return s->size ? strndup(s->ptr, s->size) : strdup("");
}

static json_t *map_json(const msgpack_object_map *m)
{
    json_t *v = json_object();
    for (uint32_t i = 0; v && i < m->size; i++) {
        const msgpack_object *key = &m->ptr[i].key;
        char *name = key->type == MSGPACK_OBJECT_STR ? text_copy(&key->via.str) : NULL;
        const bool set = name && json_object_set_new(v, name, object_json(&m->ptr[i].val)) == 0;
        free(name);
        if (!set) {
            json_decref(v);
            return NULL;
        }
    }
    return v;
}

/* NULL: out of memory, or nothing that JSON has. */
static json_t *object_json(const msgpack_object *o)
{
    switch (o->type) {
    case MSGPACK_OBJECT_NIL:
        return json_null();
    case MSGPACK_OBJECT_BOOLEAN:
        return json_boolean(o->via.boolean);
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        return o->via.u64 > INT64_MAX ? json_real((double)o->via.u64) : json_integer((json_int_t)o->via.u64);
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        return json_integer(o->via.i64);
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return json_real(o->via.f64);
    case MSGPACK_OBJECT_STR:
        return o->via.str.size ? json_stringn(o->via.str.ptr, o->via.str.size) : json_string("");
    case MSGPACK_OBJECT_BIN:
        return base64(&o->via.bin);
    case MSGPACK_OBJECT_ARRAY:
        return array_json(&o->via.array);
    case MSGPACK_OBJECT_MAP:
        return map_json(&o->via.map);
    default:
        return NULL;
    }
}

char *object_to_json(const msgpack_object *o)
{
    json_t *v = object_json(o);
    char *text = v ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    json_decref(v);
    return text;
}
