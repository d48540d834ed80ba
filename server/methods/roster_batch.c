/*
 * roster_batch.c - rows to arrays: pinyin, keyed hashes, the other columns as JSON, the row's hash.
 */
#include "roster_batch.h"

#include "../../shared/domain/codes.h"
#include "../secrets.h"
#include "roster_pinyin.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void roster_batch_start(struct roster_batch *b)
{
    for (size_t i = 0; i < BATCH_COLUMNS; i++)
        db_array_start(&b->columns[i]);
    b->n = 0;
}

void roster_batch_end(struct roster_batch *b)
{
    for (size_t i = 0; i < BATCH_COLUMNS; i++)
        b->literals[i] = db_array_end(&b->columns[i]);
}

void roster_batch_free(struct roster_batch *b)
{
    for (size_t i = 0; i < BATCH_COLUMNS; i++)
        db_array_free(&b->columns[i]);
}

void roster_hmac(const uint8_t hmac_key[32], const char *number, char text[80])
{
    uint8_t hmac[32];
    number_hmac(hmac_key, number, hmac);
    bytea_text(text, 80, hmac, sizeof hmac);
}

/* What has no column of its own in `graduate`, by the form's names. */
static char *other_columns(const struct roster_row *row)
{
    const struct form *form = roster_form();
    json_t *o = json_object();
    for (size_t i = 0; i < form->nfields; i++)
        if (!form->fields[i].promoted && *row->values[i])
            json_object_set_new(o, form->fields[i].name, json_string(row->values[i]));
    char *text = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    if (!text)
        abort();
    return text;
}

static void row_hash(const struct roster_row *row, char text[80])
{
    crypto_generichash_state state;
    uint8_t hash[32];
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    for (size_t i = 0; i < roster_form()->nfields; i++)
        crypto_generichash_update(&state, (const uint8_t *)row->values[i], strlen(row->values[i]) + 1);
    crypto_generichash_final(&state, hash, sizeof hash);
    bytea_text(text, 80, hash, sizeof hash);
}

/* education_level.tsv's own column. */
static bool postgraduate(const char *level)
{
    const struct code *c = code_find(code_table("education_level"), level);
    return c && c->extra[0] == '1';
}

static const char *value(const struct roster_row *row, const char *name)
{
    return row->values[roster_field(name)];
}

void roster_batch_add(struct roster_batch *b, const struct roster_row *row, struct pinyin *pinyin,
                      const uint8_t hmac_key[32])
{
    char key[256], initials[64], hmac[80], mobile_hmac[80], hash[80];
    char *other = other_columns(row);

    pinyin_of(pinyin, value(row, "name"), key, sizeof key, initials, sizeof initials);
    roster_hmac(hmac_key, value(row, "identity_no"), hmac);
    roster_hmac(hmac_key, value(row, "mobile"), mobile_hmac);
    row_hash(row, hash);
    const char *const texts[BATCH_COLUMNS] = {value(row, "exam_no"),
                                              hmac,
                                              value(row, "identity_no"),
                                              value(row, "name"),
                                              key,
                                              initials,
                                              value(row, "student_no"),
                                              value(row, "department"),
                                              value(row, "education_level"),
                                              postgraduate(value(row, "education_level")) ? "t" : "f",
                                              value(row, "major_code"),
                                              value(row, "major"),
                                              value(row, "training_mode"),
                                              value(row, "mobile"),
                                              *value(row, "mobile") ? mobile_hmac : NULL,
                                              value(row, "email"),
                                              value(row, "graduation"),
                                              other,
                                              hash};
    for (size_t i = 0; i < BATCH_COLUMNS; i++)
        db_array_text(&b->columns[i], texts[i]);
    b->lines[b->n++] = row->line;
    free(other);
}
