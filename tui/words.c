/*
 * words.c - ids into words. Every table: code -> msgid; sentences hold {name} where the server's parameter goes.
 *
 * A code that stands in no table is shown as itself: a newer server's id is still readable, never guessed.
 */
#include "words.h"

#include "../shared/domain/codes.h"
#include "../shared/domain/flow.h"
#include "../shared/domain/forms.h"
#include "po/tr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word {
    const char *code, *msgid;
};

static const struct word states[] = {
    {"none", N_("none")},
    {"draft", N_("draft")},
    {"invited", N_("invited")},
    {"agreement_audit_department", N_("agreement audit, department")},
    {"agreement_audit_school", N_("agreement audit, school")},
    {"returned", N_("returned")},
    {"awaiting_stamped_image", N_("awaiting stamped image")},
    {"signing_audit_department", N_("signing audit, department")},
    {"signing_audit_school", N_("signing audit, school")},
    {"audit_department", N_("audit, department")},
    {"audit_school", N_("audit, school")},
    {"effective", N_("effective")},
    {"void_audit_department", N_("void audit, department")},
    {"void_audit_school", N_("void audit, school")},
    {"awaiting_other_side", N_("awaiting the other side")},
    {"voided", N_("voided")},
    {"terminated", N_("terminated")},
    {"withdrawn", N_("withdrawn")},
    {"declined", N_("declined")},
    {"lapsed", N_("lapsed")},
    {"failed", N_("failed")},
    {NULL, NULL},
};

static const struct word actions[] = {
    {"submit", N_("submit")},
    {"take_back", N_("take back")},
    {"approve", N_("approve")},
    {"return", N_("return")},
    {"reject", N_("reject")},
    {"resubmit", N_("resubmit")},
    {"give_up", N_("give up")},
    {"upload", N_("upload the stamped image")},
    {"change", N_("change the destination")},
    {"modify", N_("modify")},
    {"void", N_("void")},
    {"undo", N_("undo")},
    {"invite", N_("invite")},
    {"withdraw", N_("withdraw")},
    {"accept", N_("accept")},
    {"decline", N_("decline")},
    {"lapse", N_("lapse")},
    {"apply", N_("apply")},
    {"agree", N_("agree")},
    {"force", N_("force")},
    {NULL, NULL},
};

static const struct word roles[] = {
    {"nobody", N_("nobody")},      {"graduate", N_("graduate")},
    {"employer", N_("employer")},  {"department", N_("department")},
    {"school", N_("school")},      {"province", N_("province")},
    {"support", N_("support")},    {"operator", N_("operator")},
    {"clock", N_("the deadline")}, {NULL, NULL},
};

static const struct word orders[] = {
    {"submitted", N_("submitted")},
    {"name", N_("name")},
    {"student_no", N_("student number")},
    {NULL, NULL},
};

/* Short: seven of them stand in one line of 80 columns. */
static const struct word stages[] = {
    {"draft", N_("form")},
    {"invited", N_("invitation")},
    {"agreement_audit_department", N_("agr. dept")},
    {"agreement_audit_school", N_("agr. school")},
    {"awaiting_stamped_image", N_("image")},
    {"signing_audit_department", N_("sign dept")},
    {"signing_audit_school", N_("sign school")},
    {"audit_department", N_("audit dept")},
    {"audit_school", N_("audit school")},
    {NULL, NULL},
};

static const struct word outcomes[] = {
    {"ok", N_("Done.")},
    {"stale", N_("The record has changed since it was shown.")},
    {"wrong_state", N_("That can't be done in the record's present state.")},
    {"forbidden", N_("Your account has no right to do that.")},
    {"guard", N_("A rule stands against it.")},
    {"invalid", N_("Something is missing or wrong.")},
    {"not_found", N_("There is no such record for you.")},
    {"locked", N_("Someone else is working on it at this very moment; try again.")},
    {NULL, NULL},
};

