/* Chooses the page of a draft: by its kind, and by the state of its record. */
#include "app/pages/drafts.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/pages/finish.h"
#include "app/pages/hazard.h"
#include "app/pages/inspection.h"
#include "app/pages/record.h"
#include "app/pages/start.h"

static BhPage *make_page(BhSession *session, const json_t *draft)
{
  const char *record = bh_json_string_or(draft, "record", "");
  const char *kind_name = bh_json_string_or(draft, "kind", "");
  const json_t *values = json_object_get(draft, "values");
  const char *state = bh_json_string_or(values, "state", NULL);
  const char *inspection = bh_json_string_or(values, "inspection", NULL);
  const BhKind *kind = bh_session_find_kind(session, kind_name);
  /* A draft of a record beyond its initial state belongs to a step: the record page offers the
   * steps. */
  if (kind != NULL && state != NULL && !bh_kind_is_initial_state(kind, state))
    return bh_record_page_new(record);
  if (strcmp(kind_name, "hazard") == 0)
    return bh_hazard_page_new_existing(record);
  /* Only hazards have pictures as drafts; so the page of the hazard is opened, which saves the
   * pictures that are left. */
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

static void on_draft(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  if (error != NULL)
    bh_page_say(page, _("This draft no longer exists"));
  else
    bh_page_open(page, make_page(bh_page_get_session(page), result));
}

void bh_drafts_open(BhPage *page, const char *record)
{
  bh_page_ask(page, "draft", bh_call_get_draft(record), on_draft, NULL, NULL);
}
