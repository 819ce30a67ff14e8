/* The commands "unit" and "staff". Values are sent to the hub as typed; it parses them by the
 * declaration of the kind (people.c). */
#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "sync/hub/cli/cli.h"

#define SECRET_MAX 256 /* bytes of a PIN or password that is read */

/* An option for a field. */
typedef struct {
  const char *field;
  char **value;
} Named;

/* {field: text} of the given options and of "--set field=text", a new reference; NULL after an
 * error was printed. */
static json_t *collect_set(const char *command, const Named *named, gsize n, char **pairs)
{
  g_autoptr(json_t) set = json_object();
  for (gsize i = 0; i < n; i++)
    if (*named[i].value != NULL)
      json_object_set_new(set, named[i].field, json_string(*named[i].value));
  for (int i = 0; pairs != NULL && pairs[i] != NULL; i++) {
    const char *equals = strchr(pairs[i], '=');
    g_autofree char *field =
        equals != NULL ? g_strndup(pairs[i], (gsize)(equals - pairs[i])) : g_strdup("");
    if (*field == '\0') {
      bh_cli_usage(command, "--set needs FIELD=VALUE");
      return NULL;
    }
    if (json_object_get(set, field) != NULL) {
      g_autofree char *what = g_strdup_printf("duplicate %s", field);
      bh_cli_usage(command, what);
      return NULL;
    }
    json_object_set_new(set, field, json_string(equals + 1));
  }
  return g_steal_pointer(&set);
}

static void print_id(const json_t *result)
{
  puts(bh_json_string_or(result, "id", ""));
}

static char *join(const json_t *list)
{
  g_autoptr(GString) out = g_string_new(NULL);
  size_t at;
  json_t *element;
  json_array_foreach((json_t *)list, at, element) {
    g_string_append_printf(out, "%s%s", at > 0 ? "," : "", json_string_value(element));
  }
  return g_string_free(g_steal_pointer(&out), FALSE);
}

static int add(const char *dir, const char *kind, json_t *set, gboolean as_json)
{
  return bh_cli_run(dir, "record.add", json_pack("{s:s, s:o}", "kind", kind, "set", set), as_json,
                    print_id);
}

static int change(const char *dir, const char *kind, const char *record, json_t *set,
                  const char *state, gboolean as_json)
{
  return bh_cli_run(dir, "record.change",
                    json_pack("{s:s, s:s, s:o, s:s*}", "kind", kind, "record", record, "set", set,
                              "state", state),
                    as_json, NULL);
}

/* --- unit --- */

static void print_units(const json_t *result)
{
  size_t at;
  json_t *row;
  json_array_foreach((json_t *)result, at, row) {
    const json_t *values = json_object_get(row, "values");
    printf("%s  %s  %s  %s\n", bh_json_string_or(row, "id", ""),
           bh_json_string_or(values, "area", "-"), bh_json_string_or(values, "level", "-"),
           bh_json_string_or(values, "name", ""));
  }
}

int bh_cli_unit(int argc, char **argv)
{
  g_autofree char *dir = NULL, *unit = NULL, *name = NULL, *short_name = NULL, *area = NULL;
  g_autofree char *level = NULL, *parent = NULL, *phone = NULL, *authority = NULL;
  g_auto(GStrv) pairs = NULL;
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "Directory of the hub", "DIR"},
      {"unit", 'u', 0, G_OPTION_ARG_STRING, &unit, "set: name, area code or id", "UNIT"},
      {"name", 'n', 0, G_OPTION_ARG_STRING, &name, "Name", "NAME"},
      {"short-name", 0, 0, G_OPTION_ARG_STRING, &short_name, "Short name, for document numbers",
       "NAME"},
      {"area", 'a', 0, G_OPTION_ARG_STRING, &area, "Area that it serves: code or name", "AREA"},
      {"level", 'l', 0, G_OPTION_ARG_STRING, &level, "province, city, county or township", "LEVEL"},
      {"parent", 'p', 0, G_OPTION_ARG_STRING, &parent, "Unit above it: name or id", "UNIT"},
      {"phone", 0, 0, G_OPTION_ARG_STRING, &phone, "Phone number", "NUMBER"},
      {"authority", 0, 0, G_OPTION_ARG_STRING, &authority,
       "Documents that it may issue, separated by commas (order_rectify, …)", "CODES"},
      {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &pairs,
       "Any other field of the kind; FIELD= empties it", "FIELD=VALUE"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print the result as JSON", NULL},
      G_OPTION_ENTRY_NULL};
  const Named named[] = {{"name", &name},          {"short_name", &short_name}, {"area", &area},
                         {"level", &level},        {"parent", &parent},         {"phone", &phone},
                         {"authority", &authority}};
  int code = BH_EXIT_USAGE;
  if (!bh_cli_parse("unit", "add|set|list",
                    "Units are the offices and townships to which people and devices belong. add\n"
                    "prints the id of the new unit. Choices are given by code or by label.",
                    entries, &argc, &argv, &code))
    return code;
  if (dir == NULL || argc != 2)
    return bh_cli_usage("unit", "--data and one of add, set, list are needed");
  if (strcmp(argv[1], "list") == 0)
    return bh_cli_run(dir, "unit.list", json_object(), as_json, print_units);
  g_autoptr(json_t) set = collect_set("unit", named, G_N_ELEMENTS(named), pairs);
  if (set == NULL)
    return BH_EXIT_USAGE;
  if (strcmp(argv[1], "add") == 0)
    return name != NULL && area != NULL && level != NULL
               ? add(dir, "unit", json_incref(set), as_json)
               : bh_cli_usage("unit", "add needs --name, --area and --level");
  if (strcmp(argv[1], "set") != 0)
    return bh_cli_usage("unit", "the argument must be add, set or list");
  return unit != NULL && json_object_size(set) > 0
             ? change(dir, "unit", unit, json_incref(set), NULL, as_json)
             : bh_cli_usage("unit", "set needs --unit and a field to change");
}

