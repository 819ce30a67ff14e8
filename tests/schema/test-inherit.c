/* Records of a kind that inherits have area, unit, authority and visibility of their parent: those
 * of the shipped kinds exactly as the lists that were once written by hand, and those of any other
 * kind. */
#include "schema/restriction.h"
#include "schema/review.h"

#include <string.h>

#include "tests/schema/world-of-records.h"
#include "tests/support/by-hand.h"

#define TODAY "2026-11-28"

static const char *const people[] = {"of-county", "of-city", "of-town", "of-other", "left", NULL};

/* A kind set from the text of its declarations with ' for ". */
static BhKindSet *read_kinds(const char *quoted)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = g_strdelimit(g_strdup(quoted), "'", '"');
  BhKindSet *kinds = bh_kind_set_from_text(text, strlen(text), &error);
  assert_no_error(error);
  return kinds;
}

static const BhKind *kind_of(const TestWorld *world, const BhKindSet *kinds, const char *name)
{
  return bh_kind_set_find(kinds, g_hash_table_lookup(world->kind_names, test_world_id(name)));
}

static void put_people(TestWorld *world)
{
  test_world_put(world, "city", "unit", "{\"name\":\"市\"}");
  test_world_put(world, "other", "unit", "{\"name\":\"他\"}");
  test_world_put(world, "county", "unit", "{\"name\":\"县\",\"parent\":{\"$ref\":\"city\"}}");
  test_world_put(world, "town", "unit", "{\"name\":\"镇\",\"parent\":{\"$ref\":\"county\"}}");
  for (gsize i = 0; people[i] != NULL; i++) {
    g_autofree char *json =
        g_strdup_printf("{\"unit\":{\"$ref\":\"%s\"},\"roles\":[\"inspector\"],\"state\":\"%s\"}",
                        i < 4 ? people[i] + strlen("of-") : "county", i < 4 ? "active" : "left");
    test_world_put(world, people[i], "staff", json);
  }
}

/* --- as the lists by hand --- */

static const char *const below[] = {"guest",
                                    "step",
                                    "sign-visit",
                                    "sign-paper",
                                    "review-visit",
                                    "review-danger",
                                    "review-paper",
                                    "f-visit",
                                    "f-danger",
                                    "f-paper",
                                    "f-sign-visit",
                                    "f-sign-paper",
                                    "f-mine",
                                    "f-review-visit",
                                    "f-review-danger",
                                    "f-review-paper",
                                    NULL};

/* A record of the kind below the named record. */
static void put_below(TestWorld *world, const char *name, const char *kind, const char *parent)
{
  g_autofree char *json =
      g_strdup_printf("{\"%s\":{\"$ref\":\"%s\"}}",
                      bh_kind_get_parent_field(bh_kind_set_find(world->kinds, kind)), parent);
  test_world_put(world, name, kind, json);
}

static TestWorld *make_world(const char *modes, const char *released)
{
  TestWorld *world = test_world_new();
  put_people(world);
  test_world_put(world, "mine", "enterprise",
                 "{\"area\":\"140603100\",\"unit\":{\"$ref\":\"town\"}}");
  test_world_put(world, "shaft", "enterprise",
                 "{\"area\":\"140603200\",\"unit\":{\"$ref\":\"other\"}}");
  g_autofree char *visit = g_strdup_printf("{\"unit\":{\"$ref\":\"county\"},\"modes\":[\"%s\"],"
                                           "\"enterprise\":{\"$ref\":\"mine\"},\"released\":%s}",
                                           modes, released);
  test_world_put(world, "visit", "inspection", visit);
  test_world_put(world, "danger", "hazard",
                 "{\"inspection\":{\"$ref\":\"visit\"},\"enterprise\":{\"$ref\":\"shaft\"},"
                 "\"handed_over_unit\":{\"$ref\":\"town\"}}");
  test_world_put(world, "paper", "document", "{\"inspection\":{\"$ref\":\"visit\"}}");
  put_below(world, "guest", "participant", "visit");
  put_below(world, "step", "guarantee_step", "danger");
  put_below(world, "f-mine", "file", "mine");
  static const char *const parents[] = {"visit", "danger", "paper"};
  for (gsize i = 0; i < G_N_ELEMENTS(parents); i++) {
    g_autofree char *review = g_strconcat("review-", parents[i], NULL);
    g_autofree char *of_review = g_strconcat("f-review-", parents[i], NULL);
    g_autofree char *file = g_strconcat("f-", parents[i], NULL);
    put_below(world, review, "review", parents[i]);
    put_below(world, of_review, "file", review);
    put_below(world, file, "file", parents[i]);
    if (i == 1)
      continue;
    g_autofree char *signature = g_strconcat("sign-", parents[i], NULL);
    g_autofree char *of_signature = g_strconcat("f-sign-", parents[i], NULL);
    put_below(world, signature, "signature", parents[i]);
    put_below(world, of_signature, "file", signature);
  }
  return world;
}

