/* Sealed fields ("sealed"): the value is never shown with the record; named people open it by an
 * act of its own. Start with bh_field_parse_sealed. The hub keeps the values
 * (sync/hub/records/sealed.h).
 */
#include "schema/kind-internal.h"

#include <string.h>

#include "schema/staff.h"

gboolean bh_field_parse_sealed(BhPlace *place, BhField *field)
{
  static const char *const allowed[] = {"who", NULL};
  const json_t *sealed = json_object_get(field->declaration, "sealed");
  if (sealed == NULL)
    return TRUE;
  gsize mark = bh_place_enter(place, "sealed");
  if (!bh_place_is_object(place, sealed, allowed) ||
      !bh_place_names(place, sealed, "who", TRUE, TRUE, &field->openers))
    return FALSE;
  bh_place_leave(place, mark);
  switch (field->type) {
  case BH_FIELD_TEXT:
  case BH_FIELD_LONGTEXT:
  case BH_FIELD_PHONE:
  case BH_FIELD_ID_NUMBER:
    break;
  default:
    return bh_place_fail_at(place, "sealed",
                            "can only be used for a field of type text, longtext, phone or "
                            "id_number");
  }
  if (!field->personal)
    return bh_place_fail_at(place, "personal", "must be true for a sealed field");
  /* After the value was sealed, no rule can read it. */
  if (field->required != NULL || field->always_required)
    return bh_place_fail_at(place, "required",
                            "cannot be checked for a sealed field, whose value no rule reads");
  return TRUE;
}

/* Where a name of a field would show or test its value. */
static gboolean check_not_shown(BhPlace *place, const BhKind *kind, const BhField *field)
{
  static const char *const members[] = {"list", "title"};
  g_autofree char *mark = g_strdup_printf("{%s}", field->name);
  const char *title = bh_json_string_or(kind->declaration, "title", "");
  if (bh_json_has_name(json_object_get(kind->declaration, members[0]), field->name) ||
      strstr(title, mark) != NULL)
    return bh_place_fail_at(place, "sealed", "\"%s\" is in the title or the list of %s",
                            field->name, kind->name);
  gsize index;
  json_t *ledger;
  json_array_foreach(json_object_get(kind->declaration, "ledgers"), index, ledger) {
    if (bh_json_has_name(json_object_get(ledger, "columns"), field->name))
      return bh_place_fail_at(place, "sealed", "\"%s\" is a column of the ledger \"%s\"",
                              field->name, bh_json_string_or(ledger, "name", ""));
  }
  return TRUE;
}

gboolean bh_field_resolve_sealed(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                 const BhField *field)
{
  if (field->openers == NULL)
    return TRUE;
  if (!kind->office)
    return bh_place_fail_at(place, "sealed",
                            "needs a kind of the office (\"scope\": \"office\"): a device that "
                            "had the value could not keep it sealed");
  gsize mark = bh_place_enter(place, "sealed");
  if (!bh_kind_check_who(place, set, kind, field->openers))
    return FALSE;
  bh_place_leave(place, mark);
  return check_not_shown(place, kind, field);
}

gboolean bh_field_is_sealed(const BhField *field)
{
  return field->openers != NULL;
}

gboolean bh_field_may_open(const BhField *field, const BhContext *context)
{
  return field->openers != NULL && field->kind != NULL && context->actor_values != NULL &&
         bh_staff_is_in_service(context->actor_values, context->today) &&
         bh_kind_is_named(field->kind, field->openers, context);
}
