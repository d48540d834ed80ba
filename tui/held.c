/* held.c - answers kept. */
#include "held.h"

#include <stdio.h>
#include <string.h>

void held_free(struct held *h)
{
    if (h->zone != NULL)
        msgpack_zone_free(h->zone);
    *h = (struct held){0};
}

void held_take(struct held *h, const msgpack_object *o)
{
    held_free(h);
    if (o == NULL)
        return;
    h->zone = msgpack_zone_new(4096);
    if (h->zone == NULL || !object_copy(&h->map, o, h->zone))
        held_free(h);
}

const char *held_text(const msgpack_object *map, const char *key, char *buf, size_t len)
{
    const char *s;
    size_t n;
    int64_t i;

    buf[0] = '\0';
    if (map == NULL || map->type != MSGPACK_OBJECT_MAP)
        return buf;
    if (map_str(map, key, &s, &n))
        snprintf(buf, len, "%.*s", (int)n, s);
    else if (map_int(map, key, &i))
        snprintf(buf, len, "%lld", (long long)i);
    return buf;
}

const msgpack_object *held_item(const msgpack_object *map, const char *key, uint32_t i)
{
    const msgpack_object *array = map == NULL || map->type != MSGPACK_OBJECT_MAP ? NULL : map_get(map, key);
    return array != NULL && array->type == MSGPACK_OBJECT_ARRAY && i < array->via.array.size ? &array->via.array.ptr[i]
                                                                                             : NULL;
}
