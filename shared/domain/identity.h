/*
 * identity.h - identity numbers (GB 11643), credit codes (GB 32100), school, exam and agreement numbers. Pure checks.
 */
#ifndef QX_IDENTITY_H
#define QX_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

enum identity_error { ID_OK, ID_LENGTH, ID_CHARACTERS, ID_REGION, ID_DATE, ID_CHECK };
/* 18 characters, lower-case x taken as X. `today` YYYYMMDD: the date must not lie after it; 0 = don't look. */
enum identity_error identity_check(const char *number, int today);
const char *identity_error_code(enum identity_error); /* "ok", "length", "characters", "region", "date", "check" */
bool identity_male(const char *number);   /* of a valid number */
int identity_birth(const char *number);   /* YYYYMMDD of a valid number */
void identity_normalise(char *number);    /* x -> X, in place */

enum credit_error { CREDIT_OK, CREDIT_LENGTH, CREDIT_CHARACTERS, CREDIT_PREFIX, CREDIT_CHECK };
enum credit_error credit_code_check(const char *code);
const char *credit_error_code(enum credit_error);
bool credit_code_organisation_ok(const char *code); /* inner GB 11714 check: a warning only */

bool school_code_ok(const char *code);  /* five digits */
bool exam_no_ok(const char *exam_no);   /* 8 to 18 digits or letters */
bool phone_ok(const char *), mobile_ok(const char *), email_ok(const char *), postcode_ok(const char *);
bool date_ok(int yyyymmdd);

/*
 * Agreement number (S2.5.6): year (4) + type (1) + school (5) + 9 digits out of the record's serial by a keyed permutation
 * of 0..999 999 999 (so: unique per school and year without a counter row, not guessable from its neighbour).
 * buf: 20 bytes. key: 16 bytes.
 */
void agreement_number(char *buf, int year, int type, const char *school_code, uint32_t serial, const uint8_t key[16]);

#endif
