/* "office" at a choice: the duties of a role of staff at the office. Start at bh_duty_find. */
#include "schema/duty.h"

#include "schema/kind-internal.h"

#define STAFF_KIND "staff"
#define ROLES_FIELD "roles"

const char *const BH_DUTY_NAMES[] = {"review",     "resolve", "release", "oversee",
                                     "administer", "plaques", NULL};

/* What roles allowed before kind sets declared it. Hubs have such sets until they are given those
 * of this version. */
static const struct {
  const char *role;
  guint duties;
} older_roles[] = {
    {"reviewer", BH_DUTY_REVIEW | BH_DUTY_RESOLVE | BH_DUTY_RELEASE | BH_DUTY_PLAQUES},
    {"leader",
     BH_DUTY_REVIEW | BH_DUTY_RESOLVE | BH_DUTY_RELEASE | BH_DUTY_OVERSEE | BH_DUTY_ADMINISTER},
    {"legal", BH_DUTY_REVIEW | BH_DUTY_RESOLVE},
    {"admin", BH_DUTY_RELEASE | BH_DUTY_OVERSEE | BH_DUTY_ADMINISTER | BH_DUTY_PLAQUES},
};

static const json_t *get_office(const BhField *field, gsize choice)
{
  return json_object_get(json_array_get(field->choices, choice), "office");
}

/* The bit of a duty; 0 for an unknown name. */
static guint find_duty(const char *name)
{
  for (guint i = 0; BH_DUTY_NAMES[i] != NULL; i++)
    if (g_strcmp0(BH_DUTY_NAMES[i], name) == 0)
      return 1u << i;
  return 0;
}

gboolean bh_kind_resolve_office(BhPlace *place, const BhKind *kind, const BhField *field)
{
  for (gsize c = 0; c < bh_field_count_choices(field); c++) {
    g_autofree const char **names = NULL;
    const json_t *office = get_office(field, c);
    if (office == NULL)
      continue;
    gsize mark = bh_place_enter(place, "choices");
    bh_place_enter_index(place, c);
    if (!g_str_equal(kind->name, STAFF_KIND) || !g_str_equal(field->name, ROLES_FIELD) ||
        field->type != BH_FIELD_CHOICES)
      return bh_place_fail_at(place, "office", "only choices of \"%s\" of the kind %s can have it",
                              ROLES_FIELD, STAFF_KIND);
    if (!json_is_array(office))
      return bh_place_fail_at(place, "office", "must be an array of duties");
    if (json_array_size(office) > 0 &&
        !bh_place_names(place, json_array_get(field->choices, c), "office", TRUE, FALSE, &names))
      return FALSE;
    for (gsize i = 0; names != NULL && names[i] != NULL; i++) {
      if (find_duty(names[i]) != 0)
        continue;
      g_autofree char *known = g_strjoinv(", ", (char **)BH_DUTY_NAMES);
      return bh_place_fail_at(place, "office", "there is no duty \"%s\", only %s", names[i], known);
    }
    bh_place_leave(place, mark);
  }
  return TRUE;
}

/* The field with the roles; NULL when the set has none. */
static const BhField *find_roles(const BhKindSet *set)
{
  const BhKind *kind = set != NULL ? bh_kind_set_find(set, STAFF_KIND) : NULL;
  const BhField *field = kind != NULL ? bh_kind_find_field(kind, ROLES_FIELD) : NULL;
  return field != NULL && field->type == BH_FIELD_CHOICES ? field : NULL;
}

static gboolean is_declared(const BhField *field)
{
  for (gsize c = 0; c < bh_field_count_choices(field); c++)
    if (get_office(field, c) != NULL)
      return TRUE;
  return FALSE;
}

/* Adds the duties of a role. FALSE when the role may not sign in. */
static gboolean add_duties(const BhField *field, const char *role, guint *duties)
{
  if (!is_declared(field)) {
    for (gsize i = 0; i < G_N_ELEMENTS(older_roles); i++) {
      if (g_strcmp0(older_roles[i].role, role) != 0)
        continue;
      *duties |= older_roles[i].duties;
      return TRUE;
    }
    return FALSE;
  }
  const json_t *office = json_object_get(bh_field_find_choice(field, role), "office");
  for (gsize i = 0; i < json_array_size(office); i++)
    *duties |= find_duty(json_string_value(json_array_get(office, i)));
  return office != NULL;
}

gboolean bh_duty_find(const BhKindSet *set, const json_t *staff_values, guint *duties)
{
  const BhField *field = find_roles(set);
  const json_t *roles = json_object_get(staff_values, ROLES_FIELD);
  gboolean found = FALSE;
  *duties = 0;
  for (gsize i = 0; field != NULL && i < json_array_size(roles); i++)
    found |= add_duties(field, json_string_value(json_array_get(roles, i)), duties);
  return found;
}

gboolean bh_duty_is_office_role(const BhKindSet *set, const char *role)
{
  const BhField *field = find_roles(set);
  guint duties = 0;
  return field != NULL && add_duties(field, role, &duties);
}
