/*
 * forms.h - the forms, as tables (S2.1.2). Validation, entry and detail screens, comparison, promoted columns, import
 * and export all read these; nobody writes a field twice. Content travels and is stored as a flat map: field name ->
 * text.
 */
#ifndef QX_FORMS_H
#define QX_FORMS_H

#include "flow.h"

enum field_type {
    FIELD_TEXT,
    FIELD_LONG_TEXT, /* several lines */
    FIELD_CODE,      /* one of code table `codes` (optionally only those in `subset`) */
    FIELD_REGION,    /* a region that may be entered; `subset` "former": former ones too, "any": every row */
    FIELD_INTEGER,
    FIELD_MONEY, /* yuan, whole */
    FIELD_DATE,  /* YYYY-MM-DD, in files also YYYYMMDD */
    FIELD_MONTH, /* YYYYMM */
    FIELD_PHONE, /* landline or 400/800 */
    FIELD_MOBILE,
    FIELD_EMAIL,
    FIELD_POSTCODE,
    FIELD_CREDIT_CODE, /* 统一社会信用代码 */
    FIELD_IDENTITY,    /* 居民身份证号 */
    FIELD_URL,
};

/* How an answer shows a personal field to someone without `reveal` (X1.5). */
enum mask { MASK_NONE, MASK_IDENTITY, MASK_PHONE, MASK_EMAIL };

struct form_field {
    const char *name; /* wire, JSON, CSV header of exports */
    const char *label_zh, *label_en;
    enum field_type type;
    bool required;
    const char *codes;     /* code table, for FIELD_CODE */
    const char *subset;    /* allowed codes, ' '-separated; NULL = all current */
    int min, max;          /* of the number, or of the text's length in characters; 0 = none (text: 200) */
    enum qx_module module; /* whose right it needs (S1.4.2) */
    enum mask mask;
    const char *section_zh, *section_en; /* a new section starts at the first field that differs */
    const char *any_of;   /* fields with the same word here: at least one must be filled (phone or mobile) */
    const char *promoted; /* record column filled from it ("employer_name", "credit_code"), or NULL */
    const char *ledger;   /* name in the ledger's destination block, or NULL (S2.1.7's list); "archive.X" and
                             "household.X": X in the block of that name, copied with the record (S2.1.5) */
};

struct form {
    const char *name; /* "agreement", "labour_contract", "further_study", … */
    const char *title_zh, *title_en;
    const struct form_field *fields;
    size_t nfields;
};

const struct form *form_find(const char *name);
size_t forms_all(const struct form **all);
const struct form_field *form_field(const struct form *, const char *name);
/* The form of a flow (and destination kind, for FLOW_DESTINATION); NULL: unknown kind. */
const struct form *form_of(enum qx_flow, const char *kind);

/* What is wrong with one value. Ids are stable; the client words them. */
#define QX_FIELD_ERRORS(X)                                                                                             \
    X(OK, "ok")                                                                                                        \
    X(REQUIRED, "required")                                                                                            \
    X(ANY_OF, "any_of")                                                                                                \
    X(TOO_LONG, "too_long")                                                                                            \
    X(TOO_SHORT, "too_short")                                                                                          \
    X(NOT_A_NUMBER, "not_a_number")                                                                                    \
    X(OUT_OF_RANGE, "out_of_range")                                                                                    \
    X(UNKNOWN_CODE, "unknown_code")                                                                                    \
    X(CODE_NOT_ALLOWED, "code_not_allowed")                                                                            \
    X(BAD_DATE, "bad_date")                                                                                            \
    X(BAD_PHONE, "bad_phone")                                                                                          \
    X(BAD_EMAIL, "bad_email")                                                                                          \
    X(BAD_POSTCODE, "bad_postcode")                                                                                    \
    X(BAD_CREDIT_CODE, "bad_credit_code")                                                                              \
    X(BAD_IDENTITY, "bad_identity")                                                                                    \
    X(BAD_CHARACTERS, "bad_characters")                                                                                \
    X(UNKNOWN_FIELD, "unknown_field")
#define X(id, code) FE_##id,
enum field_error { QX_FIELD_ERRORS(X) FE_COUNT };
#undef X
const char *field_error_code(enum field_error);

enum field_error field_check(const struct form_field *, const char *value); /* value NULL or "" = empty */

struct form_problem {
    const struct form_field *field;
    enum field_error error;
};
/* `get` answers the value of a field, NULL when empty. Answers how many problems there are (may exceed max). */
size_t form_check(const struct form *, const char *(*get)(void *, const char *name), void *arg,
                  struct form_problem *out, size_t max);

#endif
