/*
 * content.c - form values on their way out.
 */
#include "content.h"

#include "../../shared/domain/forms.h"
#include "../../shared/text/text.h"

#include <jansson.h>
#include <string.h>

static json_t *parse(const char *json)
{
    json_t *content = json ? json_loads(json, 0, NULL) : NULL;
    return json_is_object(content) ? content : (json_decref(content), NULL);
}

static void pack_text(struct pack *p, const char *key, const char *text, int mask)
{
    char buf[512];
    pack_key(p, key);
    if (mask == MASK_NONE)
        pack_str(p, text);
    else
        pack_strn(p, buf, text_mask(buf, sizeof buf, text, mask));
}

void content_pack(struct pack *p, enum qx_flow flow, const char *kind, const char *json, bool masked)
{
    const struct form *form = form_of(flow, kind);
    json_t *content = parse(json), *value;
    const char *key;
    uint32_t n = 0;
    const size_t mark = pack_map_open(p);
    json_object_foreach(content, key, value)
    {
        const struct form_field *field = form ? form_field(form, key) : NULL;
        if (!field || !json_is_string(value))
            continue;
        pack_text(p, key, json_string_value(value), masked ? (int)field->mask : MASK_NONE);
        n++;
    }
    pack_map_close(p, mark, n);
    json_decref(content);
}

bool content_pack_masked_only(struct pack *p, const char *name, enum qx_flow flow, const char *kind, const char *json)
{
    const struct form *form = form_of(flow, kind);
    json_t *content = parse(json);
    uint32_t n = 0;
    for (size_t i = 0; form && i < form->nfields; i++)
        n += form->fields[i].mask != MASK_NONE && json_is_string(json_object_get(content, form->fields[i].name));
    if (n > 0) {
        pack_key(p, name);
        pack_map(p, n);
    }
    for (size_t i = 0; n > 0 && i < form->nfields; i++) {
        const json_t *value = json_object_get(content, form->fields[i].name);
        if (form->fields[i].mask != MASK_NONE && json_is_string(value))
            pack_text(p, form->fields[i].name, json_string_value(value), MASK_NONE);
    }
    json_decref(content);
    return n > 0;
}

bool content_pack_graduate(struct pack *p, const char *name, const struct value_decl *members, const char *json)
{
    json_t *content = parse(json);
    const json_t *graduate = json_object_get(content, "_graduate");
    if (!json_is_object(graduate)) {
        json_decref(content);
        return false;
    }
    pack_key(p, name);
    const size_t mark = pack_map_open(p);
    uint32_t n = 0;
    for (const struct value_decl *d = members; d && d->name; d++) {
        const json_t *value = json_object_get(graduate, d->name);
        if (!json_is_string(value))
            continue;
        pack_text(p, d->name, json_string_value(value), d->mask);
        n++;
    }
    pack_map_close(p, mark, n);
    json_decref(content);
    return true;
}
