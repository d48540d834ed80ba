/*
 * roster_file.h - a roster file (S2.2.7), read row by row: CSV with the headers of the national column set in any
 * order, quoted fields, CRLF or LF. Pure: text in, rows and problems out; usable from any one thread at a time.
 *
 * A row's values are those of the form `roster`, by its fields' places: codes filled in from words and words from
 * codes, the identity number normalised, dates as the form has them; checked by the form and against each other.
 */
#ifndef QX_ROSTER_FILE_H
#define QX_ROSTER_FILE_H

#include "../../shared/domain/forms.h"

enum { ROSTER_COLUMNS_MAX = 128, ROSTER_ROW_MAX = 32768, ROSTER_PROBLEMS_MAX = 1000, ROSTER_FIELDS_MAX = 64 };

struct roster_problem {
    unsigned line;
    const char *column; /* header as in the national set, or a static word */
    const char *error;  /* stable id */
    char value[64];     /* masked where personal */
};

struct roster_row {
    unsigned line;
    bool good;
    const char *values[ROSTER_FIELDS_MAX]; /* never NULL; into the file's row buffer, until the next row */
};

struct roster_file;
/* `text` must outlive it. `today` YYYYMMDD. NULL: no memory. */
struct roster_file *roster_file_open(const char *text, size_t len, const char *school_code, int class_year, int today);
void roster_file_close(struct roster_file *);
void roster_file_rewind(struct roster_file *); /* from the first row again; forgets duplicates, keeps the problems */

/* The next row, good or not; false: the end, or the file itself is broken (then there is a problem of line's own). */
bool roster_file_next(struct roster_file *, struct roster_row *);
/* Was the header understood, and did the reading come to the end of the file? */
bool roster_file_sound(const struct roster_file *);

/* Problems, in order of lines: at most ROSTER_PROBLEMS_MAX are kept, all bad rows are counted. */
size_t roster_problems(const struct roster_file *, const struct roster_problem **);
void roster_problem_add(struct roster_file *, unsigned line, const char *column, const char *error, const char *value,
                        enum mask);
/* Off during a second reading. */
void roster_problems_keep(struct roster_file *, bool);
size_t roster_ignored_columns(const struct roster_file *, const char *const **); /* headers outside the national set */

const struct form *roster_form(void);
size_t roster_field(const char *name);   /* its place in the form; the program ends if the form hasn't got it */
const char *roster_header(size_t field); /* the national set's header of a field */

#endif
