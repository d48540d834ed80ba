/*
 * tokens.c - bytes into keys. A table of sequences, a few rules for what a terminal may say besides keys, and time
 * limits, so that neither a cut sequence nor a paste without an end can hold the input for ever.
 */
#include "term.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESC_MS 50
#define PASTE_MS 1000
#define PASTE_MAX (64 * 1024)

struct tokens {
    unsigned char *buf;
    size_t len, at, size;
    int64_t fed_at;
    bool pasting, flush; /* flush: what is unfinished is taken as it stands */
    char *paste;
    size_t paste_len;
};

struct sequence {
    const char *bytes; /* after ESC */
    uint32_t key;
};

/* xterm, screen, tmux, linux, rxvt and PuTTY, in normal and application mode. */
static const struct sequence sequences[] = {
    {"[A", K_UP},        {"[B", K_DOWN},     {"[C", K_RIGHT},    {"[D", K_LEFT},     {"OA", K_UP},
    {"OB", K_DOWN},      {"OC", K_RIGHT},    {"OD", K_LEFT},     {"[H", K_HOME},     {"[F", K_END},
    {"OH", K_HOME},      {"OF", K_END},      {"[1~", K_HOME},    {"[4~", K_END},     {"[7~", K_HOME},
    {"[8~", K_END},      {"[2~", K_INSERT},  {"[3~", K_DELETE},  {"[5~", K_PGUP},    {"[6~", K_PGDN},
    {"[Z", K_BACKTAB},   {"OP", K_F1},       {"OQ", K_F1 + 1},   {"OR", K_F1 + 2},   {"OS", K_F1 + 3},
    {"[[A", K_F1},       {"[[B", K_F1 + 1},  {"[[C", K_F1 + 2},  {"[[D", K_F1 + 3},  {"[[E", K_F1 + 4},
    {"[11~", K_F1},      {"[12~", K_F1 + 1}, {"[13~", K_F1 + 2}, {"[14~", K_F1 + 3}, {"[15~", K_F1 + 4},
    {"[17~", K_F1 + 5},  {"[18~", K_F1 + 6}, {"[19~", K_F1 + 7}, {"[20~", K_F1 + 8}, {"[21~", K_F1 + 9},
    {"[23~", K_F1 + 10}, {"[24~", K_F12},    {"OM", K_ENTER},
};

struct tokens *tokens_new(void)
{
    struct tokens *t = calloc(1, sizeof *t);
    if (t == NULL)
        abort();
    return t;
}

void tokens_free(struct tokens *t)
{
    if (t == NULL)
        return;
    free(t->buf);
    free(t->paste);
    free(t);
}

void tokens_feed(struct tokens *t, const void *bytes, size_t len, int64_t now_ms)
{
    if (t->at > 0) {
        memmove(t->buf, t->buf + t->at, t->len - t->at);
        t->len -= t->at;
        t->at = 0;
    }
    if (t->len + len > t->size) {
        t->size = (t->len + len) * 2 + 256;
        t->buf = realloc(t->buf, t->size);
        if (t->buf == NULL)
            abort();
    }
    memcpy(t->buf + t->len, bytes, len);
    t->len += len;
    t->fed_at = now_ms;
}

const char *tokens_paste(const struct tokens *t)
{
    return t->paste == NULL ? "" : t->paste;
}

int tokens_wait(const struct tokens *t, int64_t now_ms)
{
    if (t->at == t->len && !t->pasting)
        return -1;
    int64_t due = t->fed_at + (t->pasting ? PASTE_MS : ESC_MS) - now_ms;
    return due < 0 ? 0 : (int)due;
}

/* What a step found. */
enum found { FOUND_MORE, FOUND_KEY, FOUND_NOTHING };
struct step {
    enum found found;
    size_t len;
    uint32_t key;
};

static struct step more(void)
{
    return (struct step){FOUND_MORE, 0, K_NONE};
}

static struct step key(size_t len, uint32_t k)
{
    return (struct step){FOUND_KEY, len, k};
}

static struct step nothing(size_t len)
{
    return (struct step){FOUND_NOTHING, len, K_NONE};
}

