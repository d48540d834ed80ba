/*
 * evidence_type.h - what a file is, by its content and never by its name: JPEG, PNG or PDF, each with the beginning and
 * the end that a whole one has. Decoding is quxiang-render's job, in its sandbox.
 */
#ifndef QX_EVIDENCE_TYPE_H
#define QX_EVIDENCE_TYPE_H

#include <stddef.h>
#include <stdint.h>

/* From the first and the last bytes (64 and 1024 are enough; less when the file is shorter). NULL: none of them, or cut
 * off. */
const char *evidence_type(const uint8_t *head, size_t head_len, const uint8_t *tail, size_t tail_len);

#endif
