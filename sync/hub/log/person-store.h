/* SQL of people's keys (schema/person.h): the sealed secret key of each person, encrypted under the
 * PIN, and the public keys with which entries of the person may be signed. `staff` is the id of a
 * staff record. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

/* Stores a new key of a person: the secret key `seal` and the public key `key` (base64). Earlier
 * keys of the person are accepted until `until_ms`. */
gboolean bh_person_store_set(BhDb *db, const char *staff, const char *seal, const char *key,
                             gint64 now_ms, gint64 until_ms, GError **error);
/* The sealed secret key of a person (g_free); NULL without an error when the person has none. */
char *bh_person_store_dup_seal(BhDb *db, const char *staff, GError **error);
/* Stores that entries of a person may be signed by `key` (base64; "": may have no personal
 * signature) until another key is set. */
gboolean bh_person_store_add_key(BhDb *db, const char *staff, const char *key, gint64 now_ms,
                                 GError **error);
/* *accepted: whether an entry of the person received at `now_ms` may be signed by `key` ("": may
 * have no personal signature). */
gboolean bh_person_store_accepts(BhDb *db, const char *staff, const char *key, gint64 now_ms,
                                 gboolean *accepted, GError **error);
/* Ends all office sessions of a person. */
gboolean bh_person_store_end_sessions(BhDb *db, const char *staff, GError **error);

G_END_DECLS
