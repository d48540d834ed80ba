/*
 * keymaps.c - every default key, one table per screen. A key runs a command line; hint line, help and palette come from
 * here.
 *
 * Deciding keys stand apart from the moving ones, none is the shift-twin of a harmless key, and what can't be undone
 * asks.
 */
#include "keymap.h"

#include "po/tr.h"
#include "screens/people.h"

#define MOVES                                                                                                          \
    {"j", "down", N_("down"), N_("one row down"), 0}, {"<Down>", "down", N_("down"), NULL, KF_ALIAS},                  \
        {"k", "up", N_("up"), N_("one row up"), 0}, {"<Up>", "up", N_("up"), NULL, KF_ALIAS},                          \
        {"<PgDn>", "page-down", N_("page down"), NULL, 0}, {"<Space>", "page-down", N_("page down"), NULL, KF_ALIAS},  \
        {"<PgUp>", "page-up", N_("page up"), NULL, 0}, {"<C-d>", "half-down", N_("half a page down"), NULL, 0},        \
        {"<C-u>", "half-up", N_("half a page up"), NULL, 0}, {"gg", "first", N_("first row"), NULL, 0},                \
        {"<Home>", "first", N_("first row"), NULL, KF_ALIAS}, {"G", "last", N_("last row"), NULL, 0},                  \
    {                                                                                                                  \
        "<End>", "last", N_("last row"), NULL, KF_ALIAS                                                                \
    }
#define END                                                                                                            \
    {                                                                                                                  \
        0                                                                                                              \
    }

static const struct binding global_rows[] = {
    {"?", "help", N_("help"), N_("the keys of this screen"), KF_HINT},
    {":", "palette", N_("command"), N_("type a command; Tab completes"), 0},
    {"u", "undo", N_("undo"), N_("take the last decision back while that is possible"), KF_DECIDES},
    {"q", "back", N_("back"), N_("to the screen before; from the home screen: leave"), KF_HINT},
    {"<Esc>", "back", N_("back"), NULL, KF_ALIAS},
    {"<Left>", "back", N_("back"), NULL, KF_ALIAS},
    {"<F2>", "language", N_("中文/English"), N_("switch the language"), 0},
    {"<F5>", "refresh", N_("refresh"), N_("ask the server again"), 0},
    {"<C-r>", "refresh", N_("refresh"), NULL, KF_ALIAS},
    {"<C-l>", "redraw", N_("redraw"), N_("paint the whole screen again"), 0},
    {"<C-q>", "quit", N_("leave"), N_("leave the program"), 0},
    {"<C-c>", "back", N_("back"), NULL, KF_ALIAS},
    END,
};

static const struct binding login_rows[] = {
    {"<F2>", "language", N_("中文/English"), N_("switch the language"), KF_HINT},
    {"<C-q>", "quit", N_("leave"), N_("leave the program"), KF_HINT},
    {"<C-c>", "quit", N_("leave"), NULL, KF_ALIAS},
    {"<Esc>", "-", "", NULL, KF_ALIAS},
    END,
};

static const struct binding choose_rows[] = {
    MOVES,
    {"<Enter>", "open", N_("choose"), NULL, KF_HINT},
    END,
};

static const struct binding home_rows[] = {
    MOVES,
    {"<Enter>", "open", N_("open"), N_("open what the cursor is on"), KF_HINT},
    {"<Right>", "open", N_("open"), NULL, KF_ALIAS},
    {"c", "screen choose", N_("class"), N_("choose another class"), KF_HINT},
    {"q", "quit", N_("leave"), N_("leave the program"), KF_HINT},
    {"<Esc>", "-", "", NULL, KF_ALIAS},
    {"<Left>", "-", "", NULL, KF_ALIAS},
    END,
};

static const struct binding queue_rows[] = {
    MOVES,
    {"<Enter>", "open", N_("open"), N_("open the record"), KF_HINT},
    {"<Right>", "open", N_("open"), NULL, KF_ALIAS},
    {"/", "filter", N_("filter"),
     N_("by name, pinyin initials, student number, identity number or its last four digits"), KF_HINT},
    {"o", "order", N_("order"), N_("submitted, name, student number"), KF_HINT},
    {"O", "reverse", N_("reverse"), N_("the other way round"), 0},
    {"t", "all", N_("all/waiting"), N_("every record of this flow, or only what waits for me"), KF_HINT},
    END,
};

