/*
 * codes.h - the code tables. One TSV per table in sql/codes/ (code, name_zh, name_en, valid_from, valid_to, then the table's
 * own columns); shared/domain/codes.awk turns all of them into the C arrays behind this header and into the SQL rows of
 * table `code`. Labels come from here, never from a translation catalogue.
 */
#ifndef QX_CODES_H
#define QX_CODES_H

#include <stdbool.h>
#include <stddef.h>

struct code {
    const char *code, *name_zh, *name_en;
    const char *initials; /* pinyin initials of name_zh, lower case ("bjs"), for the pickers' search */
    const char *extra;    /* the table's own columns, tab-separated, as in the TSV */
    bool current;         /* false: abolished, understood in old data, never offered */
    const char *valid_from, *valid_to; /* YYYY-MM-DD or empty; valid_to is empty exactly when it is current */
};

struct code_table {
    const char *name; /* "region", "industry", … the TSV's name */
    const char *name_zh, *name_en;
    const struct code *rows; /* ordered by code */
    size_t nrows;
    const char *columns;     /* names of the table's own columns, tab-separated as in `extra`; empty: none */
};

const struct code_table *code_table(const char *name); /* NULL: no such table */
size_t code_tables(const struct code_table **all);      /* all of them; answers how many */
const struct code *code_find(const struct code_table *, const char *code); /* NULL: unknown */
const struct code *code_find_name(const struct code_table *, const char *name_zh);
/* One of the table's own columns into buf; false (and an empty buf) when there is no such column or it doesn't fit. */
bool code_extra(const struct code_table *, const struct code *, const char *column, char *buf, size_t len);
/* Label in the language asked for (Chinese where there is no English); the code itself when unknown. Never NULL. */
const char *code_label(const struct code_table *, const char *code, bool zh);
/*
 * Picker's search: rows whose code begins with, or whose Chinese name contains, or whose initials begin with `typed`
 * (lower case). Current rows only. Writes up to `max` row pointers from the `skip`-th hit on; answers how many it wrote.
 */
size_t code_search(const struct code_table *, const char *typed, size_t skip, const struct code **hits, size_t max);

/* "110108" -> "北京市海淀区" into buf; answers false for an unknown code. Abolished regions carry their whole path. */
bool region_path(const char *code, char *buf, size_t len);

/* ------------------------------------------------------------------ destination kinds (S2.1.1) */

struct destination_kind {
    const char *code;   /* A01, B01 … N08 */
    int group;          /* 1 agreement, 2 other employment, 3 further study, 4 not employed */
    const char *form;   /* the form's name, forms.h */
    const char *moe;    /* reported codes, '|'-separated; more than one: field `programme`/`study` picks */
    int proofs;         /* how many proof files at least */
    const char *proof_zh, *proof_en; /* what counts as proof */
    const char *definition_zh, *definition_en;
    bool directed_only; /* S2.9.1 */
};
const struct destination_kind *destination_kind(const char *code);
size_t destination_kinds(const struct destination_kind **all);

#endif
