/*
 * words.c - splits `ssh host COMMAND` into words for the command table. Not a shell: nothing is expanded, started or joined.
 */
#include "gateway.h"

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Copies one word from *line on; false: an open quote, or no room. */
static bool one_word(const char **line, char **out, const char *end)
{
    char quote = '\0';
    const char *s = *line;
    for (; *s && (quote || !blank(*s)); s++) {
        if (quote ? *s == quote : *s == '\'' || *s == '"') {
            quote = quote ? '\0' : *s;
            continue;
        }
        if (*s == '\\' && quote != '\'' && s[1])
            s++;
        if (*out + 1 >= end)
            return false;
        *(*out)++ = *s;
    }
    if (quote || *out >= end)
        return false;
    *(*out)++ = '\0';
    *line = s;
    return true;
}

int words_split(const char *line, char *buf, size_t len, const char **words, int max)
{
    char *out = buf;
    int n = 0;
    for (;;) {
        while (blank(*line))
            line++;
        if (!*line)
            return n;
        if (n == max)
            return -1;
        words[n++] = out;
        if (!one_word(&line, &out, buf + len))
            return -1;
    }
}
