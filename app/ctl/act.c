/* The commands acts, create, edit and step: what a person may do with records by the declaration of
 * their kind (schema/act.h). The store prepares, checks and saves an act; this file names the act,
 * fills in its values and prints the result. Start with do_act. */
#include <stdio.h>
#include <string.h>

#include "app/ctl/command.h"
#include "schema/act.h"
#include "schema/codes.h"
#include "schema/error.h"

/* --- acts --- */

static const char *label_of(const json_t *object)
{
  return bh_json_string_or(json_object_get(object, "label"), bh_ctl_get_lang(), "");
}

static void print_acts(const json_t *acts)
{
  gsize i;
  json_t *act;

  json_array_foreach((json_t *)acts, i, act) {
    printf("%-24s %-16s %s\n", bh_json_string_or(act, "name", ""),
           bh_json_string_or(act, "kind", ""), label_of(act));
  }
}

static json_t *list_acts(const BhCtlOptions *options, BhLink *link, GError **error)
{
  const char *record = options->arguments[0];
  g_autoptr(json_t) out = json_object();

  if (record != NULL) {
    g_autoptr(json_t) acts = bh_link_call(
        link, "acts", json_pack("{s:s, s:s}", "author", options->by, "record", record), error);
    if (acts == NULL)
      return NULL;
    json_object_update(out, acts);
  } else {
    json_object_set_new(out, "acts", json_array());
  }
  g_autoptr(json_t) creations = bh_link_call(
      link, "creations", json_pack("{s:s, s:s*}", "author", options->by, "origin", record), error);
  if (creations == NULL)
    return NULL;
  json_object_set(out, "creations", json_object_get(creations, "acts"));
  return g_steal_pointer(&out);
}

static BhCtlExit miss(const char *option)
{
  fprintf(stderr, "bihuanctl: %s is missing\n", option);
  return BH_CTL_USAGE;
}

BhCtlExit bh_ctl_acts(const BhCtlOptions *options)
{
  g_autoptr(GError) error = NULL;

  if (options->by == NULL)
    return miss("--by");
  g_autoptr(BhLink) link = bh_link_open(options->store, &error);
  g_autoptr(json_t) found = link != NULL ? list_acts(options, link, &error) : NULL;
  if (found == NULL)
    return bh_ctl_fail(error);
  if (options->json) {
    bh_ctl_print_json(found);
    return BH_CTL_OK;
  }
  print_acts(json_object_get(found, "acts"));
  print_acts(json_object_get(found, "creations"));
  return BH_CTL_OK;
}

/* --- naming an act --- */

/* "create/NAME" from NAME or "create/NAME"; g_free. */
static char *add_prefix(const char *prefix, const char *name)
{
  return g_str_has_prefix(name, prefix) ? g_strdup(name) : g_strconcat(prefix, name, NULL);
}

/* The name of the only act in `acts` whose name begins with `prefix` and whose kind is `kind`
 * (NULL: any); g_free. NULL with an error that lists them when there are several, or none. */
static char *pick_act(const json_t *acts, const char *prefix, const char *kind, GError **error)
{
  g_autoptr(GString) names = g_string_new(NULL);
  const char *found = NULL;
  guint n = 0;
  gsize i;
  json_t *act;

  json_array_foreach((json_t *)acts, i, act) {
    const char *name = bh_json_string_or(act, "name", "");
    if (!g_str_has_prefix(name, prefix) ||
        (kind != NULL && strcmp(bh_json_string_or(act, "kind", ""), kind) != 0))
      continue;
    found = name;
    g_string_append_printf(names, "%s%s", n++ > 0 ? ", " : "", name);
  }
  if (n == 1)
    return g_strdup(found);
  if (n == 0)
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED,
                "no act %s… is open here to this person now; \"acts\" lists what is", prefix);
  else
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "--act must name one of %s", names->str);
  return NULL;
}

