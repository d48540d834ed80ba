/*
 * settings_contacts.h - the agreement contacts (S2.2.6): one for the school, or one each for undergraduates and
 * postgraduates.
 */
#ifndef QX_SETTINGS_CONTACTS_H
#define QX_SETTINGS_CONTACTS_H

#include "../server.h"

/* The parameter `contacts` as JSON in the arena; NULL: absent, or (`*wrong` names the member) not contacts. */
const char *contacts_text(struct req *, const char **wrong);

#endif