/* --- staff --- */

static void print_staff(const json_t *result)
{
  size_t at;
  json_t *row;
  json_array_foreach((json_t *)result, at, row) {
    const json_t *values = json_object_get(row, "values");
    g_autofree char *roles = join(json_object_get(values, "roles"));
    printf("%s  %s  %s  %s  %s%s\n", bh_json_string_or(row, "id", ""),
           bh_json_string_or(row, "state", ""), bh_json_string_or(row, "title", ""),
           bh_json_string_or(row, "unit_name", "-"), roles,
           g_str_equal(bh_json_string_or(row, "pin", ""), "old")
               ? "  [the PIN was set under an older rule: set a new one]"
               : "");
  }
}

/* The first line of a file, or of standard input for "-"; g_free. Secrets are never arguments,
 * because other users can read the arguments of a process. */
static char *read_secret(const char *path, GError **error)
{
  char line[SECRET_MAX + 2];
  FILE *file = strcmp(path, "-") == 0 ? stdin : g_fopen(path, "re");
  if (file == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "%s: %s", path, g_strerror(errno));
    return NULL;
  }
  gboolean read = fgets(line, sizeof line, file) != NULL;
  if (file != stdin)
    fclose(file);
  if (!read) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: is empty", path);
    return NULL;
  }
  line[strcspn(line, "\r\n")] = '\0';
  return g_strdup(line);
}

static int set_secret(const char *dir, gboolean pin, const char *staff, const char *login,
                      const char *file, gboolean as_json)
{
  g_autoptr(GError) error = NULL;
  if (staff == NULL || file == NULL)
    return bh_cli_usage("staff", "set-pin and set-password need --staff and --file");
  g_autofree char *secret = read_secret(file, &error);
  if (secret == NULL)
    return bh_cli_fail(error);
  return pin ? bh_cli_run(dir, "staff.set-pin",
                          json_pack("{s:s, s:s}", "staff", staff, "pin", secret), as_json, NULL)
             : bh_cli_run(dir, "staff.set-password",
                          json_pack("{s:s, s:s, s:s*}", "staff", staff, "password", secret, "login",
                                    login),
                          as_json, NULL);
}

/* Arguments that change a person: the field that must be given (NULL: any), the new state (NULL: no
 * change), and the usage error. */
static const struct {
  const char *word;
  const char *field;
  const char *state;
  const char *needs;
} CHANGES[] = {{"set", NULL, NULL, "set needs --staff and a field to change"},
               {"set-roles", "roles", NULL, "set-roles needs --staff and --roles"},
               {"move", "unit", NULL, "move needs --staff and --unit"},
               {"retire", NULL, "left", "retire needs --staff"},
               {"return", NULL, "active", "return needs --staff"}};

