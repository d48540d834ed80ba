/*
 * roster_batch.h - good rows of a roster file made ready for roster_import_apply.sql: the statement's arrays.
 */
#ifndef QX_ROSTER_BATCH_H
#define QX_ROSTER_BATCH_H

#include "../db/db.h"
#include "roster_file.h"

enum { BATCH_ROWS = 500, BATCH_COLUMNS = 19 };

struct pinyin;

struct roster_batch {
    struct db_array columns[BATCH_COLUMNS];
    const char *literals[BATCH_COLUMNS]; /* after roster_batch_end() */
    unsigned lines[BATCH_ROWS];
    size_t n;
};
void roster_batch_start(struct roster_batch *);
void roster_batch_add(struct roster_batch *, const struct roster_row *, struct pinyin *, const uint8_t hmac_key[32]);
void roster_batch_end(struct roster_batch *);
void roster_batch_free(struct roster_batch *);
enum { BATCH_EXAM_NO = 0, BATCH_HMAC = 1, BATCH_NAME = 3 };

/* The identity number's keyed hash as bytea text. */
void roster_hmac(const uint8_t hmac_key[32], const char *number, char text[80]);

#endif