/* The act as prepare_act and make_act take it, with the author; a new reference. */
typedef json_t *(*NameFunc)(const BhCtlOptions *options, BhLink *link, GError **error);

static json_t *name_creation(const BhCtlOptions *options, BhLink *link, GError **error)
{
  const char *kind = options->arguments[0];
  g_autofree char *act = options->act != NULL ? add_prefix("create/", options->act) : NULL;

  if (act == NULL) {
    g_autoptr(json_t) found = bh_link_call(
        link, "creations",
        json_pack("{s:s, s:s*}", "author", options->by, "origin", options->origin), error);
    act = found != NULL ? pick_act(json_object_get(found, "acts"), "create/", kind, error) : NULL;
  }
  g_autofree char *id = act != NULL ? bh_ctl_make_id(link, error) : NULL;
  return id != NULL ? json_pack("{s:s, s:s, s:s, s:s, s:s*}", "author", options->by, "record", id,
                                "kind", kind, "act", act, "origin", options->origin)
                    : NULL;
}

static json_t *name_edit(const BhCtlOptions *options, BhLink *link, GError **error)
{
  const char *record = options->arguments[0];
  g_autofree char *act = options->act != NULL ? add_prefix("edit/", options->act) : NULL;

  if (act == NULL) {
    g_autoptr(json_t) found = bh_link_call(
        link, "acts", json_pack("{s:s, s:s}", "author", options->by, "record", record), error);
    act = found != NULL ? pick_act(json_object_get(found, "acts"), "edit/", NULL, error) : NULL;
  }
  return act != NULL
             ? json_pack("{s:s, s:s, s:s}", "author", options->by, "record", record, "act", act)
             : NULL;
}

static json_t *name_step(const BhCtlOptions *options, BhLink *link G_GNUC_UNUSED,
                         GError **error G_GNUC_UNUSED)
{
  g_autofree char *act = add_prefix("step/", options->arguments[1]);

  return json_pack("{s:s, s:s, s:s}", "author", options->by, "record", options->arguments[0], "act",
                   act);
}

/* --- the form --- */

static void print_choices(const BhField *field)
{
  for (gsize i = 0; i < bh_field_count_choices(field); i++)
    if (!bh_field_is_choice_retired(field, i))
      printf("    %-24s %s\n", bh_field_get_choice_code(field, i),
             bh_field_get_choice_label(field, i, bh_ctl_get_lang()));
}

/* The codes that are offered to the record; the store lists them. */
static void print_codes(const json_t *codes)
{
  gsize i;
  json_t *one;

  json_array_foreach((json_t *)codes, i, one) {
    printf("    %-24s %s\n", bh_json_string_or(one, "code", ""), label_of(one));
  }
}

static void print_form(BhLink *link, const BhKind *kind, const json_t *form)
{
  const char *lang = bh_ctl_get_lang();
  gsize i;
  json_t *item;

  printf("%s: %s\n", bh_json_string_or(form, "act", ""), label_of(form));
  json_array_foreach(json_object_get(form, "fields"), i, item) {
    const BhField *field = bh_kind_find_field(kind, json_string_value(item));
    if (field == NULL)
      continue;
    const char *name = bh_field_get_name(field);
    g_autofree char *value =
        bh_ctl_format(link, field, json_object_get(json_object_get(form, "values"), name));
    printf("  %-24s %-10s %s: %s\n", name, bh_field_get_type_name(field),
           bh_field_get_label(field, lang), value);
    print_choices(field);
    print_codes(json_object_get(json_object_get(form, "codes"), name));
  }
  json_array_foreach(json_object_get(form, "files"), i, item) {
    printf("  %-24s files      %s: at least %" JSON_INTEGER_FORMAT ", now %" G_GSIZE_FORMAT "\n",
           bh_json_string_or(item, "role", ""), label_of(item),
           json_integer_value(json_object_get(item, "at_least")),
           json_array_size(json_object_get(item, "files")));
  }
}

