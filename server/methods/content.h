/*
 * content.h - form values on their way out: masked field by field as the form table says (X1.5), or whole for the one
 * whose they are.
 */
#ifndef QX_CONTENT_H
#define QX_CONTENT_H

#include "../server.h"

/* The values of the form of this flow and kind; members that no form has (kept by the workflow) are left out. NULL: {}.
 */
void content_pack(struct pack *, enum qx_flow, const char *kind, const char *json, bool masked);
/* Only the values that content_pack() masks, whole; answers whether there are any (nothing is written else). */
bool content_pack_masked_only(struct pack *, const char *key, enum qx_flow, const char *kind, const char *json);
/* The graduate's data as at submission, kept in the content: declared members, masked. false: none kept. */
bool content_pack_graduate(struct pack *, const char *key, const struct value_decl *members, const char *json);

#endif
