/* The access log: who was shown which restricted record, when, and how. What is restricted
 * says the kind's "visible" (records/sight.h). One BhAccess gathers what one request is about to
 * show; the request is answered only after it is durable, and refused when it cannot be written.
 * Reading what is open costs nothing.
 *
 * A reader gets one row for a record and a way in BH_ACCESS_WINDOW_MS: the first look has its exact
 * time, more of them within it add none and write nothing. That bounds the log by who reads what,
 * not by how often; nothing is ever removed from it. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

#define BH_ACCESS_WINDOW_MS (15 * 60 * 1000)

/* Ways, as they are stored. */
#define BH_ACCESS_LIST "list"       /* a row of a list, or its name on the page of another record */
#define BH_ACCESS_RECORD "record"   /* the record's page */
#define BH_ACCESS_HISTORY "history" /* its entries */
#define BH_ACCESS_FILE "file"       /* an original it shows */
#define BH_ACCESS_HELD "held"       /* what waits in quarantine for it */
#define BH_ACCESS_PULL "pull"       /* given to a device */
#define BH_ACCESS_EXPORT "export"   /* written into a file that leaves the hub */
#define BH_ACCESS_BACKUP "backup"

typedef struct _BhAccess BhAccess;

/* `reader`: id of a staff or device record; the hub's own for its shell. */
BhAccess *bh_access_new(const char *reader);
void bh_access_free(BhAccess *access);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhAccess, bh_access_free)

/* Each record and way counts once. `record` and `kind` NULL: everything there is. `way` static. */
void bh_access_note(BhAccess *access, const char *record, const char *kind, const char *way);
/* Leaves out what the log has already, on a reader; *left tells whether there is more to write. */
gboolean bh_access_drop_known(BhAccess *access, BhHub *hub, BhDb *db, gboolean *left,
                              GError **error);
/* A BhHubWrite: adds the rows. */
gboolean bh_access_write(BhHub *hub, BhDb *db, gpointer access, GError **error);
/* Both at once, durable on return. Not from the writer thread. */
gboolean bh_access_log(BhAccess *access, BhHub *hub, BhDb *db, GError **error);

G_END_DECLS
