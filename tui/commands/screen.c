/*
 * screen.c - verbs that only a screen has: moving, opening, going back. A key or the palette runs them; scripts don't.
 */
#include "command.h"

#define VERB(name, args, help)                                                                                         \
    {                                                                                                                  \
        name, args, DANGER_NONE, VERB_SCREEN, 0, ACT_NONE, help, NULL                                                  \
    }

const struct command commands_screen[] = {
    VERB("down", "", N_("one row down")),
    VERB("up", "", N_("one row up")),
    VERB("page-down", "", N_("a page down")),
    VERB("page-up", "", N_("a page up")),
    VERB("half-down", "", N_("half a page down")),
    VERB("half-up", "", N_("half a page up")),
    VERB("first", "", N_("the first row")),
    VERB("last", "", N_("the last row")),
    VERB("open", "", N_("open what the cursor is on")),
    VERB("back", "", N_("to the screen before")),
    VERB("next", "", N_("the next record")),
    VERB("previous", "", N_("the record before")),
    VERB("filter", "[TEXT]", N_("only rows that match what is typed")),
    VERB("order", "[ORDER]", N_("in another order")),
    VERB("reverse", "", N_("the other way round")),
    VERB("all", "", N_("every record, or only what waits for me")),
    VERB("fold", "", N_("unfold or fold the earlier records")),
    VERB("agreement", "", N_("the agreement as text")),
    VERB("reveal", "", N_("identity and phone number in full; it is logged")),
    VERB("why", "", N_("why an action is not offered")),
    VERB("read-all", "", N_("mark every message as read")),
    VERB("refresh", "", N_("ask the server again")),
    VERB("redraw", "", N_("paint the whole screen again")),
    VERB("screen", "NAME [ARGUMENT]", N_("open a screen by its name")),
    VERB("palette", "", N_("type a command")),
    VERB("quit", "", N_("leave the program")),
    {0},
};
