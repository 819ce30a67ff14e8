/* Duties at the office: what the kinds declare, what a person with several roles has, and what is
 * refused when kinds are loaded. */
#include <string.h>

#include "schema/duty.h"
#include "schema/paths.h"
#include "tests/schema/support.h"

#define LABEL "'label':{'zh':'名','en':'Name'}"

/* A kind set with one kind, `kind`, whose field `field` of `type` has these choices. */
static BhKindSet *load(const char *kind, const char *field, const char *type, const char *choices,
                       GError **error)
{
  g_autofree char *text = g_strdup_printf(
      "{'bihuan-kinds':1,'kinds':[{'bihuan-kind':1,'kind':'%s'," LABEL ",'scope':'all',"
      "'title':'{name}','fields':[{'name':'name','type':'text'," LABEL "},"
      "{'name':'%s','type':'%s'," LABEL ",'choices':[%s]}]}]}",
      kind, field, type, choices);
  g_strdelimit(text, "'", '"');
  g_autoptr(json_t) root = json_loads(text, 0, NULL);
  assert_non_null(root);
  g_autofree char *canonical = bh_json_dump(root);
  return bh_kind_set_from_text(canonical, strlen(canonical), error);
}

static BhKindSet *load_roles(const char *choices)
{
  g_autoptr(GError) error = NULL;
  BhKindSet *set = load("staff", "roles", "choices", choices, &error);
  assert_no_error(error);
  return set;
}

/* The duties of a person with these roles, "-" for one who may not sign in; g_free. */
static char *describe(const BhKindSet *set, const char *first, const char *second)
{
  g_autoptr(json_t) values = json_pack("{s:[s, s*]}", "roles", first, second);
  guint duties = G_MAXUINT;
  if (!bh_duty_find(set, values, &duties))
    return g_strdup(duties == 0 ? "-" : "bits are left");
  g_autoptr(GString) out = g_string_new(NULL);
  for (guint i = 0; BH_DUTY_NAMES[i] != NULL; i++)
    if (duties & (1u << i))
      g_string_append_printf(out, "%s%s", out->len > 0 ? "," : "", BH_DUTY_NAMES[i]);
  return g_string_free(g_steal_pointer(&out), FALSE);
}

#define assert_duties(set, first, second, wanted)                                                  \
  do {                                                                                             \
    g_autofree char *found_duties = describe(set, first, second);                                  \
    assert_string_equal(found_duties, wanted);                                                     \
  } while (0)

static void test_duties_of_several_roles_add_up(void **state)
{
  (void)state;
  g_autoptr(BhKindSet) set =
      load_roles("{'code':'guard'," LABEL ",'office':[]},{'code':'judge'," LABEL
                 ",'office':['resolve','review']},{'code':'keeper'," LABEL ",'office':['plaques']},"
                 "{'code':'driver'," LABEL "}");
  assert_duties(set, "guard", NULL, "");
  assert_duties(set, "judge", "keeper", "review,resolve,plaques");
  assert_duties(set, "driver", "guard", "");
  assert_duties(set, "driver", NULL, "-");
  /* A role that the kinds do not declare opens nothing, whatever it meant before. */
  assert_duties(set, "admin", "nobody", "-");
  assert_true(bh_duty_is_office_role(set, "guard"));
  assert_false(bh_duty_is_office_role(set, "driver"));
  g_autoptr(json_t) nothing = json_object();
  guint duties = 1;
  assert_false(bh_duty_find(set, nothing, &duties));
  assert_false(bh_duty_find(NULL, nothing, &duties));
}

static void test_kinds_from_before_duties_leave_the_roles_as_they_were(void **state)
{
  (void)state;
  g_autoptr(BhKindSet) set = load_roles("{'code':'admin'," LABEL "},{'code':'reviewer'," LABEL
                                        "},{'code':'inspector'," LABEL "}");
  assert_duties(set, "admin", NULL, "release,oversee,administer,plaques");
  assert_duties(set, "reviewer", "leader", "review,resolve,release,oversee,administer,plaques");
  assert_duties(set, "legal", "inspector", "review,resolve");
  assert_duties(set, "inspector", NULL, "-");
}

/* The shipped roles are those of R-257: only leaders and administrators oversee. */
static void test_the_shipped_roles_have_their_duties(void **state)
{
  (void)state;
  g_autofree char *dir = bh_data_path("schema", "kinds", NULL);
  g_autoptr(BhKindSet) set = bh_kind_set_load_dir(dir, NULL);
  assert_non_null(set);
  assert_duties(set, "inspector", NULL, "");
  assert_duties(set, "township", "expert", "");
  assert_duties(set, "reviewer", NULL, "review,resolve,release,plaques");
  assert_duties(set, "legal", NULL, "review,resolve");
  assert_duties(set, "leader", NULL, "review,resolve,release,oversee,administer");
  assert_duties(set, "admin", NULL, "release,oversee,administer,plaques");
}

static void test_wrong_duties_are_refused_with_place_and_reason(void **state)
{
  (void)state;
  static const struct {
    const char *kind, *field, *type, *office, *reason;
  } cases[] = {
      {"staff", "roles", "choices", "['review','fly']",
       "choices[0].office: there is no duty \"fly\", only review"},
      {"staff", "roles", "choices", "true", "office: must be an array of duties"},
      {"staff", "roles", "choices", "['review','review']", "office"},
      {"staff", "grades", "choices", "[]", "office: only choices of \"roles\" of the kind staff"},
      {"staff", "roles", "choice", "[]", "office: only choices of \"roles\" of the kind staff"},
      {"unit", "roles", "choices", "[]", "office: only choices of \"roles\" of the kind staff"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *choice =
        g_strdup_printf("{'code':'a'," LABEL ",'office':%s}", cases[i].office);
    g_autoptr(BhKindSet) set = load(cases[i].kind, cases[i].field, cases[i].type, choice, &error);
    assert_null(set);
    if (strstr(error->message, cases[i].reason) == NULL)
      fail_msg("%s: %s", cases[i].office, error->message);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_duties_of_several_roles_add_up),
      cmocka_unit_test(test_kinds_from_before_duties_leave_the_roles_as_they_were),
      cmocka_unit_test(test_the_shipped_roles_have_their_duties),
      cmocka_unit_test(test_wrong_duties_are_refused_with_place_and_reason),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