/* OSC, DCS, APC, PM: replies of the terminal; they end with BEL or ST and are never keys. */
static struct step step_string(const unsigned char *s, size_t n)
{
    for (size_t i = 2; i < n; i++) {
        if (s[i] == 0x07)
            return nothing(i + 1);
        if (s[i] == 0x1b && i + 1 < n && s[i + 1] == '\\')
            return nothing(i + 2);
        if (i > 4096)
            return nothing(i);
    }
    return more();
}

static uint32_t sequence_key(const unsigned char *s, size_t len)
{
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
        if (strlen(sequences[i].bytes) == len && memcmp(sequences[i].bytes, s, len) == 0)
            return sequences[i].key;
    return K_NONE;
}

/* ESC [ 1 ; MOD X and ESC [ N ; MOD ~: the key itself; Alt where the modifier has it. */
static uint32_t modified_key(const unsigned char *s, size_t len)
{
    unsigned char plain[16];
    const unsigned char *semi = memchr(s, ';', len);

    if (semi == NULL || len > sizeof plain || semi + 2 >= s + len)
        return K_NONE;
    unsigned mod = (unsigned)(semi[1] - '1');
    size_t head = (size_t)(semi - s);
    memcpy(plain, s, head);
    if (head == 2 && s[1] == '1' && s[len - 1] != '~')
        head = 1;
    plain[head] = s[len - 1];
    uint32_t k = sequence_key(plain, head + 1);
    return k != K_NONE && (mod & 2) != 0 ? k | K_ALT : k;
}

static struct step step_csi(const unsigned char *s, size_t n)
{
    size_t i = 2;

    if (n > 2 && s[2] == '[') /* the linux console's function keys */
        return n > 3 ? key(4, sequence_key(s + 1, 3)) : more();
    while (i < n && s[i] >= 0x20 && s[i] < 0x40)
        i++;
    if (i > 64)
        return nothing(i);
    if (i == n)
        return more();
    size_t len = i + 1;
    if (len == 6 && memcmp(s + 2, "200~", 4) == 0)
        return (struct step){FOUND_KEY, len, K_PASTE};
    uint32_t k = sequence_key(s + 1, len - 1);
    if (k == K_NONE)
        k = modified_key(s + 1, len - 1);
    return k == K_NONE ? nothing(len) : key(len, k);
}

static size_t utf8_need(unsigned char c)
{
    return c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
}

