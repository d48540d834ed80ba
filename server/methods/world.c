/*
 * world.c - loads records as decisions do and asks the flow tables what may be done with them.
 */
#include "world.h"

#include "../../shared/domain/codes.h"
#include "../workflow/item.h"

#include <string.h>

struct world_load {
    struct req *req;
    world_done done;
    size_t n;
    struct item *items;
    struct item **pointers;
};

static void item_start(struct item *i, const struct req *req, int64_t record_id)
{
    const struct session *s = &req->session;
    i->act.actor = s->actor;
    i->act.actor.account_id = s->account_id;
    memcpy(i->act.account_school, s->account_school, sizeof i->act.account_school);
    memcpy(i->act.school_code, s->actor.school_code, sizeof i->act.school_code);
    i->act.record_id = record_id;
    i->act.graduate_id = s->actor.graduate_id;
    i->act.seen_version = -1;
    i->needs = NEED_EVIDENCE | NEED_AUDITOR | NEED_INVITATIONS | NEED_PLACE | NEED_APPLICATIONS;
}

struct flow_input world_input(const struct world *w, enum qx_action action)
{
    return (struct flow_input){.record = &w->record,
                               .parent = w->parent_known ? &w->parent : NULL,
                               .graduate = &w->graduate,
                               .season = &w->season,
                               .actor = &w->actor,
                               .args = &w->args,
                               .action = action,
                               .seen_version = -1,
                               .now = w->now};
}

static void fill(struct world *w, const struct loaded *l)
{
    *w = (struct world){.known = l->account_known && !l->unreadable && l->graduate_known,
                        .record = l->record,
                        .parent = l->parent,
                        .parent_known = l->parent_known,
                        .graduate = l->graduate,
                        .season = l->season,
                        .actor = l->actor,
                        .now = l->now};
    const struct destination_kind *kind = l->record_known ? destination_kind(l->record.kind) : NULL;
    w->args = (struct flow_args){.reason_code = "-",
                                 .reason_text = "-",
                                 .agreed = true,
                                 .form_complete = true,
                                 .proofs = l->proofs,
                                 .proofs_needed = kind ? kind->proofs : 0,
                                 .images = l->images,
                                 .valid_days = 1};
    memcpy(w->args.kind, l->record.kind, sizeof w->args.kind);
    if (!w->known || !l->record_known)
        return;
    const struct flow_input in = world_input(w, ACT_NONE);
    w->nmay = workflow_may(&in, w->may, WORLD_MAY_MAX);
}

static void loaded(void *arg, const struct db_result *result)
{
    struct world_load *load = arg;
    struct req *req = load->req;
    if (result->status != DB_OK) {
        req_db_error(req, result);
        return;
    }
    struct world *worlds = req_alloc(req, (load->n + 1) * sizeof *worlds);
    struct load_columns columns = {.known = false};
    for (size_t i = 0; i < load->n && (int)i < db_nrows(result->rows[0]); i++) {
        struct loaded l;
        load_row(&columns, result->rows[0], (int)i, load->pointers[i], &l);
        fill(&worlds[i], &l);
    }
    load->done(req, worlds, load->n);
}

void world_load(struct req *req, const int64_t *ids, size_t n, world_done done)
{
    struct world_load *load = req_alloc(req, sizeof *load);
    *load = (struct world_load){.req = req, .done = done, .n = n};
    load->items = req_alloc(req, (n + 1) * sizeof *load->items);
    load->pointers = req_alloc(req, (n + 1) * sizeof(struct item *));
    for (size_t i = 0; i < n; i++) {
        item_start(&load->items[i], req, ids[i]);
        load->pointers[i] = &load->items[i];
    }
    load_send(req->server->db, DB_READ, load->pointers, n, loaded, load);
}

void pack_guards(struct pack *p, uint64_t failed)
{
    const size_t mark = pack_array_open(p);
    uint32_t n = 0;
    for (int g = 0; g < GUARD_COUNT; g++)
        if (failed & UINT64_C(1) << g) {
            pack_str(p, guard_code((enum qx_guard)g));
            n++;
        }
    pack_array_close(p, mark, n);
}

void pack_may(struct pack *p, const struct may *may, size_t n)
{
    pack_array(p, n);
    for (size_t i = 0; i < n; i++) {
        pack_map(p, 4);
        pack_kstr(p, "action", action_code(may[i].action));
        pack_kbool(p, "ok", may[i].outcome == OUT_OK);
        pack_kstr(p, "outcome", outcome_code(may[i].outcome));
        pack_key(p, "failed");
        pack_guards(p, may[i].failed);
    }
}
