/*
 * run.h - the server from start to end: what main() asks for once it has read its arguments.
 */
#ifndef QX_RUN_H
#define QX_RUN_H

#include "server.h"

struct run_options {
    struct server_config config;
    const char *owner_conninfo; /* who migrates an external database; NULL: config.conninfo itself */
    bool migrate_only;
    long demo_graduates, demo_waiting; /* demonstration data to be made first; 0: none */
    const char *demo_users;
    int command_argc; /* an operator's command instead of serving */
    char **command;
};

/* Answers the exit status: 0 done, 1 refused, 2 usage, 3 the flow tables are wrong, 4 no database. */
int run(struct run_options *);

#endif
