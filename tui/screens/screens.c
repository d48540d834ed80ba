/* screens.c - the list of all screens. A new one is a file and a line here (and its keys in keymaps.c). */
#include "../screen.h"

#include "people.h"
#include "screens.h"

const struct screen_ops *const screens_all[] = {
    &login_ops, &password_ops, &choose_ops, &home_ops,   &queue_ops,  &audit_ops,    &help_ops,    &text_ops,
    &inbox_ops, &roster_ops,   &person_ops, &import_ops, &codes_ops,  &accounts_ops, &account_ops, &settings_ops,
    &mine_ops,  &kinds_ops,    &form_ops,   &record_ops, &change_ops, NULL,
};
