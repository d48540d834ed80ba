/*
 * time.c - Unix milliseconds <-> RFC 3339. Written always at +08:00 (China has had one time zone without summer time
 * since 1991, and all deadlines are midnights there); read at any offset.
 */
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { CHINA_SECONDS = 8 * 3600, DAY = 86400 };

void time_format(char *buf, size_t len, long long ms)
{
    long long seconds = ms / 1000, rest = ms % 1000;
    if (rest < 0) {
        rest += 1000;
        seconds--;
    }
    const time_t local = (time_t)(seconds + CHINA_SECONDS);
    struct tm tm;
    if (!gmtime_r(&local, &tm)) {
        snprintf(buf, len, "%s", "");
        return;
    }
    snprintf(buf, len, "%04d-%02d-%02dT%02d:%02d:%02d.%03lld+08:00", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
             tm.tm_hour, tm.tm_min, tm.tm_sec, rest);
}

/* Exactly `n` digits at *s. */
static bool digits(const char **s, int n, int *v)
{
    *v = 0;
    for (; n > 0; n--, (*s)++) {
        if (**s < '0' || **s > '9')
            return false;
        *v = *v * 10 + (**s - '0');
    }
    return true;
}

static bool literal(const char **s, char c)
{
    if (**s != c)
        return false;
    (*s)++;
    return true;
}

/* .5 .50 .500 and finer, the finer cut off; absent is 0. */
static bool fraction(const char **s, int *ms)
{
    *ms = 0;
    if (**s != '.')
        return true;
    (*s)++;
    int n = 0;
    for (; **s >= '0' && **s <= '9'; (*s)++, n++)
        if (n < 3)
            *ms = *ms * 10 + (**s - '0');
    for (int i = n; i < 3; i++)
        *ms *= 10;
    return n > 0;
}

static bool offset(const char **s, int *seconds)
{
    int hours, minutes;
    *seconds = 0;
    if (**s == 'Z' || **s == 'z') {
        (*s)++;
        return true;
    }
    const int sign = **s == '-' ? -1 : 1;
    if (**s != '+' && **s != '-')
        return false;
    (*s)++;
    if (!digits(s, 2, &hours) || !literal(s, ':') || !digits(s, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

/* Days since 1970-01-01 of the Gregorian calendar (H. Hinnant's days_from_civil); false: no such day. */
static bool day_number(int y, int m, int d, long long *days)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    if (y < 1 || m < 1 || m > 12 || d < 1 || d > lengths[m - 1] + (m == 2 && leap))
        return false;
    const int year = m <= 2 ? y - 1 : y;
    const int era = year / 400, of_era = year - era * 400;
    const int of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    *days = 146097LL * era + 365LL * of_era + of_era / 4 - of_era / 100 + of_year - 719468;
    return true;
}

bool time_parse(const char *s, long long *ms)
{
    int y, mo, d, h, mi, sec, frac, off;
    long long days;
    if (!digits(&s, 4, &y) || !literal(&s, '-') || !digits(&s, 2, &mo) || !literal(&s, '-') || !digits(&s, 2, &d))
        return false;
    if (!literal(&s, 'T') && !literal(&s, 't') && !literal(&s, ' '))
        return false;
    if (!digits(&s, 2, &h) || !literal(&s, ':') || !digits(&s, 2, &mi) || !literal(&s, ':') || !digits(&s, 2, &sec))
        return false;
    if (!fraction(&s, &frac) || !offset(&s, &off) || *s)
        return false;
    if (h > 23 || mi > 59 || sec > 60 || !day_number(y, mo, d, &days))
        return false;
    *ms = (days * DAY + 3600LL * h + 60LL * mi + sec - off) * 1000 + frac;
    return true;
}
