/* The command attach, and the values of a file's record. */
#include <stdio.h>
#include <string.h>

#include "app/ctl/command.h"
#include "schema/act.h"
#include "schema/entry.h"
#include "schema/error.h"

#define FILE_NOTE "note"
#define FILE_SOURCE "source"
#define FILE_SOURCE_IMPORT "import"

char *bh_ctl_make_id(BhLink *link, GError **error)
{
  g_autoptr(json_t) made = bh_link_call(link, "make_id", NULL, error);
  return made != NULL ? g_strdup(bh_json_string_or(made, "id", "")) : NULL;
}

/* Reads a value that was typed into a field of the kind of files; NULL with an error. */
static json_t *parse(const BhKind *kind, const char *name, const char *typed, GError **error)
{
  const BhField *field = bh_kind_find_field(kind, name);

  if (field != NULL)
    return bh_field_parse_typed(field, typed, error);
  g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "the kind " BH_ACT_FILE_KIND " has no field %s",
              name);
  return NULL;
}

/* Reads the role; an unknown one is refused with the codes that there are. */
static json_t *parse_role(const BhKind *kind, const char *typed, GError **error)
{
  g_autoptr(json_t) role = parse(kind, BH_ACT_FILE_ROLE, typed, error);
  const BhField *field = bh_kind_find_field(kind, BH_ACT_FILE_ROLE);

  if (role == NULL && field != NULL && bh_field_count_choices(field) > 0) {
    g_autoptr(GString) codes = g_string_new(NULL);
    for (gsize i = 0; i < bh_field_count_choices(field); i++)
      g_string_append_printf(codes, "%s%s", i > 0 ? ", " : "", bh_field_get_choice_code(field, i));
    g_prefix_error(error, "%s is not one of %s: ", typed, codes->str);
  }
  return g_steal_pointer(&role);
}

json_t *bh_ctl_add_file(const BhCtlOptions *options, BhLink *link, const char *parent,
                        const char *role, const char *path, GError **error)
{
  BhKindSet *kinds = bh_link_get_kinds(link, error);
  const BhKind *kind = kinds != NULL ? bh_kind_set_find(kinds, BH_ACT_FILE_KIND) : NULL;

  if (kind == NULL || bh_kind_get_parent_field(kind) == NULL) {
    if (kinds != NULL)
      g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "this store has no kind " BH_ACT_FILE_KIND);
    return NULL;
  }
  g_autoptr(json_t) role_value = parse_role(kind, role, error);
  g_autoptr(json_t) note = role_value != NULL && options->note != NULL
                               ? parse(kind, FILE_NOTE, options->note, error)
                               : json_null();
  if (role_value == NULL || note == NULL)
    return NULL;
  g_autofree char *full = g_canonicalize_filename(path, NULL);
  g_autoptr(json_t) values =
      bh_link_call(link, "add_file", json_pack("{s:s}", "path", full), error);
  if (values == NULL)
    return NULL;
  json_object_set_new(values, bh_kind_get_parent_field(kind), json_string(parent));
  json_object_set(values, BH_ACT_FILE_ROLE, role_value);
  json_object_set_new(values, FILE_SOURCE, json_string(FILE_SOURCE_IMPORT));
  if (!json_is_null(note))
    json_object_set(values, FILE_NOTE, note);
  return g_steal_pointer(&values);
}

/* The operations that make one record per file, a new reference. */
static json_t *make_ops(const BhCtlOptions *options, BhLink *link, GError **error)
{
  g_autoptr(json_t) ops = json_array();

  for (gsize i = 1; i < options->n_arguments; i++) {
    g_autofree char *id = bh_ctl_make_id(link, error);
    json_t *values = id != NULL ? bh_ctl_add_file(options, link, options->arguments[0],
                                                  options->role, options->arguments[i], error)
                                : NULL;
    if (values == NULL)
      return NULL;
    json_array_append_new(
        ops, json_pack("{s:s, s:s, s:o}", "record", id, "kind", BH_ACT_FILE_KIND, "set", values));
  }
  return g_steal_pointer(&ops);
}

/* {"entry","records":[ids]}: one entry for all files. */
static json_t *attach(const BhCtlOptions *options, BhLink *link, GError **error)
{
  const char *record = options->arguments[0];
  g_autoptr(json_t) found = bh_link_call(link, "get", json_pack("{s:s}", "id", record), error);
  g_autoptr(json_t) ops = found != NULL ? make_ops(options, link, error) : NULL;

  if (ops == NULL)
    return NULL;
  json_t *params = json_pack("{s:s, s:O}", "author", options->by, "ops", ops);
  g_autoptr(json_t) saved = bh_link_call(link, "save", params, error);
  if (saved == NULL)
    return NULL;
  json_t *records = json_array();
  for (gsize i = 0; i < json_array_size(ops); i++)
    json_array_append(records, json_object_get(json_array_get(ops, i), "record"));
  return json_pack("{s:O, s:o}", "entry", json_object_get(saved, "entry"), "records", records);
}

BhCtlExit bh_ctl_attach(const BhCtlOptions *options)
{
  g_autoptr(GError) error = NULL;

  if (options->by == NULL || options->pin_file == NULL || options->role == NULL) {
    fprintf(stderr, "bihuanctl: --by, --pin-file or --role is missing\n");
    return BH_CTL_USAGE;
  }
  g_autoptr(BhLink) link = bh_link_open(options->store, &error);
  if (link == NULL || !bh_ctl_sign_in(options, link, &error))
    return bh_ctl_fail(error);
  g_autoptr(json_t) done = attach(options, link, &error);
  bh_ctl_sign_out(options, link);
  if (done == NULL)
    return bh_ctl_fail(error);
  if (options->json)
    bh_ctl_print_json(done);
  else
    printf("Attached %" G_GSIZE_FORMAT " as entry %s\n",
           json_array_size(json_object_get(done, "records")), bh_json_string_or(done, "entry", ""));
  return BH_CTL_OK;
}
