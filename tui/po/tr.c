/*
 * tr.c - looking words up (tr.h). The catalogues are made by the build out of zh_CN.po and en.po.
 */
#include "tr.h"

#include <stdlib.h>
#include <string.h>

/* What setlocale() is to gettext: the one variable outside struct app. */
static const struct catalogue *current = &catalogue_en;

static int compare(const void *key, const void *row)
{
    return strcmp(key, ((const struct translation *)row)->msgid);
}

const char *tr(const char *msgid)
{
    if (!msgid || !*msgid)
        return "";
    const struct translation *row = bsearch(msgid, current->rows, current->nrows, sizeof *current->rows, compare);
    return row ? row->msgstr : msgid;
}

void tr_use(enum language language)
{
    current = language == LANGUAGE_ZH ? &catalogue_zh : &catalogue_en;
}

enum language tr_language(void)
{
    return tr_zh() ? LANGUAGE_ZH : LANGUAGE_EN;
}

bool tr_zh(void)
{
    return current == &catalogue_zh;
}

bool language_of(const char *text, enum language *out)
{
    if (!text || strlen(text) < 2 || (text[2] && !strchr("_-.@", text[2])))
        return false;
    if (strncmp(text, "zh", 2) == 0)
        *out = LANGUAGE_ZH;
    else if (strncmp(text, "en", 2) == 0)
        *out = LANGUAGE_EN;
    else
        return false;
    return true;
}

/* As setlocale() would choose: the first of the three that is set and not empty. Anything but Chinese reads English. */
enum language language_of_environment(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    enum language language = LANGUAGE_EN;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) {
            (void)language_of(value, &language);
            break;
        }
    }
    return language;
}

const char *language_code(enum language language)
{
    return language == LANGUAGE_ZH ? "zh" : "en";
}
