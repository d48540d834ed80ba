/*
 * own.c - a graduate's own records.
 */
#include "own.h"

#include "../../shared/domain/codes.h"
#include "scope.h"

#include <string.h>

static void loaded(struct req *req, struct world *worlds, size_t n)
{
    struct own *own = req->state;
    (void)n;
    own->worlds = worlds;
    own->done(req);
}

/* The rows die with the callback: their members are packed now, and the rest written behind them later. */
static void keep_row(struct req *req, struct own_record *r, const struct row_plan *plan, const struct db_rows *rows,
                     int row)
{
    struct pack p;
    pack_init(&p);
    r->members = row_pack(&p, plan, rows, row);
    r->id = row_int(rows, row, "record_id");
    r->len = p.buf.size;
    char *bytes = req_alloc(req, r->len + 1);
    memcpy(bytes, p.buf.data, r->len);
    r->bytes = bytes;
    pack_free(&p);
}

static void records_read(struct req *req, const struct db_rows *rows)
{
    struct own *own = req->state;
    struct row_plan plan;
    own->n = (size_t)db_nrows(rows);
    own->records = req_alloc(req, (own->n + 1) * sizeof *own->records);
    int64_t *ids = req_alloc(req, (own->n + 1) * sizeof *ids);
    row_plan(&plan, req, result_members(req, "records"), rows);
    for (size_t i = 0; i < own->n; i++) {
        keep_row(req, &own->records[i], &plan, rows, (int)i);
        ids[i] = own->records[i].id;
    }
    world_load(req, ids, own->n + 1, loaded);
}

void own_load(struct req *req, void (*done)(struct req *))
{
    struct own *own = req->state;
    own->done = done;
    const char *const values[] = {req->session.actor.school_code, text_int(req, req->session.actor.graduate_id)};
    req_read(req, DB_READ, "graduate_records", 2, values, records_read);
}

void own_pack_records(struct pack *p, const struct own *own)
{
    pack_array(p, own->n);
    for (size_t i = 0; i < own->n; i++) {
        const struct own_record *r = &own->records[i];
        const size_t mark = pack_map_open(p);
        pack_raw(p, r->bytes, r->len);
        pack_key(p, "may");
        pack_may(p, own->worlds[i].may, own->worlds[i].nmay);
        pack_map_close(p, mark, r->members + 1);
    }
}

/* Some kind of the group that this graduate could take; NULL: none. */
static const char *kind_of_group(int group)
{
    const struct destination_kind *kinds;
    const size_t n = destination_kinds(&kinds);
    for (size_t i = 0; i < n; i++)
        if (kinds[i].group == group && !kinds[i].directed_only)
            return kinds[i].code;
    return NULL;
}

static void pack_start(struct pack *p, const struct world *enrolment, enum qx_flow flow, int group, const char *kind)
{
    struct world w = *enrolment;
    w.record = (struct flow_record){.flow = flow, .state = flow_def(flow)->initial, .graduate_id = w.graduate.id};
    memcpy(w.record.school_code, w.graduate.school_code, sizeof w.record.school_code);
    w.args.form_complete = true;
    w.args.proofs_needed = w.args.proofs = w.args.images = 1;
    strncpy(w.args.kind, kind, sizeof w.args.kind - 1);
    memcpy(w.record.kind, w.args.kind, sizeof w.record.kind);
    const struct flow_input in = world_input(&w, ACT_SUBMIT);
    const struct flow_plan plan = flow_step(&in);
    const bool held = (plan.failed & UINT64_C(1) << GUARD_PLACE_FREE) != 0;
    char holder[40];
    pack_map(p, 4u + held);
    if (held) {
        id_format(holder, sizeof holder, w.graduate.school_code, w.graduate.place_record);
        pack_kstr(p, "holder", holder);
    }
    pack_kstr(p, "flow", flow_code(flow));
    pack_kint(p, "group", group);
    pack_kbool(p, "ok", w.known && plan.outcome == OUT_OK);
    pack_key(p, "failed");
    pack_guards(p, plan.failed);
}

void own_pack_start(struct pack *p, const struct own *own)
{
    enum { GROUP_AGREEMENT = 1, GROUP_LAST = 4 };
    const struct world *enrolment = &own->worlds[own->n];
    const size_t mark = pack_array_open(p);
    uint32_t n = 1;
    pack_start(p, enrolment, FLOW_OFFLINE_SIGNING, GROUP_AGREEMENT, "");
    for (int group = GROUP_AGREEMENT + 1; group <= GROUP_LAST; group++) {
        const char *kind = kind_of_group(group);
        if (!kind)
            continue;
        pack_start(p, enrolment, FLOW_DESTINATION, group, kind);
        n++;
    }
    pack_array_close(p, mark, n);
}
