/*
 * log.h - log lines: key=value, one line each, on stderr; values that may hold anything are quoted by the writer and
 * cleaned here (a line break becomes a space). Never a personal value, never a secret.
 */
#ifndef QX_LOG_H
#define QX_LOG_H

/* level: debug, info, warning, error. */
void log_line(const char *level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
