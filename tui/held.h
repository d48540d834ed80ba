/* held.h - a server's answer kept beyond its callback: a deep copy, owned by whoever holds it. */
#ifndef QX_TUI_HELD_H
#define QX_TUI_HELD_H

#include "client.h"

struct held {
    msgpack_zone *zone; /* NULL: nothing held */
    msgpack_object map;
};

void held_take(struct held *, const msgpack_object *); /* what was held before is freed; NULL: nothing */
void held_free(struct held *);
/* Text of a member; "" when absent. Into buf. */
const char *held_text(const msgpack_object *map, const char *key, char *buf, size_t len);
/* The i-th of an array member; NULL: no such. */
const msgpack_object *held_item(const msgpack_object *map, const char *key, uint32_t i);

#endif
