/* The page of a case while it is described. Private to page*.c. */
#pragma once

#include "schema/template.h"
#include "sync/hub/cases/internal.h"

G_BEGIN_DECLS

#define BH_CASE_LANG "zh" /* of the templates */

typedef struct {
  const BhCase *one;
  BhTemplate *words;
  GError **failed; /* why the words could not be filled, the first time */
} BhCasePage;

/* --- page-value.c --- */

void bh_case_set_text(json_t *object, const char *name, const char *text);
/* Does nothing when it is not set. */
void bh_case_set_flag(json_t *object, const char *name, gboolean is_set);
/* Values of a record of the case, borrowed; NULL when it is not in it. `data` is the case. */
const json_t *bh_case_lookup(const char *id, gpointer data);
/* The texts below: g_free. */
char *bh_case_dup_title(const BhCase *one, const BhCaseRecord *record);
/* The title of a record by its id, or that it is not in the case. */
char *bh_case_dup_name(const BhCasePage *page, const char *id);
char *bh_case_dup_answer(const BhCasePage *page, const json_t *value);
/* "" when there is none. The key may be one of a kind set that is not in use any more. */
char *bh_case_dup_value(const BhCasePage *page, const BhKind *kind, const char *key,
                        const json_t *value);
/* Of the field, of one of its items ("检查项 COAL-01"), or of the state. */
char *bh_case_dup_label(const BhCasePage *page, const BhKind *kind, const char *key);

G_END_DECLS
