/* SQL of people's keys (schema/person.h): the sealed secret key of each person, and the public keys
 * that are accepted for them. `staff` is the id of a staff record. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

/* Gives a person a new sealed key. Earlier keys are accepted until `until_ms`. */
gboolean bh_person_store_set(BhDb *db, const char *staff, const char *seal, const char *key,
                             gint64 now_ms, gint64 until_ms, GError **error);
/* The sealed key (g_free); NULL without an error when there is none. */
char *bh_person_store_dup_seal(BhDb *db, const char *staff, GError **error);
/* Accepts entries of a person signed by `key` (base64; "": entries without a personal signature)
 * until another key is set. */
gboolean bh_person_store_add_key(BhDb *db, const char *staff, const char *key, gint64 now_ms,
                                 GError **error);
/* *accepted: whether an entry of the person received at `now_ms` may be signed by `key` ("": may
 * have no personal signature). */
gboolean bh_person_store_accepts(BhDb *db, const char *staff, const char *key, gint64 now_ms,
                                 gboolean *accepted, GError **error);
/* Ends all office sessions of a person. */
gboolean bh_person_store_end_sessions(BhDb *db, const char *staff, GError **error);

G_END_DECLS
