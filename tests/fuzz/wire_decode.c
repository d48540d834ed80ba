/*
 * wire_decode.c - scanner and decoder as a filter, for test_decoder.py: reads messages, each behind its length in four
 * bytes (little-endian), and writes a line for each: the scanner's answer, the length, "ok" or why it was refused, and
 * the params or the result as JSON ("-": JSON has no such thing).
 */
#include "shared/rpc/rpc.h"

#include <stdio.h>
#include <stdlib.h>

static void answer(const uint8_t *buf, size_t len)
{
    struct scan s;
    struct rpc_message m;
    const char *why = NULL;
    scan_start(&s);
    const enum scan_status status = scan_next(&s, buf, len, &scan_limits_session);
    if (status != SCAN_MESSAGE) {
        printf("%s\t0\t-\t-\n", scan_status_code(status));
        return;
    }
    const bool ok = rpc_decode(&m, buf, s.length, &why);
    char *json = ok ? object_to_json(m.type == RPC_RESPONSE ? &m.result : &m.params) : NULL;
    printf("message\t%u\t%s\t%s\n", (unsigned)s.length, ok ? "ok" : why, json ? json : "-");
    free(json);
    rpc_message_free(&m);
}

int main(void)
{
    uint8_t head[4];
    while (fread(head, 1, sizeof head, stdin) == sizeof head) {
        const size_t len = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
        uint8_t *buf = malloc(len ? len : 1);
        if (!buf || fread(buf, 1, len, stdin) != len) {
            free(buf);
            return EXIT_FAILURE;
        }
        answer(buf, len);
        free(buf);
    }
    return EXIT_SUCCESS;
}
