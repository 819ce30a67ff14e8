/* Worksheets: a record that is worked through with a checklist. The kind has a field of type
 * `items` with "lists" (schema/kinds/README.md, *Worksheets*): the codes of the lists that its
 * records can be worked through with. Which list a record has is in its ref field for lists, which
 * is set with the first answer, so that a new version of the list does not change a record in work.
 *
 * Window, office page and both shells draw the result of bh_worksheet_resolve, and write what
 * bh_worksheet_dup_set gives. Pure; any thread. Start with bh_worksheet_find. */
#pragma once

#include "schema/checklist.h"
#include "schema/workflow.h"

G_BEGIN_DECLS

/* The `items` field with "lists", borrowed; NULL: records of the kind have no worksheet. */
const BhField *bh_worksheet_find(const BhKind *kind);
/* The codes of the lists that the kind declares, in their order: an array of strings, borrowed. The
 * kind must have a worksheet. */
const json_t *bh_worksheet_get_codes(const BhKind *kind);
/* Whether the context's actor may answer items of the record now: an edit that names the field is
 * open, and the record is not locked. FALSE for a kind without a worksheet. */
gboolean bh_worksheet_is_open(const BhKind *kind, const BhContext *record);
/* Id of the list that the record has, borrowed from `values`; NULL: none was chosen yet. */
const char *bh_worksheet_get_list(const BhKind *kind, const BhKindSet *set, const json_t *values);
/* Of the list records `rows` ([{"id","values"}]), the newest one of each declared code that is in
 * force on the day `today` ("YYYY-MM-DD"): [{"id","code","name","version"}] in declared order. New
 * reference. */
json_t *bh_worksheet_list_choices(const BhKind *kind, const json_t *rows, const char *today);
/* Id of the list `wanted` among the choices, or of the first one when `wanted` is NULL; borrowed.
 * NULL: there is none. */
const char *bh_worksheet_pick_choice(const json_t *choices, const char *wanted);
/* The key "FIELD/ITEM" of an answer; g_free. */
char *bh_worksheet_dup_key(const BhKind *kind, const char *item_no);

/* The worksheet for drawing, in `lang` ("zh" or "en"). A new reference:
 *
 * {"label", "open", "why"?, "codes":[{"code","label"}], "items":[ITEM],
 *  "not_asked":[{"item","check","basis","areas"?}], "total", "answered", "counts":{CODE: n}}
 *
 * "why", if not "open": "actor" (others may answer now) or "state" (nobody may).
 * ITEM: {"item","section","check","standard","basis","method","rectification","measures"?,"major",
 * "addressee","asked","answer"?,"answer_label"?,"note"?,"remote"?,"bulk"?}. The items are those
 * that the list asks in the area of the record (bh_kind_get_area) and about its subject, and items
 * that have an answer although they are not asked ("asked" false). "not_asked": the others, with
 * the codes of the areas in which they are asked, separated by spaces, if the area is the reason.
 * "answered" and "total" count asked items; an item that is marked as not checked is not answered.
 *
 * The context must have `kind` and `lookup`. */
json_t *bh_worksheet_resolve(const BhKind *kind, const BhKindSet *set, const BhChecklist *list,
                             const BhContext *record, const char *lang);

/* One item as in "items" of bh_worksheet_resolve; `answer`: {"answer","note"?,"remote"?,"bulk"?},
 * or NULL. A new reference. */
json_t *bh_worksheet_dup_item(const BhChecklistItem *item, gboolean is_asked, const json_t *answer,
                              const char *lang);

/* What an answer sets: {"FIELD/ITEM": {"answer","note"?}}, and the list if the record has none yet.
 * `list_id`: the list of the record, or the chosen one; `note` may be "" or NULL. NULL with
 * BH_ERROR_INVALID, naming the member of the request: the list does not ask the item of this
 * record, the code is unknown, or the remark is too long; BH_ERROR_DENIED: the worksheet is not
 * open to the actor. New reference. */
json_t *bh_worksheet_dup_set(const BhKind *kind, const BhKindSet *set, const BhChecklist *list,
                             const char *list_id, const BhContext *record, const char *item_no,
                             const char *answer, const char *note, GError **error);

G_END_DECLS
