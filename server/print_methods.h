/*
 * print_methods.h - the declarations of every method, printed: as JSON for tests and other programs, as the body of
 * quxiang-rpc(7).
 */
#ifndef QX_PRINT_METHODS_H
#define QX_PRINT_METHODS_H

#include <stdbool.h>
#include <stdio.h>

/* format: "json" or "man"; false: another. */
bool print_methods(FILE *out, const char *format);

#endif
