/*
 * tr.h - the program's words in the user's language. msgids are English; zh_CN.po and en.po are compiled by the build
 * (po.awk) into arrays sorted by msgid. A switch of language is one pointer (what setlocale() is to gettext: the one
 * variable of this program outside struct app, because a fresh Debian has no zh_CN locale to set).
 */
#ifndef QX_TR_H
#define QX_TR_H

#include <stdbool.h>
#include <stddef.h>

enum language { LANGUAGE_EN, LANGUAGE_ZH };

#define _(msgid) tr(msgid)
#define N_(msgid) (msgid) /* marked for the catalogue; translated where it is shown */

const char *tr(const char *msgid); /* the msgid itself when it has no translation; never NULL ("" for NULL) */
void tr_use(enum language);
enum language tr_language(void);
bool tr_zh(void);
enum language language_of_environment(void);            /* LC_ALL, LC_MESSAGES, LANG: only read */
bool language_of(const char *text, enum language *out); /* "zh", "zh_CN", "en"; false: neither */
const char *language_code(enum language);               /* "zh", "en" */

/* One catalogue: sorted by msgid, as strcmp() sorts. */
struct translation {
    const char *msgid, *msgstr;
};
struct catalogue {
    const struct translation *rows;
    size_t nrows;
};
extern const struct catalogue catalogue_zh, catalogue_en;

#endif