static const struct word field_errors[] = {
    {"required", N_("is required")},
    {"any_of", N_("at least one of these is required")},
    {"too_long", N_("is too long")},
    {"too_short", N_("is too short")},
    {"not_a_number", N_("is not a number")},
    {"out_of_range", N_("is out of range")},
    {"unknown_code", N_("is not in the list")},
    {"code_not_allowed", N_("is not allowed here")},
    {"bad_date", N_("is not a date (YYYY-MM-DD)")},
    {"bad_phone", N_("is not a phone number")},
    {"bad_email", N_("is not an e-mail address")},
    {"bad_postcode", N_("is not a postcode (six digits)")},
    {"bad_credit_code", N_("is not a valid unified social credit code")},
    {"bad_identity", N_("is not a valid identity number")},
    {"bad_characters", N_("holds characters that can't stand here")},
    {"unknown_field", N_("is not a field of this form")},
    {"identity_length", N_("an identity number has 18 characters")},
    {"identity_characters", N_("is not 17 digits and a digit or X")},
    {"identity_region", N_("begins with an unknown region")},
    {"identity_date", N_("holds an impossible date of birth")},
    {"identity_check", N_("its last character does not fit the others")},
    {"identity_differs", N_("differs from the identity number")},
    {"bad_exam_no", N_("is not an examination number")},
    {"other_class", N_("belongs to another class")},
    {"other_school", N_("belongs to another school")},
    {"other_person", N_("now names another person; confirm it")},
    {"twice_in_file", N_("stands in the file twice")},
    {"missing_column", N_("is missing from the header")},
    {"duplicate_column", N_("stands in the header twice")},
    {"bad_value", N_("is no such value")},
    {"not_allowed", N_("is not allowed here")},
    {"taken", N_("is taken already")},
    {"too_many", N_("there are too many")},
    {"too_many_files", N_("has too many files")},
    {"too_large", N_("is too large")},
    {"used_before", N_("was used before for something else")},
    {"differs", N_("differs from what was sent")},
    {"differs_from_before", N_("differs from what was announced")},
    {"not_jpeg_png_pdf", N_("is neither JPEG, PNG nor PDF")},
    {"not_in_roster", N_("is not a department of the roster")},
    {"cannot_turn_off", N_("cannot be turned off again")},
    {"wrong_number_of_columns", N_("has more or fewer columns than the header")},
    {"bad_quotes", N_("has quotation marks that don't match")},
    {"row_too_long", N_("is too long for a row")},
    {"code_and_words_differ", N_("its code and its words name different things")},
    {NULL, NULL},
};

/* Members of requests that stand in no form. */
static const struct word members[] = {
    {"user", N_("user name")},
    {"name", N_("name")},
    {"title", N_("title")},
    {"email", N_("e-mail")},
    {"mobile", N_("mobile")},
    {"phone", N_("phone")},
    {"fax", N_("fax")},
    {"qq", N_("QQ")},
    {"scope", N_("scope")},
    {"password", N_("password")},
    {"department", N_("department")},
    {"data", N_("the file")},
    {"class", N_("class")},
    {"key", N_("the key")},
    {"record", N_("record")},
    {"old", N_("the password now")},
    {"new", N_("the new password")},
    {"reason_code", N_("reason")},
    {"reason_text", N_("the concrete problem")},
    {"termination_limit", N_("termination applications")},
    {"audit_mode", N_("audit mode")},
    {"contacts", N_("agreement contacts")},
    {"online_signing", N_("online signing")},
    {"supplement", N_("supplement")},
    {"destination", N_("destination")},
    {"void_audited", N_("void is audited")},
    {"handler", N_("handler")},
    {"address", N_("address")},
    {"postcode", N_("postcode")},
    {"role", N_("role")},
    {"rights", N_("rights")},
    {"school_code", N_("school code")},
    {"file_name", N_("file")},
    {"size", N_("bytes")},
    {"row", N_("row")},
    {"employment", N_("basic and employment")},
    {"archive", N_("archive")},
    {"household", N_("household")},
    {"all", N_("all education levels")},
    {"undergraduate", N_("undergraduate and vocational")},
    {"postgraduate", N_("postgraduate")},
    {NULL, NULL},
};