/* Compares a record under the two declarations of its kind. `all`: no record is missing,
 * otherwise the lists by hand may give the area or unit of a more distant record. *seen: how
 * many people may see it. */
static void compare(TestWorld *world, const BhKindSet *by_hand, const char *name, gboolean all,
                    guint *seen)
{
  const BhKind *now = kind_of(world, world->kinds, name);
  const BhKind *then = kind_of(world, by_hand, name);
  BhContext context = test_world_context(world, name, NULL, TODAY);
  assert_true(bh_kind_inherits(now) && !bh_kind_inherits(then));
  assert_int_equal(bh_kind_is_open(now, &context), bh_kind_is_open(then, &context));
  if (all) {
    assert_non_null(bh_kind_get_area(now, &context));
    assert_string_equal(bh_kind_get_area(now, &context), bh_kind_get_area(then, &context));
    assert_string_equal(bh_kind_get_unit(now, &context), bh_kind_get_unit(then, &context));
  }
  g_autofree char *text = bh_restriction_dup(now, world->kinds, &context);
  g_autofree char *text_then = bh_restriction_dup(then, by_hand, &context);
  assert_non_null(text);
  assert_int_equal(*text == '\0', *text_then == '\0');
  for (gsize p = 0; people[p] != NULL; p++) {
    context = test_world_context(world, name, people[p], TODAY);
    gboolean visible = bh_kind_is_visible(then, &context);
    if (bh_kind_is_visible(now, &context) != visible ||
        bh_restriction_allows(text, &context) != visible ||
        bh_restriction_allows(text_then, &context) != visible)
      fail_msg("%s is not as visible for %s: %s", name, people[p], text);
    if (strcmp(bh_kind_get_name(now), "review") == 0)
      assert_int_equal(bh_kind_has_authority(now, &context), bh_kind_has_authority(then, &context));
    *seen += visible;
  }
}

static void test_what_inherits_is_as_the_lists_by_hand_said(void **state G_GNUC_UNUSED)
{
  static const char *const modes[] = {"covert", "routine"};
  static const char *const released[] = {"false", "true"};
  static const char *const missing[] = {NULL,    "visit",  "danger",        "paper",     "mine",
                                        "shaft", "county", "review-danger", "sign-paper"};
  g_autoptr(TestWorld) first = make_world("covert", "false");
  g_autoptr(BhKindSet) by_hand = test_make_kinds_by_hand(first->kinds);
  guint seen = 0, n = 0;
  for (gsize m = 0; m < G_N_ELEMENTS(modes) * G_N_ELEMENTS(released); m++)
    for (gsize k = 0; k < G_N_ELEMENTS(missing); k++) {
      g_autoptr(TestWorld) world = make_world(modes[m % 2], released[m / 2]);
      if (missing[k] != NULL)
        test_world_remove(world, missing[k]);
      for (gsize i = 0; below[i] != NULL; i++, n++)
        if (missing[k] == NULL || strcmp(missing[k], below[i]) != 0)
          compare(world, by_hand, below[i], missing[k] == NULL, &seen);
    }
  assert_true(seen > n && seen < 5 * n); /* some people see a record, others do not */
}

/* --- kinds of a stranger --- */

#define LABEL "'label':{'zh':'名','en':'Name'}"
#define FIELD(name, type, more) "{'name':'" name "','type':'" type "'," LABEL more "}"
#define KIND(name, more) "{'bihuan-kind':1,'kind':'" name "'," LABEL ",'title':'x'," more "}"

/* A secret of one person; notes below it or below other notes; open goods with labels. */
static const char strange
    [] = "{'bihuan-kinds':1,'kinds':[" KIND("staff", "'scope':'all','fields':"
                                                     "[" FIELD(
                                                         "name", "text", "") "," FIELD("unit", "ref", ",'ref_kinds':['unit']") "]") "," KIND("unit", "'scope':'all','fields':[" FIELD("parent", "ref", ",'ref_kinds':['unit']") "," FIELD("area", "area", "") "]") "," KIND("secret", "'scope':'unit','unit_from':'unit','area_from':'unit.area','"
                                                                                                                                                                                                                                                                                      "authority':'unit',"
                                                                                                                                                                                                                                                                                      "'visible':{'any_of':[{'field':'told','is':true},{'actor_is':'keeper'"
                                                                                                                                                                                                                                                                                      "}]},'fields':[" FIELD("unit", "ref", ",'ref_kinds':['unit']") "," FIELD("keeper", "ref", ",'ref_kinds':['staff']") "," FIELD("told",
                                                                                                                                                                                                                                                                                                                                                                                                                    "flag",
                                                                                                                                                                                                                                                                                                                                                                                                                    "") "]") "," KIND("goods",
                                                                                                                                                                                                                                                                                                                                                                                                                                      "'scope':'all','fields':[" FIELD("keeper",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                       "ref",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                       ",'ref_kinds':['staff']") "," FIELD("told",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                           "flag",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                           "") "]") "," KIND("label",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                             "'parent':'on','inherits'"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                             ":true,'fields':[" FIELD(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "on",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "ref",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 ",'ref_kinds':['"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "goods']") "]") "," KIND("note", "'parent':'on','inherits':true,'fields':[" FIELD("on",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   "ref",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   ",'ref_kinds':'any'") "]") "," KIND("reply",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       "'parent':'on','inherits':true,'visible':{'not':{'field':'draft','is':true}},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       "'fields':[" FIELD("on",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "ref", ",'ref_kinds':['note','reply']") "," FIELD("draft", "flag", "") "]") "]}";

