/* Lets go of files that nothing names any more: of records that left the device, of drafts that
 * were thrown away or changed, of pictures that were never put into one. Inside sync/device only.
 *
 * Whatever stops naming a file notes it, in its own transaction; so does who adds one, before its
 * bytes are written. A step looks at what was noted: a file that a record, a draft or an own entry
 * names stays, any other goes. So a crash in between leaves a note, never bytes without one. */
#pragma once

#include "sync/device/store/device-private.h"

G_BEGIN_DECLS

/* A draft that was thrown away may be brought back for as long as this. */
#define BH_RELEASE_GRACE_MS (10 * 60 * 1000)
/* What another process added to the store before this one opened it may be about to be named. */
#define BH_RELEASE_OPEN_MS (60 * 1000)

/* Inside a transaction: nothing may name the file from now on. */
gboolean bh_release_note(BhDevice *device, const char *sha256, GError **error);
/* The same for all that a value of a draft names, which may be brought back. */
gboolean bh_release_note_draft(BhDevice *device, const char *value, GError **error);
/* Somebody added the file and is about to name it: it stays for this run of the program, or until a
 * draft named it (bh_release_settle). */
void bh_release_hold(BhDevice *device, const char *sha256);
/* A draft names what the value names. After the commit. */
void bh_release_settle(BhDevice *device, const char *value);
/* Some record that is here names the file. */
gboolean bh_release_is_named(BhDevice *device, const char *sha256, gboolean *named, GError **error);
/* A step: looks at some that were noted. *more: call again. */
gboolean bh_release_some(BhDevice *device, gboolean *more, GError **error);

/* --- release-store.c --- */

gboolean bh_release_store_add(BhDevice *device, const char *sha256, GError **error);
gboolean bh_release_store_drop(BhDevice *device, const char *sha256, GError **error);
/* Those after `after` in their order, at most `limit`. */
GPtrArray *bh_release_store_list(BhDevice *device, const char *after, int limit, GError **error);
gboolean bh_release_store_is_drafted(BhDevice *device, const char *sha256, gboolean *drafted,
                                     GError **error);
/* Takes its row, unless an own entry declares it, and what was asked of the hub, and notes its
 * bytes for removal. */
gboolean bh_release_store_discard(BhDevice *device, const char *sha256, GError **error);

G_END_DECLS
