/*
 * roster_file.c - CSV to rows (libcsv), header to fields. What a row's values must be is in roster_check.c.
 */
#include "roster_file.h"

#include "../../shared/domain/codes.h"
#include "../../shared/text/text.h"
#include "../../shared/text/utf8.h"
#include "roster_check.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct roster_file {
    const char *text;
    size_t len, at;
    unsigned line; /* of the piece fed last */
    struct csv_parser csv;
    bool csv_ready, sound, ended, keeps;
    /* the row being collected */
    char cells[ROSTER_ROW_MAX];
    size_t used, ncells, starts[ROSTER_COLUMNS_MAX];
    bool row_done, too_long;
    unsigned row_line;
    /* the header */
    size_t ncolumns;
    int fields[ROSTER_COLUMNS_MAX]; /* column -> field; -1: known but not the roster's, or ignored */
    const char *ignored[ROSTER_COLUMNS_MAX];
    size_t nignored;
    char ignored_text[4096];
    struct roster_check check;
    struct roster_problem problems[ROSTER_PROBLEMS_MAX];
    size_t nproblems;
};

/* ------------------------------------------------------------------ names */

const struct form *roster_form(void)
{
    return form_find("roster");
}

size_t roster_field(const char *name)
{
    const struct form_field *f = form_field(roster_form(), name);
    if (!f)
        abort(); /* the form table and this code belong together; every import test would end here */
    return (size_t)(f - roster_form()->fields);
}

/* The row of roster_columns.tsv: its own columns are the field's name and the block. */
static bool column_is(const struct code *c, const char *field)
{
    const size_t n = strcspn(c->extra, "\t");
    return strlen(field) == n && strncmp(c->extra, field, n) == 0;
}

const char *roster_header(size_t field)
{
    const struct code_table *table = code_table("roster_columns");
    for (size_t i = 0; i < table->nrows; i++)
        if (column_is(&table->rows[i], roster_form()->fields[field].name))
            return table->rows[i].name_zh;
    return roster_form()->fields[field].label_zh;
}

/* A header -> its field; -1: of the national set but not of the roster; -2: unknown. */
static int field_of_header(const char *header)
{
    const struct code *c = code_find_name(code_table("roster_columns"), header);
    char name[64];
    if (!c)
        return -2;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(c->extra, "\t"), c->extra);
    const struct form_field *f = form_field(roster_form(), name);
    return f ? (int)(f - roster_form()->fields) : -1;
}

/* ------------------------------------------------------------------ problems */

/* As much as fits, never through a character. */
static void cut(char *buf, size_t size, const char *s)
{
    size_t n = 0, step, left = strlen(s);
    uint32_t c;
    while ((step = utf8_decode(s + n, left, &c)) > 0 && n + step < size) {
        n += step;
        left -= step;
    }
    memcpy(buf, s, n);
    buf[n] = '\0';
}

void roster_problem_add(struct roster_file *f, unsigned line, const char *column, const char *error, const char *value,
                        enum mask mask)
{
    if (!f->keeps || f->nproblems == ROSTER_PROBLEMS_MAX)
        return;
    struct roster_problem *p = &f->problems[f->nproblems++];
    *p = (struct roster_problem){.line = line, .column = column, .error = error};
    if (mask != MASK_NONE)
        text_mask(p->value, sizeof p->value, value, (int)mask);
    else
        cut(p->value, sizeof p->value, value);
}

void roster_problems_keep(struct roster_file *f, bool keep)
{
    f->keeps = keep;
}

size_t roster_problems(const struct roster_file *f, const struct roster_problem **problems)
{
    *problems = f->problems;
    return f->nproblems;
}

size_t roster_ignored_columns(const struct roster_file *f, const char *const **names)
{
    *names = f->ignored;
    return f->nignored;
}

/* ------------------------------------------------------------------ libcsv's callbacks */

static void on_cell(void *cell, size_t len, void *arg)
{
    struct roster_file *f = arg;
    if (f->row_done || f->ncells == ROSTER_COLUMNS_MAX || f->used + len + 1 > sizeof f->cells) {
        f->too_long = true;
        return;
    }
    f->starts[f->ncells++] = f->used;
    if (len)
        memcpy(f->cells + f->used, cell, len);
    f->used += len;
    f->cells[f->used++] = '\0';
}

static void on_row(int end, void *arg)
{
    (void)end;
    ((struct roster_file *)arg)->row_done = true;
}

/* One piece: up to and with its line end. A lone CR ends a line too. */
static size_t piece_length(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '\n')
            return i + 1;
        if (s[i] == '\r')
            return i + 1 + (i + 1 < len && s[i + 1] == '\n');
    }
    return len;
}

static bool broken(struct roster_file *f, const char *error)
{
    roster_problem_add(f, f->row_line, "file", error, "", MASK_NONE);
    f->ended = true;
    f->sound = false;
    return false;
}

/* The next row's cells. Fed line by line, so that a row knows the line it begins in, also with line breaks in quotes.
 */
