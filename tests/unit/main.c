/*
 * main.c - runs every unit suite of the table below, or those named as arguments, and ends with `N passed, N failed`,
 * one per named test. A suite of one's own: a file test_SUBJECT.c that defines a struct unit_suite, and one line here.
 */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off: one a line */
#define SUITES(X) \
    X(flow_rules_suite) \
    X(flow_answers_suite) \
    X(flow_rows_suite) \
    X(flow_undo_suite) \
    X(flow_check_suite) \
    X(identity_suite) \
    X(codes_suite) \
    X(forms_suite) \
    X(text_suite) \
    X(scan_suite) \
    X(rpc_suite) \
    X(terminal_suite)
/* clang-format on */

#define X(id) extern const struct unit_suite id;
SUITES(X)
#undef X

static const struct unit_suite *const suites[] = {
#define X(id) &id,
    SUITES(X)
#undef X
};

static int passed, failed;

void unit_same_text(const char *got, const char *wanted, const char *file, int line)
{
    char note[512];

    if (got && wanted && !strcmp(got, wanted)) {
        CU_assertImplementation(CU_TRUE, (unsigned)line, "same text", file, "", CU_FALSE);
        return;
    }
    snprintf(note, sizeof note, "got \"%s\", wanted \"%s\"", got ? got : "(null)", wanted ? wanted : "(null)");
    CU_assertImplementation(CU_FALSE, (unsigned)line, note, file, "", CU_FALSE);
}

static void report(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord failure)
{
    printf("%s %s: %s\n", failure ? "FAIL" : "ok  ", suite->pName, test->pName);
    for (CU_pFailureRecord f = failure; f; f = f->pNext)
        printf("       %s:%u: %s\n", f->strFileName, f->uiLineNumber, f->strCondition);
    *(failure ? &failed : &passed) += 1;
}

static bool wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], name))
            return true;
    return argc < 2;
}

static void add(const struct unit_suite *suite)
{
    CU_pSuite s = CU_add_suite(suite->name, NULL, NULL);

    for (const struct unit_test *t = suite->tests; s && t->name; t++)
        if (!CU_add_test(s, t->name, t->run))
            s = NULL;
    if (!s) {
        fprintf(stderr, "%s: %s\n", suite->name, CU_get_error_msg());
        exit(EXIT_FAILURE);
    }
}

int main(int argc, char **argv)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return EXIT_FAILURE;
    for (size_t i = 0; i < sizeof suites / sizeof *suites; i++)
        if (wanted(suites[i]->name, argc, argv))
            add(suites[i]);
    CU_set_test_complete_handler(report);
    CU_run_all_tests();
    CU_cleanup_registry();
    printf("%d passed, %d failed\n", passed, failed);
    return failed || !passed ? EXIT_FAILURE : EXIT_SUCCESS;
}
