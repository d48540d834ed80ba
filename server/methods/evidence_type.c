/*
 * evidence_type.c - JPEG, PNG, PDF by their bytes.
 */
#include "evidence_type.h"

#include <stdbool.h>
#include <string.h>

static bool begins(const uint8_t *p, size_t len, const char *with, size_t n)
{
    return len >= n && memcmp(p, with, n) == 0;
}

static bool ends(const uint8_t *p, size_t len, const char *with, size_t n)
{
    return len >= n && memcmp(p + len - n, with, n) == 0;
}

static bool holds(const uint8_t *p, size_t len, const char *what, size_t n)
{
    return memmem(p, len, what, n) != NULL;
}

/* SOI and a marker; EOI at the end, which some cameras pad. */
static bool jpeg(const uint8_t *head, size_t hn, const uint8_t *tail, size_t tn)
{
    return begins(head, hn, "\xff\xd8\xff", 3) && hn >= 4 && head[3] >= 0xc0 && holds(tail, tn, "\xff\xd9", 2);
}

/* Signature, IHDR of 13 bytes with a size; IEND at the very end. */
static bool png(const uint8_t *head, size_t hn, const uint8_t *tail, size_t tn)
{
    static const char start[] = "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";
    static const char end[] = "\0\0\0\0IEND\xae\x42\x60\x82";
    return begins(head, hn, start, sizeof start - 1) && hn >= 24 && memcmp(head + 16, "\0\0\0\0", 4) != 0 &&
           memcmp(head + 20, "\0\0\0\0", 4) != 0 && ends(tail, tn, end, sizeof end - 1);
}

/* %PDF-1.x or 2.x at the start; %%EOF among the last bytes. */
static bool pdf(const uint8_t *head, size_t hn, const uint8_t *tail, size_t tn)
{
    return begins(head, hn, "%PDF-", 5) && hn >= 8 && (head[5] == '1' || head[5] == '2') && head[6] == '.' &&
           holds(tail, tn, "%%EOF", 5);
}

const char *evidence_type(const uint8_t *head, size_t head_len, const uint8_t *tail, size_t tail_len)
{
    if (jpeg(head, head_len, tail, tail_len))
        return "image/jpeg";
    if (png(head, head_len, tail, tail_len))
        return "image/png";
    return pdf(head, head_len, tail, tail_len) ? "application/pdf" : NULL;
}
