/* Reads the values that create, edit and step get on the command line (--set) and from a file
 * (--values). Their fields are not known here. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/ctl/command.h"
#include "schema/error.h"

#define VALUES_MAX_BYTES (1024 * 1024)

const char *bh_ctl_split(const char *option, const char *text, char **name, GError **error)
{
  const char *equals = strchr(text, '=');

  if (equals == NULL || equals == text) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s must be NAME=VALUE, not %s", option, text);
    return NULL;
  }
  *name = g_strndup(text, (gsize)(equals - text));
  return equals + 1;
}

static char *read_all(FILE *in, gsize *len, GError **error)
{
  g_autofree char *text = g_malloc(VALUES_MAX_BYTES + 1);

  *len = fread(text, 1, VALUES_MAX_BYTES + 1, in);
  if (!ferror(in))
    return g_steal_pointer(&text);
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "values: cannot be read");
  return NULL;
}

/* The object in the file of --values, or on the standard input; an empty one without --values. */
static json_t *read_file(const char *path, GError **error)
{
  gsize len = 0;

  if (path == NULL)
    return json_object();
  gboolean standard = strcmp(path, "-") == 0;
  FILE *in = standard ? stdin : fopen(path, "re");
  if (in == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "cannot read %s: %s", path, g_strerror(errno));
    return NULL;
  }
  g_autofree char *text = read_all(in, &len, error);
  if (!standard)
    fclose(in);
  g_autoptr(json_t) object =
      text != NULL ? bh_json_parse(text, len, VALUES_MAX_BYTES, "values", error) : NULL;
  if (object == NULL || json_is_object(object))
    return g_steal_pointer(&object);
  g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "values: must be a JSON object {FIELD: VALUE}");
  return NULL;
}

/* Adds the values of --set to those of the file. */
static gboolean add_typed(char *const *set, json_t *given, GError **error)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

  for (char *const *item = set; item != NULL && *item != NULL; item++) {
    g_autofree char *name = NULL;
    const char *typed = bh_ctl_split("--set", *item, &name, error);
    if (typed == NULL)
      return FALSE;
    json_t *value = json_string(typed);
    if (value == NULL || json_object_set_new(given, name, value) != 0) {
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "--set: name and value must be UTF-8 text");
      return FALSE;
    }
    if (!g_hash_table_add(seen, g_strdup(name))) {
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "--set: duplicate %s", name);
      return FALSE;
    }
  }
  return TRUE;
}

json_t *bh_ctl_read_values(const BhCtlOptions *options, GError **error)
{
  g_autoptr(json_t) given = read_file(options->values, error);

  return given != NULL && add_typed(options->set, given, error) ? g_steal_pointer(&given) : NULL;
}
