/*
 * unit.h - the unit tests' suites. One file per subject, with one function that adds its suite; tests/unit/main.c lists
 * them. A test's name names the rule that it proves.
 */
#ifndef QX_UNIT_H
#define QX_UNIT_H

#include <CUnit/CUnit.h>

/* One named test of a suite; a NULL name ends the list. */
struct unit_test {
    const char *name;
    void (*run)(void);
};

/* A suite as its file declares it: UNIT_SUITE(text_suite, "text", tests) defines it, main.c lists it. */
struct unit_suite {
    const char *name;
    const struct unit_test *tests;
};

#define UNIT_SUITE(ID, NAME, TESTS) const struct unit_suite ID = {NAME, TESTS}

/* Strings are equal, and both are shown when they are not. */
void unit_same_text(const char *got, const char *wanted, const char *file, int line);
#define SAME_TEXT(got, wanted) unit_same_text((got), (wanted), __FILE__, __LINE__)

#endif
