/*
 * words.h - what the server's ids and parameters are called, in the language in force. One table per kind of id
 * (words.c): id -> msgid, with {name} where a parameter of the server's map goes. An unknown id is shown as itself.
 */
#ifndef QX_TUI_WORDS_H
#define QX_TUI_WORDS_H

#include "../shared/rpc/rpc.h"

const char *word_flow(const char *code);
const char *word_state(const char *code);
const char *word_action(const char *code); /* "approve" -> 审核通过 */
const char *word_role(const char *code);
const char *word_outcome(const char *code);
const char *word_field(const char *name); /* a member of a request, or a form's field */
const char *word_field_error(const char *code);
const char *word_order(const char *code);
const char *word_stage(const char *code);
const char *word_reason(const char *code);              /* of a return, a rejection or a void */
const char *word_reason_table(const char *action_code); /* the code table that the action's reason is chosen from */
/* Sentences with parameters from a map. Answer buf. */
const char *word_guard(const char *code, const msgpack_object *params, char *buf, size_t len);
const char *word_message(const char *kind, const msgpack_object *params, char *buf, size_t len);
const char *word_rpc_error(const char *code_and_text, char *buf, size_t len); /* "UNAVAILABLE: …" */
/* An outcome whole: what came of it, who acted last, the failed guards and fields. Newline-separated sentences. */
const char *word_refusal(const msgpack_object *result, char *buf, size_t len);
/* "2026-06-30T15:59:15.000+08:00" -> "06-30 15:59"; full: "2026-06-30 15:59:15" */
const char *word_time(const char *rfc3339, bool full, char *buf, size_t len);

#endif
