/*
 * demo.h - demonstration data: two invented schools, their departments, graduates, accounts and records in every state.
 *
 * Everybody in it is invented. Every record is walked to its state by flow_step() itself, so that events, contents,
 * places, ledger, messages and feed are what the workflow would have written. Blocking libpq (COPY) on the owner's
 * connection, before the loop starts. A database that already has the first demonstration school is left as it is.
 */
#ifndef QX_DEMO_H
#define QX_DEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct demo_options {
    long graduates;         /* in all; at least 200 */
    long waiting;           /* how many records wait for an auditor; 0: six of ten graduates have one */
    const char *users_file; /* the table of people with passwords is written here, mode 0600; NULL: nobody has one */
};

/* `hmac_key`: server->hmac_key. false: `why` says what went wrong, and nothing was kept. */
bool demo_seed(const char *owner_conninfo, const uint8_t hmac_key[32], const struct demo_options *, char *why,
               size_t len);

#endif
