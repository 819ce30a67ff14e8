/* Records and areas by what people call them, for commands and files that people write: "井坪镇"
 * for a unit or an area, a credit code for an enterprise. Lists each kind once, when it is first
 * asked about. For one piece of work of a reader; one thread. */
#pragma once

#include "schema/kind.h"
#include "schema/region.h"
#include "sync/hub/hub.h"

G_BEGIN_DECLS

typedef struct _BhNames BhNames;

/* All borrowed; `region` is the pack that areas are looked up in. `lang` is "zh" or "en", for what
 * is said to people. */
BhNames *bh_names_new(BhHub *hub, BhDb *db, const BhKindSet *kinds, const BhRegion *region,
                      const char *lang);
void bh_names_free(BhNames *names);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhNames, bh_names_free)

const char *bh_names_get_lang(const BhNames *names);
gboolean bh_names_is_zh(const BhNames *names);

/* Rows of a kind (bh_hub_list), ordered by title, borrowed; NULL on a storage error. */
const json_t *bh_names_list(BhNames *names, const char *kind, GError **error);
/* Ids (borrowed strings) of the records of a kind that answer to a text: their id, their name among
 * the samples, their title, or the value of a field of it or of an indexed one. Free the
 * array; NULL on a storage error. */
GPtrArray *bh_names_list_called(BhNames *names, const char *kind, const char *text, GError **error);
/* The one of any of the kinds (NULL-terminated) that does; borrowed. NULL with BH_ERROR_NOT_FOUND,
 * or with _INVALID naming all candidates. */
const char *bh_names_find(BhNames *names, const char *const *kinds, const char *text,
                          GError **error);
/* The row of a record of the kind, borrowed; NULL when there is none or the kind was not listed. */
const json_t *bh_names_find_row(BhNames *names, const char *kind, const char *id);
/* From now on a record that is not stored yet answers too; keeps a reference to `values`. Nothing
 * changes for one that is there. */
void bh_names_add(BhNames *names, const char *kind, const char *id, json_t *values);
/* "新人（平鲁区应急管理局，执法人员，在岗）": title and list columns without personal values;
 * g_free. The id when there is no such record. */
char *bh_names_describe(BhNames *names, const char *kind, const char *id);

/* Code of the area with this code or name, of which the pack has one; borrowed. BH_ERROR_INVALID
 * names the candidates. */
const char *bh_names_find_area(const BhRegion *region, const char *text, const char *lang,
                               GError **error);

/* Value of what a person wrote for a field, like bh_field_parse_typed, but records and areas by
 * name. New reference, JSON null for "". The error is in the language of the names, with the
 * field's label, what was written, and what may be written instead. */
json_t *bh_names_parse(BhNames *names, const BhField *field, const char *typed, GError **error);
/* The same complaint for a value that a check refused: "label（name）“typed”：why"; g_free. */
char *bh_names_complain(const BhNames *names, const BhField *field, const char *typed,
                        const char *why);
/* What may be written for a field: "one of: 县级（county）、…", "a date such as 2026-11-21";
 * g_free. */
char *bh_names_expected(const BhNames *names, const BhField *field);

G_END_DECLS
