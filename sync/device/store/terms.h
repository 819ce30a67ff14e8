/* The terms that lists filter and search by. A term is a text: kind, field and value, or kind and a
 * word. The index maps terms to records. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* TRUE when setting this key can change the title or the terms of a record. */
gboolean bh_key_is_indexed(const BhKind *kind, const char *key);
/* Terms of a record, sorted, each once; GPtrArray of strings that it owns. */
GPtrArray *bh_record_list_terms(BhDevice *device, const BhRecord *record);
/* The term of a value; g_free. NULL for values that have none (objects, null, reals). */
char *bh_term_for_value(const char *kind, const char *field, const json_t *value);
/* The SHA-256 in the term of a value that is one; NULL for other terms. Borrowed from `term`. */
const char *bh_term_get_hash(const char *term);
/* Terms of a typed search, at most 12; one that ends in "*" matches every term with that beginning.
 * GPtrArray of strings that it owns. */
GPtrArray *bh_search_list_terms(const char *kind, const char *typed);

/* --- rows (terms-store.c) --- */

/* Replaces the terms of a record, and notes files that it named and names no more (release.h).
 * Inside a transaction. */
gboolean bh_terms_store_replace(BhDevice *device, gint64 record, GPtrArray *terms, GError **error);
/* Removes all of them, likewise. Inside a transaction. */
gboolean bh_terms_store_delete(BhDevice *device, gint64 record, GError **error);
/* Numbers of the terms that equal one of `texts`; GArray of gint64. With `typed`, those of a
 * search, also of the terms that begin with one that ends in "*": at most 1,024 for each of those,
 * *partial TRUE when there are more. Without it a star in a value is a star. */
GArray *bh_terms_store_find(BhDevice *device, const GPtrArray *texts, gboolean typed,
                            gboolean *partial, GError **error);
/* Appends the numbers of records with any of the terms to `out`, newest first, each once, at most
 * `limit`. */
gboolean bh_terms_store_list(BhDevice *device, const GArray *terms, int limit, GArray *out,
                             GError **error);
/* Numbers of the records of a kind whose indexed field has this value, newest first, at most
 * `limit`; -1: all. GArray of gint64. */
GArray *bh_terms_store_list_of(BhDevice *device, const char *kind, const char *field,
                               const json_t *value, int limit, GError **error);
/* *has: whether the record has any of the terms. */
gboolean bh_terms_store_has(BhDevice *device, const GArray *terms, gint64 record, gboolean *has,
                            GError **error);

G_END_DECLS
