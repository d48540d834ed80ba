/*
 * roster_check.h - what a roster row's values must be (S2.2.7): each by the form, codes and their words against each
 * other, the identity number against sex and birth date, the school, the class, and no person or examination number
 * twice.
 */
#ifndef QX_ROSTER_CHECK_H
#define QX_ROSTER_CHECK_H

#include "roster_file.h"

#include <stdint.h>

struct roster_check {
    char school_code[QX_SCHOOL_CODE];
    int class_year, today;
    int words[ROSTER_FIELDS_MAX]; /* field of a code -> field of its words; -2: it has none */
    size_t exam_no, identity_no, sex, birth, school, graduation; /* places in the form */
    char identity[24], birth_text[16];
    struct { /* numbers seen, as 64-bit hashes with their lines: open addressing */
        uint64_t *hashes;
        unsigned *lines;
        size_t n, cap;
        uint8_t key[16];
    } seen;
};

void roster_check_init(struct roster_check *, const char *school_code, int class_year, int today);
void roster_check_forget(struct roster_check *);
void roster_check_free(struct roster_check *);
/* Checks and completes a row; tells its problems to `file`. */
bool roster_check(struct roster_check *, struct roster_file *file, struct roster_row *);

#endif
