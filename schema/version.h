/* The version of the programs. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The version that the meson.build at the top names, such as "1.2.3". Static. */
const char *bh_version_get(void);

G_END_DECLS
