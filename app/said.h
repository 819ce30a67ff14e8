/* An error whose message is written for the person who reads the screen, in the window's language:
 * pages show it as it is. All other errors are shown by what their code means. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_SAID (bh_said_quark())
GQuark bh_said_quark(void);

/* Codes: most errors say all in their message. */
#define BH_SAID_ONLY 0
#define BH_SAID_UNDRAWN 1 /* may be done all the same, once somebody agreed */

G_END_DECLS
