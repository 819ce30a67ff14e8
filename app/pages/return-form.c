/* Chooses the fields that a returned record shows for correction; "omits" of the kind's review
 * names those that it never shows. Saves nothing. */
#include "app/pages/return-form.h"

#include <string.h>

#include "schema/review.h"

/* TRUE when a form of the collector contains the field. */
static gboolean is_in_a_form(const BhKind *kind, const char *name)
{
  const char *form;
  json_t *names;
  json_object_foreach(json_object_get(bh_kind_get_declaration(kind), "forms"), form, names) {
    if (bh_json_has_name(names, name))
      return TRUE;
  }
  return FALSE;
}

const char *bh_return_form_get_next_state(const BhKind *kind, const json_t *record)
{
  const char *state = bh_json_string_or(json_object_get(record, "values"), "state", "");
  return g_strcmp0(bh_kind_get_review_state(kind, BH_REVIEW_ON_RETURN), state) == 0
             ? bh_kind_get_review_state(kind, BH_REVIEW_ON_ANSWER)
             : NULL;
}

static gboolean is_offered(const BhKind *kind, const char *name, const json_t *record,
                           const json_t *review)
{
  BhContext context = {.values = json_object_get(record, "values"),
                       .record = bh_json_string_or(record, "id", NULL)};
  return (bh_json_has_name(json_object_get(review, "items"), name) || is_in_a_form(kind, name)) &&
         !bh_kind_is_omitted_in_review(kind, name) && !bh_kind_is_hub_only(kind, name, NULL) &&
         !bh_kind_is_locked(kind, name, bh_return_form_get_next_state(kind, record), &context);
}

BhFormView *bh_return_form_new(BhSession *session, const BhKind *kind, const json_t *record,
                               const json_t *review)
{
  g_autoptr(GPtrArray) hidden = g_ptr_array_new();
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++) {
    const char *name = bh_field_get_name(fields->pdata[i]);
    if (!is_offered(kind, name, record, review))
      g_ptr_array_add(hidden, (gpointer)name);
  }
  g_ptr_array_add(hidden, NULL);
  return bh_form_view_new(session, kind, NULL, (const char *const *)hidden->pdata);
}