static const struct word guards[] = {
    {"scope", N_("The record is outside of what your account covers.")},
    {"right", N_("It needs the right to write on employment data; your school's accounts page grants it.")},
    {"flow_open", N_("This registration is not open for the class; the school opens it in its signing settings.")},
    {"may_sign", N_("The school has set: may not sign.")},
    {"place_free",
     N_("Another registration is held already ({holder}, {holder_state}); that one must end first.")},
    {"no_termination", N_("A termination is open; it must be decided first.")},
    {"before_deadline", N_("The deadline has passed.")},
    {"past_deadline", N_("The deadline has not passed yet.")},
    {"none_invited", N_("An invitation of this employer to this graduate is already open.")},
    {"untouched", N_("An auditor has already decided on it.")},
    {"form_complete", N_("The form is not complete.")},
    {"kind_allowed", N_("This kind is only for directed and commissioned graduates.")},
    {"proof_attached", N_("The proof for this kind of destination is not attached.")},
    {"image_attached", N_("The image of the stamped agreement is not attached.")},
    {"auditor_exists",
     N_("The department has no auditing account for this education level yet; the school must make one.")},
    {"reason_given", N_("A reason and the concrete problem are required.")},
    {"explained", N_("It needs an explanation in words.")},
    {"agreed_tick", N_("The tick that both sides have agreed is missing.")},
    {"nothing_open", N_("A termination of this record is open.")},
    {"other_stage", N_("You approved it at the department's stage; nobody decides both stages.")},
    {"void_unaudited", N_("Voiding is audited at this school.")},
    {"void_audited", N_("Voiding is not audited at this school.")},
    {"parent_effective", N_("The signing to be terminated is not effective.")},
    {"none_open_on_parent", N_("Another application on the same signing is open.")},
    {"within_limit", N_("No applications are left: {used} of {limit} are used.")},
    {"is_applicant", N_("Only the applicant can do that.")},
    {"is_other_side", N_("Only the other side can do that.")},
    {"by_graduate", N_("The application is not the graduate's.")},
    {"own_decision", N_("Only the last decision can be undone, and only by the one who took it.")},
    {"undo_window", N_("The five minutes in which it could be undone are over.")},
    {"not_passed_on", N_("It has already been passed on (downloaded, confirmed or delivered), so it can't be undone.")},
    {"mode_kept", N_("The audit mode has changed; the stage to go back to no longer exists.")},
    {NULL, NULL},
};

static const struct word messages[] = {
    {"invited", N_("{employer} invites you to sign.")},
    {"invitation_withdrawn", N_("{employer} has withdrawn its invitation.")},
    {"invitation_lapsed", N_("The invitation of {employer} has lapsed.")},
    {"accepted", N_("The invitation was accepted.")},
    {"declined", N_("The invitation was declined.")},
    {"passed_on", N_("The department has approved; the school audits next.")},
    {"approved", N_("Approved: the registration is effective.")},
    {"agreement_ready", N_("The agreement is ready: print it, have it stamped, upload the image.")},
    {"returned", N_("Returned for correction: {reason} {reason_text}")},
    {"rejected", N_("Rejected: {reason} {reason_text}")},
    {"modified", N_("The school has modified the registration.")},
    {"changed", N_("The auditor has changed the destination: {reason_text}")},
    {"voided", N_("Voided: {reason} {reason_text}")},
    {"given_up", N_("The record was given up.")},
    {"termination_applied", N_("A termination was applied for.")},
    {"termination_agreed", N_("The termination was agreed to.")},
    {"termination_declined", N_("The termination was declined.")},
    {"termination_withdrawn", N_("The termination was withdrawn.")},
    {"terminated", N_("The agreement is terminated.")},
    {"forced", N_("The agreement was terminated by the school.")},
    {"undone", N_("The last decision was undone; the record is back where it was.")},
    {NULL, NULL},
};

static const struct word errors[] = {
    {"INVALID_ARGUMENT", N_("The server did not understand the request.")},
    {"UNAUTHENTICATED", N_("User name or password is wrong, or the session has ended.")},
    {"PERMISSION_DENIED", N_("Your account has no right to do that.")},
    {"NOT_FOUND", N_("There is no such record for you.")},
    {"ALREADY_EXISTS", N_("That exists already.")},
    {"FAILED_PRECONDITION", N_("That is not possible now.")},
    {"OUT_OF_RANGE", N_("That is too much at once; narrow the filter.")},
    {"UNIMPLEMENTED", N_("The server doesn't know this request; it may be older than this program.")},
    {"RESOURCE_EXHAUSTED", N_("Too much at once, or too many attempts; wait a little.")},
    {"UNAVAILABLE", N_("The database is away at the moment; it will be tried again.")},
    {"DEADLINE_EXCEEDED", N_("The server took too long.")},
    {"ABORTED", N_("It is unknown whether that was done; look at the record.")},
    {"INTERNAL", N_("An error in the server; it is in its log.")},
    {NULL, NULL},
};