static const struct binding audit_rows[] = {
    {"a", "approve next", N_("approve"), N_("approve and go on to the next record"), KF_HINT | KF_DECIDES},
    {"A", "approve", N_("approve, stay"), N_("approve and stay on this record"), KF_DECIDES},
    {"r", "return", N_("return"), N_("back to the graduate for correction, with a reason"), KF_HINT | KF_DECIDES},
    {"x", "reject", N_("reject"), N_("reject with a reason: it ends, and can't be undone"), KF_HINT | KF_DECIDES},
    {"V", "void", N_("void"), N_("end an effective record: reason, tick and a typed word"), KF_DECIDES},
    {"c", "change", N_("change"), N_("change the destination: its kind and form, agreed with the graduate"), KF_HINT},
    {"M", "modify", N_("modify"), N_("modify the data of an effective record"), KF_HINT},
    {"n", "next", N_("next"), N_("the next record of the queue"), KF_HINT},
    {"p", "previous", N_("previous"), N_("the record before"), 0},
    {"m", "reveal", N_("unmask"), N_("identity and phone number in full; it is logged"), KF_HINT},
    {"w", "why", N_("why not"), N_("why an action is not offered"), KF_HINT},
    {"f", "fold", N_("earlier"), N_("unfold or fold the earlier records"), 0},
    {"t", "agreement", N_("agreement"), N_("the agreement as text"), 0},
    {"e", "evidence", N_("evidence"), N_("the files: their ids, and the command that fetches each"), 0},
    {"j", "down", N_("down"), N_("scroll down"), 0},
    {"<Down>", "down", N_("down"), NULL, KF_ALIAS},
    {"<Enter>", "down", N_("down"), NULL, KF_ALIAS},
    {"k", "up", N_("up"), N_("scroll up"), 0},
    {"<Up>", "up", N_("up"), NULL, KF_ALIAS},
    {"<PgDn>", "page-down", N_("page down"), NULL, 0},
    {"<Space>", "page-down", N_("page down"), NULL, KF_ALIAS},
    {"<PgUp>", "page-up", N_("page up"), NULL, 0},
    {"<C-d>", "half-down", N_("half a page down"), NULL, KF_ALIAS},
    {"<C-u>", "half-up", N_("half a page up"), NULL, KF_ALIAS},
    {"gg", "first", N_("top"), NULL, 0},
    {"<Home>", "first", N_("top"), NULL, KF_ALIAS},
    {"G", "last", N_("end"), NULL, 0},
    {"<End>", "last", N_("end"), NULL, KF_ALIAS},
    END,
};

static const struct binding text_rows[] = {
    {"j", "down", N_("down"), N_("scroll down"), 0},
    {"<Down>", "down", N_("down"), NULL, KF_ALIAS},
    {"<Enter>", "down", N_("down"), NULL, KF_ALIAS},
    {"k", "up", N_("up"), N_("scroll up"), 0},
    {"<Up>", "up", N_("up"), NULL, KF_ALIAS},
    {"<PgDn>", "page-down", N_("page down"), NULL, KF_HINT},
    {"<Space>", "page-down", N_("page down"), NULL, KF_ALIAS},
    {"<PgUp>", "page-up", N_("page up"), NULL, KF_HINT},
    {"gg", "first", N_("top"), NULL, 0},
    {"<Home>", "first", N_("top"), NULL, KF_ALIAS},
    {"G", "last", N_("end"), NULL, 0},
    {"<End>", "last", N_("end"), NULL, KF_ALIAS},
    END,
};

static const struct binding inbox_rows[] = {
    MOVES,
    {"<Enter>", "open", N_("open"), N_("the message whole; it counts as read"), KF_HINT},
    {"R", "read-all", N_("all read"), N_("mark every message as read"), KF_HINT},
    END,
};

#define MAP(screen) static const struct keymap screen##_map = {#screen, screen##_rows};
MAP(global)
MAP(login)
static const struct keymap password_map = {"password", login_rows}; /* another text field, the same few keys */
MAP(choose)
MAP(home)
MAP(queue)
MAP(audit)
MAP(text)
MAP(inbox)

const struct keymap *const keymaps[] = {
    &login_map,    &password_map, &choose_map, &home_map,   &queue_map,  &audit_map,    &text_map,
    &inbox_map,    &roster_map,   &person_map, &import_map, &codes_map,  &accounts_map, &account_map,
    &settings_map, &mine_map,     &kinds_map,  &form_map,   &record_map, &change_map,   &global_map,
    NULL,
};
