/* An error whose message is written for the person who reads the screen, in the window's language:
 * pages show it as it is. All other errors are shown by what their code means. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_SAID (bh_said_quark())
GQuark bh_said_quark(void);

G_END_DECLS
