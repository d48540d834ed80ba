/*
 * fuzz_wire.c - libFuzzer's target for what a stranger's bytes meet first: scanner and decoder.
 *
 * Beside "no crash" it holds to: the answer doesn't hang on where the stream is cut; what the scanner calls a message
 * msgpack-c takes whole; what was decoded can be written again, and as JSON.
 */
#include "shared/rpc/rpc.h"

#include <stdlib.h>
#include <string.h>

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* The stream in pieces whose sizes come from its own bytes. */
static enum scan_status scan_in_pieces(const uint8_t *data, size_t size, const struct scan_limits *limits,
                                       struct scan *s)
{
    enum scan_status status = SCAN_MORE;
    scan_start(s);
    for (size_t len = 0; status == SCAN_MORE && len < size;) {
        len += 1 + data[len] % 7;
        if (len > size)
            len = size;
        uint8_t *piece = malloc(len); /* exactly as long, so that one byte too many is seen */
        memcpy(piece, data, len);
        status = scan_next(s, piece, len, limits);
        free(piece);
    }
    return status;
}

static void write_again(const msgpack_object *o)
{
    struct pack p;
    pack_init(&p);
    pack_object(&p, o);
    struct scan s;
    scan_start(&s);
    must(scan_next(&s, (const uint8_t *)p.buf.data, p.buf.size, &scan_limits_session) == SCAN_MESSAGE);
    pack_free(&p);
    char *json = object_to_json(o); /* NULL for what JSON has not, such as infinity */
    free(json);
}

static void decode(const uint8_t *data, size_t len)
{
    struct rpc_message m;
    const char *why = NULL;
    uint8_t *copy = malloc(len);
    memcpy(copy, data, len);
    const bool ok = rpc_decode(&m, copy, len, &why);
    must(ok == (why == NULL));
    if (ok && m.type != RPC_RESPONSE) {
        must(m.params.type == MSGPACK_OBJECT_MAP);
        write_again(&m.params);
    } else if (ok) {
        write_again(&m.result);
    } else {
        must(strcmp(why, "not MessagePack") != 0 && strcmp(why, "bytes after the message") != 0);
    }
    rpc_message_free(&m);
    free(copy);
}

static void try(const uint8_t *data, size_t size, const struct scan_limits *limits)
{
    struct scan whole, pieces;
    scan_start(&whole);
    const enum scan_status status = scan_next(&whole, data, size, limits);
    must(status == scan_in_pieces(data, size, limits, &pieces));
    if (status != SCAN_MESSAGE)
        return;
    must(whole.length == pieces.length && whole.length <= size && whole.length <= limits->bytes);
    decode(data, whole.length);
}

/* AddressSanitizer keeps freed memory back, by default as much as `./dev fuzz` allows in all. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=16";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    try(data, size, &scan_limits_anonymous);
    try(data, size, &scan_limits_session);
    return 0;
}