static int change_staff(const char *dir, const char *word, const char *staff, json_t *set,
                        gboolean as_json)
{
  for (gsize i = 0; i < G_N_ELEMENTS(CHANGES); i++) {
    if (strcmp(CHANGES[i].word, word) != 0)
      continue;
    gboolean enough = CHANGES[i].field != NULL
                          ? json_object_get(set, CHANGES[i].field) != NULL
                          : CHANGES[i].state != NULL || json_object_size(set) > 0;
    return staff != NULL && enough
               ? change(dir, "staff", staff, json_incref(set), CHANGES[i].state, as_json)
               : bh_cli_usage("staff", CHANGES[i].needs);
  }
  return bh_cli_usage("staff", "the argument must be one of those that --help lists");
}

int bh_cli_staff(int argc, char **argv)
{
  g_autofree char *dir = NULL, *name = NULL, *unit = NULL, *roles = NULL, *staff = NULL;
  g_autofree char *file = NULL, *login = NULL, *phone = NULL, *number = NULL, *number_until = NULL;
  g_autofree char *from = NULL, *until = NULL;
  g_auto(GStrv) pairs = NULL;
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "Directory of the hub", "DIR"},
      {"staff", 's', 0, G_OPTION_ARG_STRING, &staff, "Person to change: name or id", "STAFF"},
      {"name", 'n', 0, G_OPTION_ARG_STRING, &name, "Name", "NAME"},
      {"unit", 'u', 0, G_OPTION_ARG_STRING, &unit, "Unit: name, area code or id", "UNIT"},
      {"roles", 'r', 0, G_OPTION_ARG_STRING, &roles, "Roles, separated by commas", "ROLES"},
      {"phone", 0, 0, G_OPTION_ARG_STRING, &phone, "Phone number", "NUMBER"},
      {"certificate", 'c', 0, G_OPTION_ARG_STRING, &number,
       "Number of the enforcement certificate, needed to lead an order", "NUMBER"},
      {"certificate-until", 0, 0, G_OPTION_ARG_STRING, &number_until, "Last day it is valid",
       "DATE"},
      {"from", 0, 0, G_OPTION_ARG_STRING, &from, "First day in service", "DATE"},
      {"until", 0, 0, G_OPTION_ARG_STRING, &until, "Last day in service", "DATE"},
      {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &pairs,
       "Any other field of the kind; FIELD= empties it", "FIELD=VALUE"},
      {"file", 'f', 0, G_OPTION_ARG_FILENAME, &file,
       "set-pin, set-password: file with the secret, - for standard input", "FILE"},
      {"login", 'l', 0, G_OPTION_ARG_STRING, &login, "set-password: login name", "LOGIN"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print the result as JSON", NULL},
      G_OPTION_ENTRY_NULL};
  const Named named[] = {{"name", &name},
                         {"unit", &unit},
                         {"roles", &roles},
                         {"phone", &phone},
                         {"certificate_no", &number},
                         {"certificate_valid_to", &number_until},
                         {"valid_from", &from},
                         {"valid_to", &until}};
  int code = BH_EXIT_USAGE;
  if (!bh_cli_parse(
          "staff", "add|set|set-roles|move|retire|return|set-pin|set-password|remove-password|list",
          "Manages people, their PINs on devices and their logins for the office page.\n"
          "add prints the id. list shows id, state, name, unit and roles. A name that several\n"
          "people have is refused, and their ids are listed. retire ends a person's service:\n"
          "they cannot sign in until they return. remove-password removes the office login.\n"
          "A PIN has 6 to 12 digits and must not be a sequence, a repetition or a date.",
          entries, &argc, &argv, &code))
    return code;
  if (dir == NULL || argc != 2)
    return bh_cli_usage("staff", "--data and one argument are needed");
  const char *word = argv[1];
  if (strcmp(word, "list") == 0)
    return bh_cli_run(dir, "staff.list", json_object(), as_json, print_staff);
  if (strcmp(word, "set-pin") == 0 || strcmp(word, "set-password") == 0)
    return set_secret(dir, strcmp(word, "set-pin") == 0, staff, login, file, as_json);
  if (strcmp(word, "remove-password") == 0)
    return staff != NULL ? bh_cli_run(dir, "staff.remove-password",
                                      json_pack("{s:s}", "staff", staff), as_json, NULL)
                         : bh_cli_usage("staff", "remove-password needs --staff");
  g_autoptr(json_t) set = collect_set("staff", named, G_N_ELEMENTS(named), pairs);
  if (set == NULL)
    return BH_EXIT_USAGE;
  if (strcmp(word, "add") != 0)
    return change_staff(dir, word, staff, set, as_json);
  return name != NULL && unit != NULL && roles != NULL
             ? add(dir, "staff", json_incref(set), as_json)
             : bh_cli_usage("staff", "add needs --name, --unit and --roles");
}