/* --- doing an act --- */

static void print_problems(const json_t *problems)
{
  gsize i;
  json_t *problem;

  json_array_foreach((json_t *)problems, i, problem) {
    const char *field = bh_json_string_or(problem, "field", "");
    fprintf(stderr, "%s%s%s\n", field, *field != '\0' ? ": " : "",
            bh_json_string_or(problem, bh_ctl_get_lang(), ""));
  }
}

/* Keeps the files of --file as drafts below the new record, from which the store makes records in
 * the entry of the act. */
static gboolean put_files(const BhCtlOptions *options, BhLink *link, const json_t *act,
                          json_t *drafted, GError **error)
{
  g_autoptr(json_t) drafts = json_array();

  for (char **item = options->files; item != NULL && *item != NULL; item++) {
    g_autofree char *role = NULL;
    const char *path = bh_ctl_split("--file", *item, &role, error);
    json_t *values = path != NULL
                         ? bh_ctl_add_file(options, link, bh_json_string_or(act, "record", ""),
                                           role, path, error)
                         : NULL;
    g_autofree char *id = values != NULL ? bh_ctl_make_id(link, error) : NULL;
    if (id == NULL) {
      json_decref(values);
      return FALSE;
    }
    json_array_append_new(drafts, json_pack("{s:s, s:s, s:o}", "record", id, "kind",
                                            BH_ACT_FILE_KIND, "set", values));
    json_array_append_new(drafted, json_string(id));
  }
  if (json_array_size(drafts) == 0)
    return TRUE;
  g_autoptr(json_t) put = bh_link_call(
      link, "draft_put", json_pack("{s:s, s:O}", "author", options->by, "drafts", drafts), error);
  return put != NULL;
}

/* {"record","entry"?} or {"problems"}: calls make_act with the values of the form. */
static json_t *make(const BhCtlOptions *options, BhLink *link, const json_t *act,
                    const json_t *values, GError **error)
{
  g_autoptr(json_t) drafted = json_array();
  json_t *result = NULL;

  if (put_files(options, link, act, drafted, error)) {
    json_t *params = json_copy((json_t *)act);
    json_object_set(params, "values", (json_t *)values);
    result = bh_link_call(link, "make_act", params, error);
  }
  if (json_array_size(drafted) > 0 &&
      (result == NULL || json_object_get(result, "entry") == NULL)) {
    g_autoptr(json_t) dropped =
        bh_link_call(link, "draft_drop",
                     json_pack("{s:s, s:O}", "author", options->by, "records", drafted), NULL);
  }
  return result;
}

/* The form of the act as prepare_act gives it, with *kind. NULL with an error, also when the act is
 * not open to the person. */
static json_t *prepare(BhLink *link, const json_t *act, const BhKind **kind, GError **error)
{
  BhKindSet *kinds = bh_link_get_kinds(link, error);
  g_autoptr(json_t) form =
      kinds != NULL ? bh_link_call(link, "prepare_act", json_incref((json_t *)act), error) : NULL;

  *kind = form != NULL ? bh_kind_set_find(kinds, bh_json_string_or(form, "kind", "")) : NULL;
  if (*kind == NULL || json_is_true(json_object_get(form, "open")))
    return *kind != NULL ? g_steal_pointer(&form) : NULL;
  g_set_error(error, BH_ERROR, BH_ERROR_DENIED, "%s is not open to this person now",
              bh_json_string_or(form, "act", ""));
  return NULL;
}

/* Reads the values of the person into `values`. Returns the problems, a new reference; NULL with an
 * error. */
