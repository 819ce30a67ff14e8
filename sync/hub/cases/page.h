/* Shared by page.c and page-value.c, which make the page of a case for people. Private to those
 * files. */
#pragma once

#include "schema/template.h"
#include "sync/hub/cases/internal.h"

G_BEGIN_DECLS

#define BH_CASE_LANG "zh" /* language of the templates */

typedef struct {
  const BhCase *source;
  BhTemplate *words; /* the words of the page, from assets/case/words.txt */
  GError **failed;   /* the first error while the words were filled */
} BhCasePage;

/* --- page-value.c --- */

/* Sets a member to a text. Bytes that are not UTF-8 are replaced. */
void bh_case_set_text(json_t *object, const char *name, const char *text);
/* Sets a member to true; does nothing if `is_set` is FALSE. */
void bh_case_set_flag(json_t *object, const char *name, gboolean is_set);
/* The values of the record `id`, borrowed, if it is in the case or a record of the case refers to
 * it; else NULL. `data` is the BhCase. */
const json_t *bh_case_lookup(const char *id, gpointer data);
/* The title of a record; the start of its id if the title is empty. g_free. */
char *bh_case_dup_title(const BhCase *self, const BhCaseRecord *record);
/* The title of the record with this id; if the record is not in the case, a text for people that
 * says so. g_free. */
char *bh_case_dup_name(const BhCasePage *page, const char *id);
/* Text for people of `value`, an answer to an item of a checklist, with its note. g_free. */
char *bh_case_dup_answer(const BhCasePage *page, const json_t *value);
/* A value as text for people; "" for no value. g_free. Values of keys that the present kind set
 * does not have are returned as JSON. */
char *bh_case_dup_value(const BhCasePage *page, const BhKind *kind, const char *key,
                        const json_t *value);
/* The label of a field, of an item ("检查项 COAL-01"), or of the state; the key itself if the
 * present kind set does not have it. g_free. */
char *bh_case_dup_label(const BhCasePage *page, const BhKind *kind, const char *key);

G_END_DECLS
