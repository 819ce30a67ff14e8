/* Rows of people's sealed keys, and of the public keys that were theirs. Only SQL. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

/* Gives a person a new sealed key. The keys before it are taken until `until_ms`. */
gboolean bh_person_store_set(BhDb *db, const char *staff, const char *seal, const char *key,
                             gint64 now_ms, gint64 until_ms, GError **error);
/* NULL without an error when there is none. g_free. */
char *bh_person_store_dup_seal(BhDb *db, const char *staff, GError **error);
/* Takes entries of a person under `key` (base64; "": without a signature of theirs) for as long as
 * no other key is set. */
gboolean bh_person_store_add_key(BhDb *db, const char *staff, const char *key, gint64 now_ms,
                                 GError **error);
/* Whether an entry of a person that was received at `now_ms` may be signed by `key` ("": by no key
 * of theirs). */
gboolean bh_person_store_accepts(BhDb *db, const char *staff, const char *key, gint64 now_ms,
                                 gboolean *accepted, GError **error);
/* Signs a person out of the office everywhere. */
gboolean bh_person_store_end_sessions(BhDb *db, const char *staff, GError **error);

G_END_DECLS