static TestWorld *make_strange_world(void)
{
  TestWorld *world = test_world_new();
  bh_kind_set_unref(world->kinds);
  world->kinds = read_kinds(strange);
  put_people(world);
  test_world_put(world, "county", "unit", "{\"area\":\"140603\"}");
  test_world_put(world, "secret", "secret",
                 "{\"keeper\":{\"$ref\":\"of-town\"},\"unit\":{\"$ref\":\"county\"}}");
  test_world_put(world, "goods", "goods", "{\"keeper\":{\"$ref\":\"of-other\"}}");
  test_world_put(world, "label", "label", "{\"on\":{\"$ref\":\"goods\"}}");
  test_world_put(world, "on-secret", "note", "{\"on\":{\"$ref\":\"secret\"}}");
  test_world_put(world, "on-goods", "note", "{\"on\":{\"$ref\":\"goods\"}}");
  test_world_put(world, "reply", "reply", "{\"on\":{\"$ref\":\"on-secret\"}}");
  test_world_put(world, "draft", "reply", "{\"on\":{\"$ref\":\"on-secret\"},\"draft\":true}");
  return world;
}

static gboolean sees(TestWorld *world, const char *name, const char *person)
{
  BhContext context = test_world_context(world, name, person, TODAY);
  const BhKind *kind = kind_of(world, world->kinds, name);
  g_autofree char *text = bh_restriction_dup(kind, world->kinds, &context);
  gboolean visible = bh_kind_is_visible(kind, &context);
  assert_non_null(text);
  if (context.actor != NULL && bh_restriction_allows(text, &context) != visible)
    fail_msg("%s for %s: the text says otherwise: %s", name, person, text);
  if (context.actor == NULL)
    assert_int_equal(*text == '\0', visible);
  return visible;
}

static void test_a_child_is_hidden_like_its_parent_of_any_kind(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestWorld) world = make_strange_world();
  assert_true(sees(world, "on-secret", "of-town") && sees(world, "reply", "of-town"));
  assert_false(sees(world, "on-secret", "of-county") || sees(world, "reply", "of-county"));
  assert_false(sees(world, "on-secret", NULL) || sees(world, "reply", NULL));
  /* The goods have the same fields as the secret, but no condition. */
  assert_true(sees(world, "on-goods", "of-county") && sees(world, "on-goods", NULL));
  assert_true(sees(world, "label", NULL));
  test_world_put(world, "secret", "secret", "{\"told\":true}");
  assert_true(sees(world, "on-secret", "of-county") && sees(world, "reply", NULL));
}

static void test_a_condition_of_its_own_must_hold_too(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestWorld) world = make_strange_world();
  assert_true(sees(world, "reply", "of-town"));
  assert_false(sees(world, "draft", "of-town"));
  test_world_put(world, "secret", "secret", "{\"told\":true}");
  assert_false(sees(world, "draft", "of-town") || sees(world, "draft", NULL));
  test_world_unset(world, "draft", "draft");
  assert_true(sees(world, "draft", NULL));
}

static void test_a_child_is_hidden_while_its_parent_is_not_known(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestWorld) world = make_strange_world();
  test_world_put(world, "lost", "note", "{\"on\":{\"$ref\":\"nowhere\"}}");
  test_world_put(world, "loose", "note", "{}");
  test_world_put(world, "odd", "label", "{\"on\":{\"$ref\":\"nowhere\"}}");
  assert_false(sees(world, "lost", "of-town") || sees(world, "loose", "of-town"));
  assert_true(sees(world, "odd", NULL)); /* nothing that it can belong to is ever hidden */
  BhContext context = test_world_context(world, "on-goods", "of-town", TODAY);
  context.kind_of = NULL;
  assert_false(bh_kind_is_visible(kind_of(world, world->kinds, "on-goods"), &context));
  test_world_remove(world, "secret");
  assert_false(sees(world, "on-secret", "of-town") || sees(world, "reply", "of-town"));
}

