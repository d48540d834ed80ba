/*
 * stages.c - the stage bar, walked along the flow table.
 */
#include "stages.h"

enum { STAGES_MAX = ST_COUNT };

/* The actions that lead on; everything else leads back, aside or out. */
static bool leads_on(enum qx_action action)
{
    static const enum qx_action on[] = {ACT_SUBMIT, ACT_INVITE, ACT_APPLY,  ACT_ACCEPT,
                                        ACT_AGREE,  ACT_UPLOAD, ACT_APPROVE};
    for (size_t i = 0; i < sizeof on / sizeof *on; i++)
        if (on[i] == action)
            return true;
    return false;
}

static enum qx_state next_stage(const struct flow_def *def, enum qx_audit_mode mode, enum qx_state from)
{
    for (size_t i = 0; i < def->ntransitions; i++) {
        const struct flow_transition *t = &def->transitions[i];
        if (t->from == from && leads_on(t->action))
            return mode == AUDIT_SCHOOL_ONLY && t->to_alone != ST_NONE ? t->to_alone : t->to;
    }
    return ST_NONE;
}

static size_t straight_way(enum qx_flow flow, enum qx_audit_mode mode, enum qx_state *way)
{
    const struct flow_def *def = flow_def(flow);
    enum qx_state s = def->initial;
    size_t n = 0;
    do {
        way[n++] = s;
        if (s == ST_EFFECTIVE)
            break;
        s = next_stage(def, mode, s);
    } while (s != ST_NONE && n < STAGES_MAX);
    return n;
}

static size_t position(const enum qx_state *way, size_t n, enum qx_state state)
{
    for (size_t i = 0; i < n; i++)
        if (way[i] == state)
            return i;
    return n;
}

static void pack_stage(struct pack *p, enum qx_state stage, const char *state)
{
    pack_map(p, 2);
    pack_kstr(p, "stage", state_code(stage));
    pack_kstr(p, "state", state);
}

void stages_pack(struct pack *p, enum qx_flow flow, enum qx_audit_mode mode, enum qx_state now, enum qx_state last_from)
{
    enum qx_state way[STAGES_MAX];
    const size_t n = straight_way(flow, mode, way);
    size_t at = position(way, n, now);
    const bool aside = at == n;
    if (aside)
        at = position(way, n, last_from);
    const struct flow_state *s = flow_state(flow, now);
    const bool over = aside && s && s->final;
    const size_t mark = pack_array_open(p);
    uint32_t packed = 0;
    for (size_t i = way[0] == ST_NONE; i < n && !(over && i > at); i++, packed++) {
        pack_stage(p, way[i], i < at || (aside && i == at) ? "done" : i == at ? "now" : "to_come");
        if (aside && i == at) {
            pack_stage(p, now, "now");
            packed++;
        }
    }
    if (aside && at == n) {
        pack_stage(p, now, "now");
        packed++;
    }
    pack_array_close(p, mark, packed);
}
