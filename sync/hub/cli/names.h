/* Finds records and areas by the names that people write in commands and files: "井坪镇" for a unit
 * or an area, a credit code for an enterprise. Each kind is listed once, at its first use. A
 * BhNames is used on one thread and within one read transaction. */
#pragma once

#include "schema/kind.h"
#include "schema/region.h"
#include "sync/hub/hub.h"

G_BEGIN_DECLS

typedef struct _BhNames BhNames;

/* All arguments are borrowed. `region`: the pack in which areas are found. `lang`: "zh" or "en",
 * the language of messages. bh_names_free. */
BhNames *bh_names_new(BhHub *hub, BhDb *db, const BhKindSet *kinds, const BhRegion *region,
                      const char *lang);
/* Frees `names`; NULL is allowed. */
void bh_names_free(BhNames *names);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhNames, bh_names_free)

/* Language of messages: "zh" or "en". Static. */
const char *bh_names_get_lang(const BhNames *names);
/* Whether messages are in Chinese. */
gboolean bh_names_is_zh(const BhNames *names);

/* Rows of a kind (bh_hub_list), ordered by title, borrowed; NULL on a storage error. */
const json_t *bh_names_list(BhNames *names, const char *kind, GError **error);
/* Ids (borrowed strings) of the records of a kind that a text names: by their id, their name in the
 * samples, their title, or the value of an indexed field or of a field of the title. Free the array
 * with g_ptr_array_unref; NULL on a storage error. */
GPtrArray *bh_names_list_matches(BhNames *names, const char *kind, const char *text,
                                 GError **error);
/* The id of the only record of these kinds (NULL-terminated) that the text names; borrowed. NULL
 * with BH_ERROR_NOT_FOUND, or with BH_ERROR_INVALID and all candidates when there are several. */
const char *bh_names_find(BhNames *names, const char *const *kinds, const char *text,
                          GError **error);
/* The row of a record of the kind, borrowed; NULL when there is none or the kind was not listed. */
const json_t *bh_names_find_row(BhNames *names, const char *kind, const char *id);
/* Adds a record that is not stored yet, so that the functions above find it; takes a reference to
 * `values`. Does nothing if the id is known already. */
void bh_names_add(BhNames *names, const char *kind, const char *id, json_t *values);
/* Describes a record to people, for example "新人（平鲁区应急管理局，执法人员，在岗）": its title
 * and list columns, without personal values. g_free. Only the id when there is no such record. */
char *bh_names_describe(BhNames *names, const char *kind, const char *id);

/* The code of the only area of the pack with this code or name; borrowed. NULL with
 * BH_ERROR_INVALID when there is none, or several, which the error lists. */
const char *bh_names_find_area(const BhRegion *region, const char *text, const char *lang,
                               GError **error);

/* Parses typed text like bh_field_parse_typed, and accepts names of records and areas too. Returns
 * a new reference; JSON null for "". The error is in the language of `names`, and contains the
 * field's label, the text, and what is allowed. */
json_t *bh_names_parse(BhNames *names, const BhField *field, const char *typed, GError **error);
/* The text of an error about a field: "label（name）“typed”：why"; g_free. `typed` (may be NULL) is
 * left out for personal fields. */
char *bh_names_format_problem(const BhNames *names, const BhField *field, const char *typed,
                              const char *why);
/* What is allowed as text of a field: "one of: 县级（county）、…", "a date such as 2026-11-21";
 * g_free. */
char *bh_names_format_expected(const BhNames *names, const BhField *field);

/* Settings and code lists of the hub, read when they are first needed; borrowed. NULL: the store
 * failed. */
const BhSettingValues *bh_names_settings(const BhNames *names);

G_END_DECLS