/* Ids come from other devices, so records can be above themselves, or too far below. */
static void test_circles_and_long_chains_of_parents_end_hidden(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestWorld) world = make_strange_world();
  test_world_put(world, "one", "reply", "{\"on\":{\"$ref\":\"two\"}}");
  test_world_put(world, "two", "reply", "{\"on\":{\"$ref\":\"one\"}}");
  assert_false(sees(world, "one", "of-town"));
  BhContext context = test_world_context(world, "one", "of-county", TODAY);
  const BhKind *reply = bh_kind_set_find(world->kinds, "reply");
  assert_null(bh_kind_get_unit(reply, &context));
  assert_null(bh_kind_get_area(reply, &context));
  assert_false(bh_kind_has_authority(reply, &context));
  test_world_put(world, "r0", "reply", "{\"on\":{\"$ref\":\"on-goods\"}}");
  for (guint i = 1; i < 12; i++) {
    g_autofree char *name = g_strdup_printf("r%u", i);
    g_autofree char *json = g_strdup_printf("{\"on\":{\"$ref\":\"r%u\"}}", i - 1);
    test_world_put(world, name, "reply", json);
  }
  assert_true(sees(world, "r6", "of-town"));
  assert_false(sees(world, "r7", "of-town") || sees(world, "r11", "of-town"));
}

static void test_area_unit_and_authority_are_those_of_the_parent(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestWorld) world = make_strange_world();
  static const struct {
    const char *person;
    gboolean decides;
  } rows[] = {{"of-county", TRUE}, {"of-city", TRUE}, {"of-town", FALSE}, {"of-other", FALSE}};
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    BhContext context = test_world_context(world, "reply", rows[i].person, TODAY);
    const BhKind *reply = kind_of(world, world->kinds, "reply");
    assert_string_equal(bh_kind_get_area(reply, &context), "140603");
    assert_string_equal(bh_kind_get_unit(reply, &context), test_world_id("county"));
    assert_int_equal(bh_kind_has_authority(reply, &context), rows[i].decides);
    context = test_world_context(world, "on-goods", rows[i].person, TODAY);
    assert_true(bh_kind_has_authority(kind_of(world, world->kinds, "on-goods"), &context));
    test_world_put(world, "lost", "note", "{\"on\":{\"$ref\":\"nowhere\"}}");
    context = test_world_context(world, "lost", rows[i].person, TODAY);
    assert_false(bh_kind_has_authority(kind_of(world, world->kinds, "lost"), &context));
  }
}

static void test_any_means_all_kinds_of_the_set(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhKindSet) kinds = read_kinds(strange);
  const BhKind *note = bh_kind_set_find(kinds, "note");
  g_autofree char *names =
      g_strjoinv(" ", (char **)bh_field_get_ref_kinds(bh_kind_find_field(note, "on")));
  /* A note does not belong to a note. */
  assert_string_equal(names, "goods label reply secret staff unit");
  assert_true(bh_kind_may_hide(note) && bh_kind_inherits(note));
  assert_true(bh_kind_may_hide(bh_kind_set_find(kinds, "reply")));
  assert_true(bh_kind_may_hide(bh_kind_set_find(kinds, "secret")));
  assert_false(bh_kind_may_hide(bh_kind_set_find(kinds, "label")));
  assert_false(bh_kind_may_hide(bh_kind_set_find(kinds, "goods")));
  assert_string_equal(bh_kind_get_scope(note), "parent");
  assert_string_equal(bh_kind_get_scope(bh_kind_set_find(kinds, "goods")), "all");
}

/* Lists filter by the texts of restrictions, and the fewer there are the better. */
static void test_a_child_has_the_text_of_its_parent(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestWorld) world = make_strange_world();
  static const char *const names[] = {"secret", "on-secret", "reply"};
  g_autofree char *first = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    BhContext context = test_world_context(world, names[i], NULL, NULL);
    g_autofree char *text =
        bh_restriction_dup(kind_of(world, world->kinds, names[i]), world->kinds, &context);
    if (first == NULL)
      first = g_strdup(text);
    assert_string_equal(text, first);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_what_inherits_is_as_the_lists_by_hand_said),
      cmocka_unit_test(test_a_child_is_hidden_like_its_parent_of_any_kind),
      cmocka_unit_test(test_a_condition_of_its_own_must_hold_too),
      cmocka_unit_test(test_a_child_is_hidden_while_its_parent_is_not_known),
      cmocka_unit_test(test_circles_and_long_chains_of_parents_end_hidden),
      cmocka_unit_test(test_area_unit_and_authority_are_those_of_the_parent),
      cmocka_unit_test(test_any_means_all_kinds_of_the_set),
      cmocka_unit_test(test_a_child_has_the_text_of_its_parent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
