/* people.h - the screens of schools and graduates, and their keys. */
#ifndef QX_TUI_PEOPLE_H
#define QX_TUI_PEOPLE_H

#include "../keymap.h"
#include "../screen.h"

extern const struct screen_ops roster_ops, person_ops, import_ops, codes_ops, accounts_ops, account_ops, settings_ops;
extern const struct screen_ops mine_ops, kinds_ops, form_ops, record_ops, change_ops;

extern const struct keymap roster_map, person_map, import_map, codes_map, accounts_map, account_map, settings_map;
extern const struct keymap mine_map, kinds_map, form_map, record_map, change_map;

#endif
