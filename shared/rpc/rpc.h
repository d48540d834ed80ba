/*
 * rpc.h - MessagePack-RPC (its public specification): frames, values, errors. Built on msgpack-c.
 *
 * Request [0, msgid, method, params], response [1, msgid, error, result], notification [2, method, params].
 * params = [map] in this protocol. error = nil or [kind, "CODE: text"], kind 1 = the request is wrong, 0 = try later.
 * A business refusal is not an error but a result with an `outcome`.
 */
#ifndef QX_RPC_H
#define QX_RPC_H

#include "scan.h"

#include <msgpack.h>
#include <stdbool.h>

#define RPC_PROTOCOL 1

/* gRPC's canonical names. X(ID, "NAME", kind) */
#define QX_RPC_ERRORS(X)                                                                                               \
    X(OK, "OK", 0)                                                                                                     \
    X(INVALID_ARGUMENT, "INVALID_ARGUMENT", 1)                                                                         \
    X(UNAUTHENTICATED, "UNAUTHENTICATED", 1)                                                                           \
    X(PERMISSION_DENIED, "PERMISSION_DENIED", 1)                                                                       \
    X(NOT_FOUND, "NOT_FOUND", 1)                                                                                       \
    X(ALREADY_EXISTS, "ALREADY_EXISTS", 1)                                                                             \
    X(FAILED_PRECONDITION, "FAILED_PRECONDITION", 1)                                                                   \
    X(OUT_OF_RANGE, "OUT_OF_RANGE", 1)                                                                                 \
    X(UNIMPLEMENTED, "UNIMPLEMENTED", 1)                                                                               \
    X(RESOURCE_EXHAUSTED, "RESOURCE_EXHAUSTED", 0)                                                                     \
    X(UNAVAILABLE, "UNAVAILABLE", 0)                                                                                   \
    X(DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", 0)                                                                       \
    X(ABORTED, "ABORTED", 0)                                                                                           \
    X(INTERNAL, "INTERNAL", 0)
#define X(id, name, kind) RPC_##id,
enum rpc_error { QX_RPC_ERRORS(X) RPC_ERROR_COUNT };
#undef X
const char *rpc_error_name(enum rpc_error);
int rpc_error_kind(enum rpc_error);
int rpc_error_of(const char *text); /* of "CODE: text" or "CODE"; -1 unknown */

enum rpc_type { RPC_REQUEST = 0, RPC_RESPONSE = 1, RPC_NOTIFICATION = 2 };

/* A decoded message. Pointers lead into `bytes` and `zone`; valid until rpc_message_free(). */
struct rpc_message {
    enum rpc_type type;
    uint32_t msgid;
    const char *method; /* not NUL-terminated */
    size_t method_len;
    msgpack_object params;        /* always a map object: empty if absent, or a notification's of another shape */
    msgpack_object error, result; /* response */
    msgpack_zone *zone;
};

/*
 * Decode one whole message that the scanner bounded. Refuses wrong shapes, duplicate map keys, map keys that aren't str,
 * bad UTF-8 in str. A method's name may be str or bin; params may be [], [map] or absent. `why` points to a static text.
 */
bool rpc_decode(struct rpc_message *, const uint8_t *buf, size_t len, const char **why);
void rpc_message_free(struct rpc_message *);

/* ---- reading maps: absent and nil are the same. Strings are not NUL-terminated inside; *_copy gives a malloc'd one. */
const msgpack_object *map_get(const msgpack_object *map, const char *key); /* NULL: absent, or map is none */
bool map_str(const msgpack_object *map, const char *key, const char **s, size_t *len);
bool map_int(const msgpack_object *map, const char *key, int64_t *v);
bool map_bool(const msgpack_object *map, const char *key, bool *v);
bool map_bin(const msgpack_object *map, const char *key, const uint8_t **p, size_t *len);
char *map_str_copy(const msgpack_object *map, const char *key); /* NULL: absent or not a string */
bool object_is(const msgpack_object *, const char *text);       /* a str equal to text */

/* ---- writing: thin names over msgpack_packer on an sbuffer */
struct pack {
    msgpack_sbuffer buf;
    msgpack_packer pk;
};
void pack_init(struct pack *);
void pack_free(struct pack *);
void pack_map(struct pack *, size_t n);
void pack_array(struct pack *, size_t n);
void pack_str(struct pack *, const char *s);              /* NULL -> nil */
void pack_strn(struct pack *, const char *s, size_t len);
void pack_bin(struct pack *, const void *p, size_t len);
void pack_int(struct pack *, int64_t);
void pack_bool(struct pack *, bool);
void pack_nil(struct pack *);
void pack_object(struct pack *, const msgpack_object *);
void pack_raw(struct pack *, const void *bytes, size_t len); /* already MessagePack */
/* key and value in one line */
void pack_kstr(struct pack *, const char *key, const char *value);
void pack_kint(struct pack *, const char *key, int64_t value);
void pack_kbool(struct pack *, const char *key, bool value);
void pack_key(struct pack *, const char *key);
/* A map whose size isn't known yet: open writes a map32 header to be patched by close. */
size_t pack_map_open(struct pack *);
void pack_map_close(struct pack *, size_t mark, uint32_t n);
size_t pack_array_open(struct pack *);
void pack_array_close(struct pack *, size_t mark, uint32_t n);

/* ---- frames. Request and notification: params follow as one map written by the caller. */
void pack_request(struct pack *, uint32_t msgid, const char *method);  /* then one map */
void pack_notification(struct pack *, const char *method);             /* then one map */
void pack_response(struct pack *, uint32_t msgid);                     /* then the result */
void pack_error(struct pack *, uint32_t msgid, enum rpc_error, const char *text); /* whole */

/* ---- JSON <-> MessagePack (jansson): stored jsonb content, `--json` output */
bool pack_json(struct pack *, const char *json, size_t len); /* false: not JSON; nothing written */
char *object_to_json(const msgpack_object *);                 /* malloc'd; bin becomes base64 */

#endif