static json_t *fill_in(const BhCtlOptions *options, BhLink *link, const BhKind *kind,
                       const json_t *names, json_t *values, GError **error)
{
  g_autoptr(json_t) given = bh_ctl_read_values(options, error);
  g_autoptr(GPtrArray) fields = g_ptr_array_new();
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify)bh_problem_free);
  const BhSettingValues *codes = NULL;
  json_t *out = json_array();

  if (given == NULL) {
    json_decref(out);
    return NULL;
  }
  for (gsize i = 0; i < json_array_size(names); i++) {
    const BhField *field = bh_kind_find_field(kind, json_string_value(json_array_get(names, i)));
    if (field != NULL)
      g_ptr_array_add(fields, (gpointer)field);
    if (field != NULL && bh_field_get_codes(field) != NULL)
      codes = bh_link_get_codes(link);
  }
  bh_act_read_values(kind, fields, given, codes, values, problems);
  for (guint i = 0; i < problems->len; i++) {
    const BhProblem *problem = g_ptr_array_index(problems, i);
    json_array_append_new(out,
                          json_pack("{s:s, s:s, s:s, s:s}", "field", problem->field, "code",
                                    problem->code, "zh", problem->text_zh, "en", problem->text_en));
  }
  return out;
}

/* Does the act. NULL with an error. */
static json_t *run(const BhCtlOptions *options, BhLink *link, const json_t *act, GError **error)
{
  const BhKind *kind = NULL;
  g_autoptr(json_t) form = prepare(link, act, &kind, error);

  if (form == NULL)
    return NULL;
  g_autoptr(json_t) values = json_copy(json_object_get(form, "values"));
  g_autoptr(json_t) problems =
      fill_in(options, link, kind, json_object_get(form, "fields"), values, error);
  if (problems == NULL)
    return NULL;
  return json_array_size(problems) > 0 ? json_pack("{s:O}", "problems", problems)
                                       : make(options, link, act, values, error);
}

static BhCtlExit report(const BhCtlOptions *options, const json_t *result)
{
  const json_t *problems = json_object_get(result, "problems");
  const char *entry = bh_json_string_or(result, "entry", NULL);

  if (options->json)
    bh_ctl_print_json(result);
  else if (problems != NULL)
    print_problems(problems);
  else if (entry != NULL)
    printf("%s: saved as entry %s\n", bh_json_string_or(result, "record", ""), entry);
  else
    printf("%s: nothing to change\n", bh_json_string_or(result, "record", ""));
  return problems != NULL ? BH_CTL_REFUSED : BH_CTL_OK;
}

static BhCtlExit show_form(const BhCtlOptions *options, BhLink *link, const json_t *act)
{
  g_autoptr(GError) error = NULL;
  const BhKind *kind = NULL;
  g_autoptr(json_t) form = prepare(link, act, &kind, &error);

  if (form == NULL)
    return bh_ctl_fail(error);
  if (options->json)
    bh_ctl_print_json(form);
  else
    print_form(link, kind, form);
  return BH_CTL_OK;
}

static BhCtlExit do_act(const BhCtlOptions *options, NameFunc name)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) result = NULL;

  if (options->by == NULL || (options->pin_file == NULL && !options->form))
    return miss(options->by == NULL ? "--by" : "--pin-file");
  g_autoptr(BhLink) link = bh_link_open(options->store, &error);
  g_autoptr(json_t) act = link != NULL ? name(options, link, &error) : NULL;
  if (act == NULL)
    return bh_ctl_fail(error);
  if (options->form)
    return show_form(options, link, act);
  if (!bh_ctl_sign_in(options, link, &error))
    return bh_ctl_fail(error);
  result = run(options, link, act, &error);
  bh_ctl_sign_out(options, link);
  return result != NULL ? report(options, result) : bh_ctl_fail(error);
}

BhCtlExit bh_ctl_create(const BhCtlOptions *options)
{
  return do_act(options, name_creation);
}

BhCtlExit bh_ctl_edit(const BhCtlOptions *options)
{
  return do_act(options, name_edit);
}

BhCtlExit bh_ctl_step(const BhCtlOptions *options)
{
  return do_act(options, name_step);
}
