/* Chooses the page of a draft: by its kind, and by the state of its record. */
#include "app/visit/drafts.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/pages/act.h"
#include "app/pages/record.h"
#include "app/visit/finish.h"
#include "app/visit/hazard.h"
#include "app/visit/inspection.h"
#include "app/visit/start.h"
#include "schema/act.h"

/* The page on which the person began to make the record; NULL when it was a page of the main job.
 */
static BhPage *make_act_page(const BhKind *kind, const json_t *draft, const char *lang)
{
  const json_t *begun = json_object_get(json_object_get(draft, "changed"), BH_ACT_DRAFT_KEY);
  const char *name = bh_json_string_or(begun, "act", NULL);
  g_autoptr(BhAct) act = kind != NULL && name != NULL ? bh_act_find(kind, NULL, name) : NULL;
  return act != NULL ? bh_act_page_new_create(
                           bh_kind_get_name(kind), name, bh_json_string_or(begun, "origin", NULL),
                           bh_json_string_or(draft, "record", ""), bh_act_get_label(act, lang))
                     : NULL;
}

static BhPage *make_page(BhSession *session, const json_t *draft)
{
  const char *record = bh_json_string_or(draft, "record", "");
  const char *kind_name = bh_json_string_or(draft, "kind", "");
  const json_t *values = json_object_get(draft, "values");
  const char *state = bh_json_string_or(values, "state", NULL);
  const char *inspection = bh_json_string_or(values, "inspection", NULL);
  const BhKind *kind = bh_session_find_kind(session, kind_name);
  BhPage *act_page = make_act_page(kind, draft, bh_session_get_lang(session));
  if (act_page != NULL)
    return act_page;
  /* A draft of a record beyond its initial state belongs to a step: the record page offers the
   * steps. */
  if (kind != NULL && state != NULL && !bh_kind_is_initial_state(kind, state))
    return bh_record_page_new(record);
  if (strcmp(kind_name, "hazard") == 0)
    return bh_hazard_page_new_existing(record);
  /* A picture whose record is no draft any more belongs to a hazard: the page of the hazard saves
   * the pictures that are left. */
  if (strcmp(kind_name, "file") == 0)
    return bh_hazard_page_new_existing(bh_json_string_or(values, "parent", record));
  const char *assigned = bh_json_string_or(values, BH_START_ASSIGNED, NULL);
  if (strcmp(kind_name, "inspection") == 0 && state == NULL && assigned != NULL)
    return bh_start_page_new_assigned(assigned);
  if (strcmp(kind_name, "inspection") == 0)
    return state != NULL ? bh_inspection_page_new(record) : bh_start_page_new_draft(record, values);
  if (strcmp(kind_name, "document") == 0 && state == NULL && inspection != NULL)
    return bh_finish_page_new(inspection);
  return bh_record_page_new(bh_json_string_or(values, "parent", record));
}

static void release_json(gpointer data)
{
  json_decref(data);
}

/* `data`: the draft of a picture. Its record is opened when that is a draft too. */
static void on_parent_draft(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  bh_page_open(page, make_page(bh_page_get_session(page), error == NULL ? result : data));
}

static void on_draft(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  if (error != NULL) {
    bh_page_say(page, _("This draft no longer exists"));
    return;
  }
  const char *parent = bh_json_string_or(json_object_get(result, "values"), "parent", NULL);
  if (strcmp(bh_json_string_or(result, "kind", ""), BH_ACT_FILE_KIND) == 0 && parent != NULL)
    bh_page_ask(page, "draft", bh_call_get_draft(parent), on_parent_draft, json_incref(result),
                release_json);
  else
    bh_page_open(page, make_page(bh_page_get_session(page), result));
}

gboolean bh_drafts_has_page(const json_t *draft)
{
  const char *kind = bh_json_string_or(draft, "kind", "");
  return strcmp(kind, BH_ACT_FILE_KIND) != 0 && strcmp(kind, BH_REVIEW_KIND) != 0 &&
         (strcmp(kind, "document") != 0 || json_object_get(draft, "state") != NULL);
}

void bh_drafts_open(BhPage *page, const char *record)
{
  bh_page_ask(page, "draft", bh_call_get_draft(record), on_draft, NULL, NULL);
}
