/*
 * settings_contacts.c - {"all" | "undergraduate" | "postgraduate": {handler, phone, address, postcode}}, nothing else.
 */
#include "settings_contacts.h"

#include "../../shared/domain/identity.h"

#include <stdlib.h>
#include <string.h>

static bool one_of(const msgpack_object *key, const char *const *words)
{
    for (; *words; words++)
        if (object_is(key, *words))
            return true;
    return false;
}

/* Every member known and a text that fits on the agreement; the postcode one. */
static const char *contact_wrong(const msgpack_object *contact)
{
    static const char *const members[] = {"handler", "phone", "address", "postcode", NULL};
    char *postcode;
    bool bad;

    if (contact->type != MSGPACK_OBJECT_MAP)
        return "contacts";
    for (uint32_t i = 0; i < contact->via.map.size; i++) {
        const msgpack_object_kv *kv = &contact->via.map.ptr[i];
        if (!one_of(&kv->key, members) || kv->val.type != MSGPACK_OBJECT_STR || kv->val.via.str.size > 600)
            return "contacts";
    }
    postcode = map_str_copy(contact, "postcode");
    bad = postcode && *postcode && !postcode_ok(postcode);
    free(postcode);
    return bad ? "contacts.postcode" : NULL;
}

const char *contacts_text(struct req *req, const char **wrong)
{
    static const char *const groups[] = {"all", "undergraduate", "postgraduate", NULL};
    const msgpack_object *contacts = map_get(req->params, "contacts");

    if (!contacts)
        return NULL;
    for (uint32_t i = 0; i < contacts->via.map.size && !*wrong; i++) {
        const msgpack_object_kv *kv = &contacts->via.map.ptr[i];
        *wrong = one_of(&kv->key, groups) ? contact_wrong(&kv->val) : "contacts";
    }
    char *json = *wrong ? NULL : object_to_json(contacts);
    const char *kept = json ? req_strdup(req, json) : NULL;
    free(json);
    return kept;
}
