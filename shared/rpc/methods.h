/*
 * methods.h - every method of the API, declared once (shared/rpc/methods.c). The server admits calls by it, the encoder
 * masks by it, quxiang-rpc(7) is printed from it, and the tests check every call they make against it.
 */
#ifndef QX_METHODS_H
#define QX_METHODS_H

#include "../domain/flow.h"

/* Types of a parameter or of a result's member. '?' after the type in the text form = may be absent. */
enum value_type { V_STR, V_INT, V_BOOL, V_BIN, V_ID, V_TIME, V_UUID, V_MAP, V_ARRAY };

struct value_decl {
    const char *name;
    enum value_type type;
    bool optional;
    enum qx_module module; /* of a result's member: it is left out without `read` on it (S1.4.2) */
    int mask;              /* of a result's member: enum mask of forms.h (X1.5) */
    int64_t min, max;      /* of an integer parameter; both 0: any 64-bit one */
    const char *doc;
    const struct value_decl *of; /* members of a map, or of each map of an array, ended by a NULL name; NULL: not declared */
};

/* Who may call at all; one bit per role. */
#define R(role) (1u << ROLE_##role)
#define R_MANAGER (R(DEPARTMENT) | R(SCHOOL) | R(PROVINCE))
#define R_ANY (R(GRADUATE) | R(EMPLOYER) | R_MANAGER | R(SUPPORT) | R(OPERATOR))

enum {
    MF_ANONYMOUS = 1, /* before login */
    MF_CHANGES = 2,   /* carries request_id; its effect is stored with its answer */
    MF_HEAVY = 4,     /* runs on the heavy connections */
    MF_GATEWAY = 8,   /* only for the gateway's broker connection */
    MF_NO_CLASS = 16, /* works without a chosen class or enrolment */
    MF_NO_PASSWORD = 32, /* works in a session that came by an activation code and hasn't set a password yet */
};

struct method {
    const char *name;          /* "queue.list" */
    const char *doc;
    unsigned roles;            /* R(…) */
    enum qx_module module;     /* whose right it needs */
    enum qx_right right;       /* RIGHT_NONE: none */
    unsigned flags;            /* MF_… */
    const struct value_decl *params; /* ended by a NULL name */
    const struct value_decl *result;
};

const struct method *method_find(const char *name, size_t len); /* NULL: no such method */
size_t methods_all(const struct method **all);

#endif