static bool read_row(struct roster_file *f)
{
    f->used = f->ncells = 0;
    f->row_done = f->too_long = false;
    f->row_line = f->line + 1;
    while (!f->row_done && f->at < f->len) {
        const size_t n = piece_length(f->text + f->at, f->len - f->at);
        const bool between = f->ncells == 0 && f->used == 0;
        f->line++;
        if (between)
            f->row_line = f->line;
        if (csv_parse(&f->csv, f->text + f->at, n, on_cell, on_row, f) != n)
            return broken(f, "bad_quotes");
        f->at += n;
    }
    if (!f->row_done && csv_fini(&f->csv, on_cell, on_row, f) != 0)
        return broken(f, "bad_quotes");
    if (f->too_long)
        return broken(f, "row_too_long");
    f->ended = !f->row_done;
    return f->row_done;
}

/* ------------------------------------------------------------------ the header */

/* Without blanks at either end; a line break that a spreadsheet put into a cell becomes one. */
static void trim(char *s)
{
    for (char *c = s; (c = strpbrk(c, "\t\r\n"));)
        *c = ' ';
    const size_t lead = strspn(s, " ");
    size_t n = strlen(s + lead);
    memmove(s, s + lead, n + 1);
    while (n && s[n - 1] == ' ')
        s[--n] = '\0';
}

static void ignore_column(struct roster_file *f, const char *header)
{
    size_t used = 0;
    for (size_t i = 0; i < f->nignored; i++)
        used += strlen(f->ignored[i]) + 1;
    const size_t n = strlen(header) + 1;
    if (used + n > sizeof f->ignored_text || n == 1)
        return;
    f->ignored[f->nignored++] = memcpy(f->ignored_text + used, header, n);
}

/* A code's words will do for the code: the column of either is enough. */
static bool column_there(const struct roster_file *f, size_t field)
{
    for (size_t i = 0; i < f->ncolumns; i++)
        if (f->fields[i] == (int)field || f->fields[i] == f->check.words[field])
            return f->fields[i] >= 0;
    return false;
}

static bool header_complete(struct roster_file *f)
{
    const struct form *form = roster_form();
    bool complete = true;
    for (size_t i = 0; i < form->nfields; i++)
        if (form->fields[i].required && !column_there(f, i)) {
            roster_problem_add(f, f->row_line, roster_header(i), "missing_column", "", MASK_NONE);
            complete = false;
        }
    return complete;
}

static bool read_header(struct roster_file *f)
{
    bool sound = true;
    if (!read_row(f))
        return f->sound = false;
    f->ncolumns = f->ncells;
    for (size_t i = 0; i < f->ncells; i++) {
        char *header = f->cells + f->starts[i];
        trim(header);
        f->fields[i] = field_of_header(header);
        if (f->fields[i] == -2)
            ignore_column(f, header);
        for (size_t k = 0; k < i; k++)
            if (f->fields[i] >= 0 && f->fields[k] == f->fields[i]) {
                roster_problem_add(f, f->row_line, roster_header((size_t)f->fields[i]), "duplicate_column", "",
                                   MASK_NONE);
                sound = false;
            }
    }
    return f->sound = header_complete(f) && sound;
}

/* ------------------------------------------------------------------ reading */

struct roster_file *roster_file_open(const char *text, size_t len, const char *school_code, int class_year, int today)
{
    struct roster_file *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->text = text;
    f->len = len;
    f->keeps = true;
    roster_check_init(&f->check, school_code, class_year, today);
    roster_file_rewind(f);
    return f;
}

void roster_file_rewind(struct roster_file *f)
{
    if (f->csv_ready)
        csv_free(&f->csv);
    f->csv_ready = csv_init(&f->csv, CSV_STRICT | CSV_STRICT_FINI) == 0;
    f->at = 0;
    f->line = 0;
    f->nignored = 0;
    f->ended = false;
    roster_check_forget(&f->check);
    if (!f->csv_ready || !read_header(f))
        f->ended = true;
}

void roster_file_close(struct roster_file *f)
{
    if (!f)
        return;
    if (f->csv_ready)
        csv_free(&f->csv);
    roster_check_free(&f->check);
    free(f);
}

bool roster_file_sound(const struct roster_file *f)
{
    return f->sound;
}

static bool row_empty(const struct roster_file *f)
{
    for (size_t i = 0; i < f->ncells; i++)
        if (f->cells[f->starts[i]])
            return false;
    return true;
}

bool roster_file_next(struct roster_file *f, struct roster_row *row)
{
    do
        if (f->ended || !read_row(f))
            return false;
    while (row_empty(f));
    *row = (struct roster_row){.line = f->row_line, .good = true};
    for (size_t i = 0; i < ROSTER_FIELDS_MAX; i++)
        row->values[i] = "";
    if (f->ncells != f->ncolumns) {
        roster_problem_add(f, row->line, "row", "wrong_number_of_columns", "", MASK_NONE);
        row->good = false;
    }
    for (size_t i = 0; i < f->ncells && i < f->ncolumns; i++) {
        trim(f->cells + f->starts[i]);
        if (f->fields[i] >= 0)
            row->values[f->fields[i]] = f->cells + f->starts[i];
    }
    if (row->good)
        row->good = roster_check(&f->check, f, row);
    return true;
}
