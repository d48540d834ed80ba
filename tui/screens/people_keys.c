/* people_keys.c - the default keys of the screens of schools and graduates (keymap.h). */
#include "people.h"

#include "../po/tr.h"

#define MOVES                                                                                                          \
    {"j", "down", N_("down"), N_("one row down"), 0}, {"<Down>", "down", N_("down"), NULL, KF_ALIAS},                  \
        {"k", "up", N_("up"), N_("one row up"), 0}, {"<Up>", "up", N_("up"), NULL, KF_ALIAS},                          \
        {"<PgDn>", "page-down", N_("page down"), NULL, 0}, {"<Space>", "page-down", N_("page down"), NULL, KF_ALIAS},  \
        {"<PgUp>", "page-up", N_("page up"), NULL, 0}, {"gg", "first", N_("first row"), NULL, 0},                      \
        {"<Home>", "first", N_("first row"), NULL, KF_ALIAS}, {"G", "last", N_("last row"), NULL, 0},                  \
    {                                                                                                                  \
        "<End>", "last", N_("last row"), NULL, KF_ALIAS                                                                \
    }
#define OPEN(label, help)                                                                                              \
    {"<Enter>", "open", label, help, KF_HINT},                                                                         \
    {                                                                                                                  \
        "<Right>", "open", label, NULL, KF_ALIAS                                                                       \
    }
#define END                                                                                                            \
    {                                                                                                                  \
        0                                                                                                              \
    }
#define MAP(screen) const struct keymap screen##_map = {#screen, screen##_rows}

static const struct binding roster_rows[] = {
    MOVES,
    OPEN(N_("open"), N_("one graduate with the whole history")),
    {"/", "filter", N_("filter"),
     N_("by the beginning of a name, pinyin initials, student number, identity number or its last four digits"), KF_HINT},
    {"i", "screen import", N_("import"), N_("bring a roster in"), KF_HINT},
    {"m", "screen codes", N_("codes"), N_("activation codes for graduates without a password"), KF_HINT},
    END,
};
MAP(roster);

static const struct binding person_rows[] = {
    MOVES,
    OPEN(N_("open"), N_("open the record")),
    {"b", "bar", N_("may not sign"), N_("this graduate may not sign, with the reason"), KF_HINT | KF_DECIDES},
    {"y", "unbar", N_("let sign"), N_("this graduate may sign again"), KF_HINT | KF_DECIDES},
    END,
};
MAP(person);

static const struct binding import_rows[] = {
    {"j", "down", N_("down"), N_("one row down"), 0},
    {"<Down>", "down", N_("down"), NULL, KF_ALIAS},
    {"k", "up", N_("up"), N_("one row up"), 0},
    {"<Up>", "up", N_("up"), NULL, KF_ALIAS},
    {"<PgDn>", "page-down", N_("page down"), NULL, 0},
    {"<PgUp>", "page-up", N_("page up"), NULL, 0},
    {"i", "import", N_("import"), N_("bring a file in; nothing of it when a row is bad"), KF_HINT | KF_DECIDES},
    {"g", "import good", N_("good rows"), N_("take the good rows in although others are bad"), KF_HINT | KF_DECIDES},
    END,
};
MAP(import); /* no "gg": g is a key here */

static const struct binding codes_rows[] = {
    MOVES,
    {"m", "make", N_("make codes"), N_("make a new code for every graduate without a password"), KF_HINT | KF_DECIDES},
    END,
};
MAP(codes);

static const struct binding accounts_rows[] = {
    MOVES,
    OPEN(N_("change"), N_("change the account: details, rights, password")),
    {"n", "screen account", N_("new"), N_("add an account"), KF_HINT},
    {"/", "filter", N_("filter"), N_("by a keyword in any field"), KF_HINT},
    {"X", "remove", N_("delete"), N_("delete the account; asks for its name"), KF_DECIDES},
    END,
};
MAP(accounts);

static const struct binding account_rows[] = {
    MOVES,
    OPEN(N_("change"), N_("change the value under the cursor")),
    {"s", "keep", N_("keep"), N_("send the changes"), KF_HINT | KF_DECIDES},
    END,
};
MAP(account);

static const struct binding settings_rows[] = {
    MOVES,
    OPEN(N_("change"), N_("change the value under the cursor")),
    {"s", "keep", N_("keep"), N_("send the changes"), KF_HINT | KF_DECIDES},
    END,
};
MAP(settings);

static const struct binding mine_rows[] = {
    MOVES,
    OPEN(N_("open"), N_("open what the cursor is on")),
    {"D", "remove", N_("throw away"), N_("throw the draft under the cursor away; asks first"), KF_HINT | KF_DECIDES},
    {"c", "screen choose", N_("enrolment"), N_("choose another enrolment"), 0},
    {"q", "quit", N_("leave"), N_("leave the program"), KF_HINT},
    {"<Esc>", "-", "", NULL, KF_ALIAS},
    {"<Left>", "-", "", NULL, KF_ALIAS},
    END,
};
MAP(mine);

static const struct binding kinds_rows[] = {
    MOVES,
    OPEN(N_("fill in"), N_("fill in the form of this kind")),
    END,
};
MAP(kinds);

static const struct binding form_rows[] = {
    {"<C-s>", "submit", N_("submit"), N_("a last look, then submit"), KF_HINT | KF_DECIDES},
    {"<F4>", "attach", N_("attach"), N_("attach a proof"), KF_HINT},
    {"<F8>", "detach", N_("take off"), N_("take the last file off"), 0},
    {"<Esc>", "back", N_("back"), N_("back; the draft is kept"), KF_HINT},
    END,
};
MAP(form);

static const struct binding change_rows[] = {
    {"<C-s>", "submit", N_("send"), N_("send it: the reason and the tick are asked for where needed"),
     KF_HINT | KF_DECIDES},
    {"<F4>", "kind", N_("kind"), N_("another kind of destination; what was typed is taken along"), KF_HINT},
    {"<Esc>", "back", N_("back"), N_("back; nothing is sent"), KF_HINT},
    END,
};
MAP(change);

static const struct binding record_rows[] = {
    {"e", "correct", N_("correct"), N_("correct it and submit it again"), KF_HINT},
    {"t", "take-back", N_("take back"), N_("take it back while nobody has decided on it"), KF_HINT | KF_DECIDES},
    {"s", "upload", N_("stamped image"), N_("upload the stamped agreement"), KF_HINT | KF_DECIDES},
    {"a", "agreement", N_("agreement"), N_("the agreement as text"), KF_HINT},
    {"W", "give-up", N_("give up"), N_("end it; asks for a typed word"), KF_HINT | KF_DECIDES},
    {"V", "void", N_("void"), N_("make an effective destination void; asks for a typed word"), KF_HINT | KF_DECIDES},
    {"j", "down", N_("down"), N_("scroll down"), 0},
    {"<Down>", "down", N_("down"), NULL, KF_ALIAS},
    {"k", "up", N_("up"), N_("scroll up"), 0},
    {"<Up>", "up", N_("up"), NULL, KF_ALIAS},
    {"<PgDn>", "page-down", N_("page down"), NULL, 0},
    {"<Space>", "page-down", N_("page down"), NULL, KF_ALIAS},
    {"<PgUp>", "page-up", N_("page up"), NULL, 0},
    {"gg", "first", N_("top"), NULL, 0},
    {"G", "last", N_("end"), NULL, 0},
    END,
};
MAP(record);
