/*
 * log.c - one line per event to stderr, with the time; systemd or the caller keeps it.
 */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Messages of libraries end in line breaks and hold some; a log line is one line. */
static void one_line(char *s)
{
    size_t len = strlen(s);
    while (len && (s[len - 1] == '\n' || s[len - 1] == ' '))
        s[--len] = '\0';
    for (; *s; s++)
        if ((unsigned char)*s < ' ')
            *s = ' ';
}

void log_line(const char *level, const char *fmt, ...)
{
    char text[2048], stamp[32], line[2200];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    one_line(text);
    struct timespec now;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &tm);
    int n = snprintf(line, sizeof line, "%s.%03ldZ level=%s %s\n", stamp, now.tv_nsec / 1000000, level, text);
    ssize_t wrote = write(STDERR_FILENO, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
    (void)wrote; /* nobody to tell */
}