static struct step step_char(const unsigned char *s, size_t n)
{
    static const unsigned char head[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    size_t need = utf8_need(s[0]);

    if (need == 0)
        return nothing(1);
    uint32_t c = s[0] & head[need];
    for (size_t i = 1; i < need; i++) {
        if (i == n)
            return more();
        if ((s[i] & 0xc0) != 0x80)
            return nothing(i);
        c = c << 6 | (s[i] & 0x3f);
    }
    return key(need, c == '\n' ? K_ENTER : c == 0x08 ? K_BACKSPACE : c);
}

static struct step step_escape(const unsigned char *s, size_t n)
{
    if (n == 1)
        return more();
    if (s[1] == '[')
        return step_csi(s, n);
    if (s[1] == ']' || s[1] == 'P' || s[1] == '_' || s[1] == '^')
        return step_string(s, n);
    if (s[1] == 'O') {
        if (n < 3)
            return more();
        uint32_t k = sequence_key(s + 1, 2);
        return k == K_NONE ? nothing(3) : key(3, k);
    }
    if (s[1] == 0x1b)
        return key(1, K_ESC);
    struct step next = step_char(s + 1, n - 1);
    if (next.found == FOUND_KEY)
        return key(next.len + 1, next.key | K_ALT);
    return next.found == FOUND_MORE ? next : nothing(next.len + 1);
}

/* Inside a paste: up to its end, or what there is when the time is up. */
static uint32_t step_paste(struct tokens *t, bool late)
{
    static const char end_mark[] = "\033[201~";
    unsigned char *start = t->buf + t->at;
    size_t n = t->len - t->at;
    unsigned char *end = n == 0 ? NULL : memmem(start, n, end_mark, sizeof end_mark - 1);

    if (end == NULL && !late && n < PASTE_MAX)
        return K_NONE;
    size_t len = end == NULL ? n : (size_t)(end - start);
    free(t->paste);
    t->paste = malloc(len + 1);
    if (t->paste == NULL)
        abort();
    if (len > 0)
        memcpy(t->paste, start, len);
    t->paste[len] = '\0';
    for (size_t i = 0; i < len; i++) /* terminals send line ends as CR */
        if (t->paste[i] == '\r')
            t->paste[i] = '\n';
    t->at += end == NULL ? len : len + sizeof end_mark - 1;
    t->pasting = false;
    return K_PASTE;
}

uint32_t tokens_next(struct tokens *t, int64_t now_ms)
{
    for (;;) {
        if (t->pasting)
            return step_paste(t, now_ms - t->fed_at >= PASTE_MS);
        if (t->at == t->len)
            return K_NONE;
        const unsigned char *s = t->buf + t->at;
        struct step step = s[0] == 0x1b ? step_escape(s, t->len - t->at) : step_char(s, t->len - t->at);
        if (step.found == FOUND_MORE) {
            if (now_ms - t->fed_at < ESC_MS)
                return K_NONE;
            step = s[0] == 0x1b && t->len - t->at == 1 ? key(1, K_ESC) : nothing(t->len - t->at);
        }
        t->at += step.len;
        if (step.found == FOUND_KEY && step.key == K_PASTE)
            t->pasting = true;
        else if (step.found == FOUND_KEY && step.key != K_NONE)
            return step.key;
    }
}

/* ------------------------------------------------------------------ names */

static const struct sequence names[] = {
    {"Enter", K_ENTER},  {"Esc", K_ESC}, {"Tab", K_TAB},   {"S-Tab", K_BACKTAB}, {"Space", ' '},
    {"BS", K_BACKSPACE}, {"Up", K_UP},   {"Down", K_DOWN}, {"Left", K_LEFT},     {"Right", K_RIGHT},
    {"Home", K_HOME},    {"End", K_END}, {"PgUp", K_PGUP}, {"PgDn", K_PGDN},     {"Ins", K_INSERT},
    {"Del", K_DELETE},   {"lt", '<'},
};

static uint32_t named_key(const char *s, size_t len)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].bytes) == len && memcmp(names[i].bytes, s, len) == 0)
            return names[i].key;
    if (len == 3 && s[0] == 'C' && s[1] == '-')
        return (uint32_t)K_CTRL(s[2]);
    if (len == 3 && s[0] == 'A' && s[1] == '-')
        return (uint32_t)(unsigned char)s[2] | K_ALT;
    if (len >= 2 && s[0] == 'F') {
        long no = strtol(s + 1, NULL, 10);
        return no >= 1 && no <= 12 ? (uint32_t)(K_F1 + no - 1) : K_NONE;
    }
    return K_NONE;
}

size_t key_parse(const char *s, uint32_t *out)
{
    const char *end = *s == '<' ? strchr(s, '>') : NULL;

    if (end != NULL && end > s + 1) {
        *out = named_key(s + 1, (size_t)(end - s - 1));
        return *out == K_NONE ? 0 : (size_t)(end - s + 1);
    }
    if (*s == '\0')
        return 0;
    struct step step = step_char((const unsigned char *)s, strlen(s));
    *out = step.key;
    return step.found == FOUND_KEY ? step.len : 0;
}

size_t key_text(char *buf, size_t len, uint32_t k)
{
    const char *alt = (k & K_ALT) != 0 ? "A-" : "";
    int n = -1;

    k &= ~(uint32_t)K_ALT;
    for (size_t i = 0; n < 0 && i < sizeof names / sizeof *names; i++)
        if (names[i].key == k && k != ' ' && k != '<')
            n = snprintf(buf, len, "%s%s", alt, names[i].bytes);
    if (n < 0 && k == ' ')
        n = snprintf(buf, len, "%sSpace", alt);
    if (n < 0 && k >= K_F1 && k <= K_F12)
        n = snprintf(buf, len, "%sF%u", alt, k - K_F1 + 1);
    if (n < 0 && k < 0x20)
        n = snprintf(buf, len, "%s^%c", alt, (char)(k | 0x40));
    if (n < 0)
        n = snprintf(buf, len, "%s%c", alt, k < 0x80 ? (char)k : '?');
    return n < 0 ? 0 : (size_t)n;
}
