/*
 * agreement.c - the electronic employment agreement as text (S2.5.6): title by the school's number of parties (S2.2.1),
 * the parties, the form's sections in the form table's order and words, the school's contact (S2.2.6). A voided or
 * terminated one says so. The graduate's own copy is whole; to anybody else numbers are masked (X1.5).
 */
#include "../../shared/domain/codes.h"
#include "../../shared/domain/forms.h"
#include "../../shared/text/text.h"
#include "rows.h"
#include "scope.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void record_agreement(struct req *);

struct sheet {
    char *text;
    size_t len;
    FILE *out;
    bool zh, masked;
};

static void line(struct sheet *s, const char *label, const char *value)
{
    if (value && *value)
        fprintf(s->out, "%s%s%s\n", label, s->zh ? "：" : ": ", value);
}

static void line_masked(struct sheet *s, const char *label, const char *value, int mask)
{
    char buf[512];
    if (!value || !*value)
        return;
    if (s->masked && mask != MASK_NONE) {
        text_mask(buf, sizeof buf, value, mask);
        value = buf;
    }
    line(s, label, value);
}

static void title(struct sheet *s, const struct db_rows *rows)
{
    const bool three = row_int(rows, 0, "agreement_parties") == 3;
    const char *state = row_text(rows, 0, "state");
    fprintf(s->out, "%s\n%s\n\n", s->zh ? "全国普通高等学校毕业生就业协议书" : "Employment Agreement of a Graduate",
            s->zh ? (three ? "（三方协议：毕业生、用人单位、学校）" : "（双方协议：毕业生、用人单位）")
                  : (three ? "(three parties: graduate, employer, school)" : "(two parties: graduate, employer)"));
    if (strcmp(state, state_code(ST_VOIDED)) == 0)
        fprintf(s->out, "%s\n\n", s->zh ? "※ 本协议已作废 ※" : "*** VOIDED ***");
    if (strcmp(state, state_code(ST_TERMINATED)) == 0)
        fprintf(s->out, "%s\n\n", s->zh ? "※ 本协议已解约 ※" : "*** TERMINATED ***");
    line(s, s->zh ? "协议编号" : "Number", row_text(rows, 0, "number"));
}

static void graduate(struct sheet *s, const struct db_rows *rows)
{
    const char *level = row_text(rows, 0, "g_level");
    fprintf(s->out, "\n%s\n", s->zh ? "【甲方】毕业生" : "[Party A] Graduate");
    line(s, s->zh ? "姓名" : "Name", row_text(rows, 0, "g_name"));
    line_masked(s, s->zh ? "身份证号" : "Identity number", row_text(rows, 0, "g_identity_no"), MASK_IDENTITY);
    line(s, s->zh ? "学校" : "School", row_text(rows, 0, "school"));
    line(s, s->zh ? "院系" : "Department", row_text(rows, 0, "g_department"));
    line(s, s->zh ? "专业" : "Major", row_text(rows, 0, "g_major"));
    line(s, s->zh ? "学历" : "Level", level ? code_label(code_table("education_level"), level, s->zh) : NULL);
    line(s, s->zh ? "学号" : "Student number", row_text(rows, 0, "g_student_no"));
    line(s, s->zh ? "毕业时间" : "Graduation", row_text(rows, 0, "g_graduation"));
    line_masked(s, s->zh ? "手机" : "Mobile", row_text(rows, 0, "g_mobile"), MASK_PHONE);
}

static void field(struct sheet *s, const struct form_field *f, const char *value)
{
    char path[256];
    if (f->type == FIELD_REGION && region_path(value, path, sizeof path))
        value = path;
    else if (f->type == FIELD_CODE && f->codes && code_table(f->codes))
        value = code_label(code_table(f->codes), value, s->zh);
    line_masked(s, s->zh ? f->label_zh : f->label_en, value, (int)f->mask);
}

static void sections(struct sheet *s, const struct form *form, const json_t *content)
{
    const char *section = NULL;
    for (size_t i = 0; i < form->nfields; i++) {
        const struct form_field *f = &form->fields[i];
        const char *value = json_string_value(json_object_get(content, f->name));
        const char *its = s->zh ? f->section_zh : f->section_en;
        if (!value || !*value)
            continue;
        if (its && (!section || strcmp(its, section) != 0))
            fprintf(s->out, s->zh ? "\n【%s】\n" : "\n[%s]\n", its);
        section = its;
        field(s, f, value);
    }
}

static void contact(struct sheet *s, const char *json)
{
    static const struct {
        const char *key, *zh, *en;
    } rows[] = {{"handler", "经办人", "Handler"},
                {"phone", "电话", "Phone"},
                {"address", "地址", "Address"},
                {"postcode", "邮编", "Postcode"}};
    json_t *c = json ? json_loads(json, 0, NULL) : NULL;
    if (json_is_object(c))
        fprintf(s->out, "\n%s\n", s->zh ? "【学校就业部门】" : "[School's employment office]");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        line(s, s->zh ? rows[i].zh : rows[i].en, json_string_value(json_object_get(c, rows[i].key)));
    json_decref(c);
}

static void signatures(struct sheet *s, bool three)
{
    fprintf(s->out, "\n%s\n%s\n",
            s->zh ? "毕业生签字：______________    日期：__________" : "Graduate: ______________    Date: __________",
            s->zh ? "用人单位盖章：____________    日期：__________" : "Employer (stamp): _______    Date: __________");
    if (three)
        fprintf(s->out, "%s\n",
                s->zh ? "学校盖章：________________    日期：__________"
                      : "School (stamp): _________    Date: __________");
}

static bool sheet_write(struct sheet *s, const struct db_rows *rows)
{
    const int flow = flow_of(row_text(rows, 0, "flow"));
    const struct form *form = flow < 0 ? NULL : form_of((enum qx_flow)flow, row_text(rows, 0, "kind"));
    s->out = open_memstream(&s->text, &s->len);
    if (!s->out)
        return false;
    json_t *content = json_loads(row_text(rows, 0, "content_json") ? row_text(rows, 0, "content_json") : "{}", 0, NULL);
    title(s, rows);
    graduate(s, rows);
    if (form)
        sections(s, form, content);
    contact(s, row_text(rows, 0, "contact"));
    signatures(s, row_int(rows, 0, "agreement_parties") == 3);
    json_decref(content);
    return fclose(s->out) == 0;
}

static void agreement_done(struct req *req, const struct db_rows *rows)
{
    const char *language = req_str(req, "language");
    if (db_nrows(rows) == 0) {
        answer_not_found(req, "id");
        return;
    }
    if (!row_text(rows, 0, "number")) {
        req_error(req, RPC_FAILED_PRECONDITION, "no_agreement: the record has no agreement number yet");
        return;
    }
    struct sheet s = {.zh = !language || strcmp(language, "en") != 0,
                      .masked = req->session.actor.role != ROLE_GRADUATE};
    if (!sheet_write(&s, rows)) {
        req_error(req, RPC_INTERNAL, "out of memory");
        free(s.text);
        return;
    }
    struct pack *p = req_result(req);
    pack_map(p, 2);
    pack_kstr(p, "text", s.text);
    pack_kstr(p, "number", row_text(rows, 0, "number"));
    free(s.text);
    req_reply(req);
}

void record_agreement(struct req *req)
{
    struct scope s;
    const char *id = scope_id(req, "id");
    if (!id)
        return;
    scope_of(&s, &req->session);
    req_read(req, DB_READ, "record_agreement", 5,
             (const char *const[]){s.school, id, s.department, s.postgraduate, s.own}, agreement_done);
}
