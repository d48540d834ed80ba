/*
 * width.c - how many columns text takes, and cutting it to fit. The columns are wcwidth()'s, because ncurses counts
 * with the same; utf8proc only says which characters belong to one cluster (a letter with its marks, an emoji
 * sequence).
 */
#include "text.h"

#include "utf8.h"

#include <string.h>
#include <utf8proc.h>
#include <wchar.h>

#define GETA "\xe3\x80\x93"     /* 〓, stands for what can't be shown */
#define ELLIPSIS "\xe2\x80\xa6" /* … */
enum { GETA_COLUMNS = 2 };

/* One grapheme cluster: its bytes in the text and the columns it takes; bytes that can't be shown have shown = false.
 */
struct cluster {
    size_t bytes;
    int columns;
    bool shown;
};

static struct cluster cluster_at(const char *s, size_t len)
{
    struct cluster c = {.bytes = 1, .columns = GETA_COLUMNS};
    uint32_t first, next;
    utf8proc_int32_t state = 0;
    size_t n = utf8_decode(s, len, &first);
    if (n == 0)
        return c;
    c.bytes = n;
    const int w = wcwidth((wchar_t)first);
    if (w < 0)
        return c;
    c.columns = w;
    c.shown = true;
    while ((n = utf8_decode(s + c.bytes, len - c.bytes, &next)) > 0 &&
           !utf8proc_grapheme_break_stateful((utf8proc_int32_t)first, (utf8proc_int32_t)next, &state)) {
        const int more = wcwidth((wchar_t)next);
        if (more < 0)
            break; /* it gets a 〓 of its own */
        c.bytes += n;
        c.columns += more;
        first = next;
    }
    return c;
}

int text_width(const char *s)
{
    int columns = 0;
    for (size_t len = strlen(s); len > 0;) {
        const struct cluster c = cluster_at(s, len);
        columns += c.columns;
        s += c.bytes;
        len -= c.bytes;
    }
    return columns;
}

struct output {
    char *buf;
    size_t at, len;
    int columns;
};

/* False, and nothing written, when the buffer is full. */
static bool put(struct output *o, const char *s, size_t n, int columns)
{
    if (o->at + n >= o->len)
        return false;
    memcpy(o->buf + o->at, s, n);
    o->at += n;
    o->columns += columns;
    return true;
}

/* As many whole clusters as fit into `columns`. True: all of the text. */
static bool put_clusters(struct output *o, const char *s, int columns)
{
    for (size_t len = strlen(s); len > 0;) {
        const struct cluster c = cluster_at(s, len);
        if (o->columns + c.columns > columns)
            return false;
        if (!(c.shown ? put(o, s, c.bytes, c.columns) : put(o, GETA, strlen(GETA), c.columns)))
            return false;
        s += c.bytes;
        len -= c.bytes;
    }
    return true;
}

size_t text_fit(char *buf, size_t len, const char *s, int columns, bool pad)
{
    struct output o = {.buf = buf, .len = len};
    if (len == 0)
        return 0;
    if (columns > 0 && !put_clusters(&o, s, columns)) {
        /* again with one column (and the mark's bytes) less, so that the mark has its room */
        o = (struct output){.buf = buf, .len = len > strlen(ELLIPSIS) ? len - strlen(ELLIPSIS) : 0};
        put_clusters(&o, s, columns - 1);
        o.len = len;
        put(&o, ELLIPSIS, strlen(ELLIPSIS), 1);
    }
    while (pad && o.columns < columns && put(&o, " ", 1, 1))
        ;
    buf[o.at] = '\0';
    return o.at;
}
