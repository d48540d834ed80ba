/*
 * operator.h - what whoever installs the system does from the shell: quxiangd … account add …
 *
 *   account add --role school --school 10001 --school-name NAME [--name PERSON] USER
 *   account add --role province --province 110000 USER | --role support USER | --role operator USER
 *   account password USER     a new password from standard input
 *   account code USER         a new one-time activation code
 *
 * A first line on standard input (when it is not a terminal) with --password-stdin is the password; else a one-time
 * activation code is printed. Blocking libpq on the owner's connection; the server may run meanwhile.
 */
#ifndef QX_OPERATOR_H
#define QX_OPERATOR_H

/* argv[0] is the first word of the command ("account"). Answers the exit status: 0 done, 1 refused, 2 usage, 4 no
 * database. */
int operator_command(const char *owner_conninfo, int argc, char **argv);

#endif