static const char *word_of(const struct word *words, const char *code)
{
    if (code == NULL)
        return "";
    for (; words->code != NULL; words++)
        if (strcmp(words->code, code) == 0)
            return _(words->msgid);
    return code;
}

const char *word_flow(const char *code)
{
    int flow = code == NULL ? -1 : flow_of(code);
    if (flow < 0)
        return code == NULL ? "" : code;
    const struct flow_def *def = flow_def((enum qx_flow)flow);
    return tr_zh() ? def->name_zh : def->name_en;
}

const char *word_state(const char *code)
{
    return word_of(states, code);
}

const char *word_action(const char *code)
{
    return word_of(actions, code);
}

const char *word_role(const char *code)
{
    return word_of(roles, code);
}

const char *word_outcome(const char *code)
{
    return word_of(outcomes, code);
}

const char *word_field_error(const char *code)
{
    return word_of(field_errors, code);
}

const char *word_order(const char *code)
{
    return word_of(orders, code);
}

const char *word_stage(const char *code)
{
    const char *word = word_of(stages, code);
    return word == code ? word_state(code) : word;
}

const char *word_reason_table(const char *action)
{
    return strcmp(action, "void") == 0 ? "void_reason" : "audit_reject_reason";
}

/* The tables' codes differ; the one that they share means the same in both. */
const char *word_reason(const char *code)
{
    static const char *const tables[] = {"audit_reject_reason", "void_reason"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (code_find(code_table(tables[i]), code) != NULL)
            return code_label(code_table(tables[i]), code, tr_zh());
    return code;
}

/* ------------------------------------------------------------------ sentences with parameters */

struct out {
    char *buf;
    size_t len, size;
};

static void put(struct out *o, const char *s, size_t n)
{
    if (o->len + n >= o->size)
        n = o->size - o->len - 1;
    memcpy(o->buf + o->len, s, n);
    o->len += n;
    o->buf[o->len] = '\0';
}

static void puts_out(struct out *o, const char *s)
{
    put(o, s == NULL ? "" : s, s == NULL ? 0 : strlen(s));
}

/* A parameter as words: codes by their tables, everything else as it is. */
static void put_param(struct out *o, const char *name, const msgpack_object *params)
{
    char number[32];
    int64_t i;

    if (strcmp(name, "reason") == 0) {
        char *code = map_str_copy(params, "reason_code");
        if (code != NULL && *code != '\0')
            puts_out(o, word_reason(code));
        free(code);
    } else if (map_int(params, name, &i)) {
        snprintf(number, sizeof number, "%lld", (long long)i);
        puts_out(o, number);
    } else {
        char *s = map_str_copy(params, name);
        size_t n = strlen(name);
        puts_out(o, s == NULL                                                         ? NULL
                    : n > 5 && strcmp(name + n - 5, "state") == 0                     ? word_state(s)
                    : strcmp(name, "holder") == 0 || strcmp(name, "holder_flow") == 0 ? word_flow(s)
                                                                                      : s);
        free(s);
    }
}

static const char *fill(const char *sentence, const msgpack_object *params, char *buf, size_t size)
{
    struct out o = {buf, 0, size};

    buf[0] = '\0';
    for (const char *s = sentence; *s != '\0';) {
        const char *open = strchr(s, '{');
        const char *close = open == NULL ? NULL : strchr(open, '}');
        char name[32];
        if (close == NULL || (size_t)(close - open) > sizeof name) {
            puts_out(&o, s);
            break;
        }
        put(&o, s, (size_t)(open - s));
        snprintf(name, sizeof name, "%.*s", (int)(close - open - 1), open + 1);
        put_param(&o, name, params);
        s = close + 1;
    }
    return buf;
}

const char *word_guard(const char *code, const msgpack_object *params, char *buf, size_t len)
{
    return fill(word_of(guards, code), params, buf, len);
}

const char *word_message(const char *kind, const msgpack_object *params, char *buf, size_t len)
{
    return fill(word_of(messages, kind), params, buf, len);
}

const char *word_rpc_error(const char *text, char *buf, size_t len)
{
    int code = text == NULL ? RPC_INTERNAL : rpc_error_of(text);

    if (code < 0)
        snprintf(buf, len, "%s", text);
    else
        snprintf(buf, len, "%s", word_of(errors, rpc_error_name((enum rpc_error)code)));
    return buf;
}

/* ------------------------------------------------------------------ an outcome, whole */

static void put_line(struct out *o, const char *line)
{
    if (o->len > 0)
        put(o, "\n", 1);
    puts_out(o, line);
}

static void put_by(struct out *o, const msgpack_object *by)
{
    char *name = map_str_copy(by, "name"), *role = map_str_copy(by, "role"), *at = map_str_copy(by, "at"),
         *action = map_str_copy(by, "action");
    char line[512], when[40];

    snprintf(line, sizeof line, _("%s (%s), %s: %s"), name == NULL ? "?" : name, word_role(role),
             word_time(at, true, when, sizeof when), word_action(action));
    put_line(o, line);
    free(name);
    free(role);
    free(at);
    free(action);
}

static void put_failed(struct out *o, const msgpack_object *failed)
{
    char line[512];

    for (uint32_t i = 0; failed->type == MSGPACK_OBJECT_ARRAY && i < failed->via.array.size; i++) {
        const msgpack_object *item = &failed->via.array.ptr[i];
        char *guard = map_str_copy(item, "guard");
        if (guard != NULL)
            put_line(o, word_guard(guard, item, line, sizeof line));
        free(guard);
    }
}

/* A member by the words of the table above, else by the label of the first form that has it. */
const char *word_field(const char *name)
{
    const struct form *forms;
    const size_t n = forms_all(&forms);

    for (const struct word *w = members; w->code != NULL && name != NULL; w++)
        if (strcmp(w->code, name) == 0)
            return _(w->msgid);
    for (size_t i = 0; i < n && name != NULL; i++) {
        const struct form_field *field = form_field(&forms[i], name);
        if (field != NULL)
            return tr_zh() ? field->label_zh : field->label_en;
    }
    return name == NULL ? "" : name;
}

static void put_fields(struct out *o, const msgpack_object *problems)
{
    char line[512];

    for (uint32_t i = 0; problems->type == MSGPACK_OBJECT_ARRAY && i < problems->via.array.size; i++) {
        const msgpack_object *item = &problems->via.array.ptr[i];
        char *field = map_str_copy(item, "field"), *error = map_str_copy(item, "error");
        snprintf(line, sizeof line, "%s: %s", word_field(field), word_field_error(error));
        put_line(o, line);
        free(field);
        free(error);
    }
}

const char *word_refusal(const msgpack_object *result, char *buf, size_t len)
{
    struct out o = {buf, 0, len};
    char *outcome = map_str_copy(result, "outcome"), *state = map_str_copy(result, "state");
    const msgpack_object *by = map_get(result, "by"), *failed = map_get(result, "failed"),
                         *fields = map_get(result, "fields");
    char line[256];

    buf[0] = '\0';
    if (failed == NULL || strcmp(outcome == NULL ? "" : outcome, "guard") != 0)
        put_line(&o, word_outcome(outcome));
    if (by != NULL && by->type == MSGPACK_OBJECT_MAP)
        put_by(&o, by);
    if (state != NULL) {
        snprintf(line, sizeof line, _("Its state is now: %s"), word_state(state));
        put_line(&o, line);
    }
    if (failed != NULL)
        put_failed(&o, failed);
    if (fields != NULL)
        put_fields(&o, fields);
    free(outcome);
    free(state);
    return buf;
}

const char *word_time(const char *t, bool full, char *buf, size_t len)
{
    if (t == NULL || strlen(t) < 16) {
        snprintf(buf, len, "%s", t == NULL ? "" : t);
        return buf;
    }
    if (full && strlen(t) >= 19)
        snprintf(buf, len, "%.10s %.8s", t, t + 11);
    else
        snprintf(buf, len, "%.5s %.5s", t + 5, t + 11);
    return buf;
}
