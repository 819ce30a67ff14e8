/* The access log: who was shown which restricted record, when, and in which way. Records
 * are restricted by the "visible" declaration of their kind (records/visibility.h); open records
 * are not logged. A BhAccess collects the records that one request is about to show. The request is
 * answered after the rows are durable, and refused when they cannot be written.
 *
 * In this folder a "reader" is the person or device to whom a record is shown. Within
 * BH_ACCESS_WINDOW_MS there is one row for a reader, record and way, with the time of the first
 * access; repeated accesses write nothing. The size of the log therefore depends on who reads what,
 * not on how often. Rows are never removed. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

#define BH_ACCESS_WINDOW_MS (15 * 60 * 1000)

/* Ways of access, as stored. */
#define BH_ACCESS_LIST "list"       /* a row of a list, or its name on the page of another record */
#define BH_ACCESS_RECORD "record"   /* the record's page */
#define BH_ACCESS_HISTORY "history" /* the entries of the record */
#define BH_ACCESS_FILE "file"       /* an original file of the record */
#define BH_ACCESS_QUARANTINE "held" /* entries of the record that are in quarantine */
#define BH_ACCESS_PULL "pull"       /* the record is sent to a device */
#define BH_ACCESS_EXPORT "export"   /* written into a file that leaves the hub */
#define BH_ACCESS_BACKUP "backup"   /* a copy of the whole store */
#define BH_ACCESS_UNSEAL "unseal"   /* a sealed value is opened (bh_access_log_unseal) */

typedef struct _BhAccess BhAccess;

/* An empty collection for one reader. `reader`: the id of a staff record or device; for commands in
 * the shell of the hub, the id of the hub. bh_access_free. */
BhAccess *bh_access_new(const char *reader);
/* Frees `access` without writing its rows to the log. `access` may be NULL. */
void bh_access_free(BhAccess *access);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhAccess, bh_access_free)

/* Adds an access to the collection; nothing is written yet. A record is added once for each way.
 * `record` and `kind` are copied; both NULL: all records of the store. `way` is one of the
 * BH_ACCESS_… texts above. */
void bh_access_note(BhAccess *access, const char *record, const char *kind, const char *way);
/* Removes from the collection the accesses that the log has already; *left: whether any are left to
 * write. `db` is any connection to the store. */
gboolean bh_access_drop_known(BhAccess *access, BhHub *hub, BhDb *db, gboolean *left,
                              GError **error);
/* Writes the accesses of the collection as rows of the log. A BhHubWrite, for bh_hub_write;
 * `access` is a BhAccess. */
gboolean bh_access_write(BhHub *hub, BhDb *db, gpointer access, GError **error);
/* Calls bh_access_drop_known, then bh_access_write on the writer thread if accesses are left. The
 * rows are durable on return. `db` is a connection of the calling thread, which must not be the
 * writer thread. */
gboolean bh_access_log(BhAccess *access, BhHub *hub, BhDb *db, GError **error);
/* Logs that `reader` opens the sealed `field` of a record, for `reason`: a row for each opening.
 * The row is durable on return. Not on the writer thread. */
gboolean bh_access_log_unseal(BhHub *hub, const char *reader, const char *record, const char *kind,
                              const char *field, const char *reason, GError **error);

G_END_DECLS
