/* The commands "acts", "create", "edit", "step", "attach", "unseal", "worksheet" and "list": what a
 * person does at the office, from a shell. The work is done by sync/hub/office (bh_office_run) in
 * the process that has the hub open. Start with the table of options in parse. */
#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "sync/hub/cli/cli.h"

#define VALUES_MAX_BYTES (256 * 1024) /* as of a form of the office page */
#define LIMIT_DEFAULT 50
#define LIMIT_MAX 200 /* rows of a page (BH_LIST_LIMIT_MAX) */

typedef struct {
  char *dir;
  char *as;
  char *act;
  char *origin;
  char *covers;
  char **set;
  char **files;
  char *values;
  char *role;
  char *note;
  char *reason;
  char *list;
  char *item;
  char *answer;
  char *ledger;
  char *search;
  char **where;
  char *parent;
  char *order;
  char *due_from;
  char *due_before;
  char *after;
  gint limit;
  gboolean form;
  gboolean json;
} Options;

static void options_clear(Options *options)
{
  char *texts[] = {options->dir,        options->as,     options->act,     options->origin,
                   options->covers,     options->values, options->role,    options->note,
                   options->ledger,     options->search, options->parent,  options->order,
                   options->due_before, options->after,  options->reason,  options->list,
                   options->item,       options->answer, options->due_from};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
  g_strfreev(options->set);
  g_strfreev(options->files);
  g_strfreev(options->where);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* Groups of options. */
enum {
  NAMES_ACT = 1,
  MAKES = 2,
  CHANGES = 4,
  FILLS = 8,
  ATTACHES = 16,
  LISTS = 32,
  UNSEALS = 64,
  ANSWERS = 128
};

/* Parses the options of a command that belong to `groups`. `n`: number of arguments after the name
 * of the command; more are allowed if `many`. */
static gboolean parse(const char *command, const char *words, const char *summary, int groups,
                      int n, gboolean many, Options *o, int *argc, char ***argv, int *code)
{
  const struct {
    int group; /* 0: all commands have it */
    GOptionEntry entry;
  } all[] = {
      {0, {"data", 'd', 0, G_OPTION_ARG_FILENAME, &o->dir, "Directory of the hub", "DIR"}},
      {0,
       {"as", 'a', 0, G_OPTION_ARG_STRING, &o->as,
        "The acting person, who has a role of the office: name or id", "STAFF"}},
      {NAMES_ACT,
       {"act", 0, 0, G_OPTION_ARG_STRING, &o->act, "Name of the act, if several are open", "NAME"}},
      {MAKES,
       {"origin", 0, 0, G_OPTION_ARG_STRING, &o->origin, "Record from which the new one is made",
        "RECORD"}},
      {MAKES,
       {"file", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->files,
        "A file with which the record is made, and its role; may repeat", "ROLE=PATH"}},
      {CHANGES,
       {"covers", 0, 0, G_OPTION_ARG_STRING, &o->covers,
        "Refuse unless this entry is still the newest of the record", "ENTRY"}},
      {FILLS,
       {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->set,
        "A value as typed in a form, empty to clear; may repeat", "FIELD=VALUE"}},
      {FILLS,
       {"values", 0, 0, G_OPTION_ARG_FILENAME, &o->values,
        "File with a JSON object of values, - for standard input", "FILE"}},
      {FILLS,
       {"form", 0, 0, G_OPTION_ARG_NONE, &o->form,
        "Print the form for these values as JSON, and change nothing", NULL}},
      {ATTACHES, {"role", 0, 0, G_OPTION_ARG_STRING, &o->role, "Role of the files", "ROLE"}},
      {ATTACHES, {"note", 0, 0, G_OPTION_ARG_STRING, &o->note, "Note on the files", "TEXT"}},
      {UNSEALS,
       {"reason", 0, 0, G_OPTION_ARG_STRING, &o->reason, "Why the value is opened", "TEXT"}},
      {ANSWERS,
       {"list", 0, 0, G_OPTION_ARG_STRING, &o->list,
        "List to begin with, if several can be chosen: its id", "LIST"}},
      {ANSWERS,
       {"item", 0, 0, G_OPTION_ARG_STRING, &o->item, "Number of the item to answer", "ITEM"}},
      {ANSWERS,
       {"answer", 0, 0, G_OPTION_ARG_STRING, &o->answer,
        "compliant, noncompliant, not_applicable or unchecked", "ANSWER"}},
      {ANSWERS, {"note", 0, 0, G_OPTION_ARG_STRING, &o->note, "Remark of the answer", "TEXT"}},
      {LISTS,
       {"ledger", 0, 0, G_OPTION_ARG_STRING, &o->ledger, "Only records of this ledger", "NAME"}},
      {LISTS, {"search", 0, 0, G_OPTION_ARG_STRING, &o->search, "Words or codes", "TEXT"}},
      {LISTS,
       {"where", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->where,
        "Only where an indexed field, or state, has this value; may repeat", "FIELD=VALUE"}},
      {LISTS,
       {"parent", 0, 0, G_OPTION_ARG_STRING, &o->parent, "Only below this record", "RECORD"}},
      {LISTS,
       {"order", 0, 0, G_OPTION_ARG_STRING, &o->order, "changed (newest first), title or due",
        "ORDER"}},
      {LISTS,
       {"due-from", 0, 0, G_OPTION_ARG_STRING, &o->due_from,
        "With --order=due: only what is due on this day or later", "DAY"}},
      {LISTS,
       {"due-before", 0, 0, G_OPTION_ARG_STRING, &o->due_before,
        "With --order=due: only what is due before this day", "DAY"}},
      {LISTS,
       {"after", 0, 0, G_OPTION_ARG_STRING, &o->after, "The next page, as the page before says",
        "PLACE"}},
      {LISTS, {"limit", 0, 0, G_OPTION_ARG_INT, &o->limit, "Rows of the page, 1 to 200 (50)", "N"}},
      {0, {"json", 0, 0, G_OPTION_ARG_NONE, &o->json, "Print the result as JSON", NULL}},
  };
  GOptionEntry entries[G_N_ELEMENTS(all) + 1] = {G_OPTION_ENTRY_NULL};
  gsize used = 0;
  for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
    if (all[i].group == 0 || (all[i].group & groups) != 0)
      entries[used++] = all[i].entry;
  *code = BH_EXIT_USAGE;
  if (!bh_cli_parse(command, words, summary, entries, argc, argv, code))
    return FALSE;
  if (o->dir != NULL && o->as != NULL && (*argc == n + 1 || (many && *argc > n + 1)))
    return TRUE;
  g_autofree char *needs =
      g_strdup_printf("--data and --as%s%s are needed", *words != '\0' ? " and " : "", words);
  *code = bh_cli_usage(command, needs);
  return FALSE;
}

static void put(json_t *object, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_new(object, name, json_string(value));
}

/* --- values --- */

static char *read_stream(FILE *file, const char *path, gsize *len, GError **error)
{
  g_autofree char *text = g_malloc(VALUES_MAX_BYTES + 1);
  *len = fread(text, 1, VALUES_MAX_BYTES + 1, file);
  if (!ferror(file))
    return g_steal_pointer(&text);
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: cannot be read", path);
  return NULL;
}

/* The text of a file, or of standard input for "-", and a byte more than allowed at most; g_free.
 */
static char *read_all(const char *path, gsize *len, GError **error)
{
  if (strcmp(path, "-") == 0)
    return read_stream(stdin, path, len, error);
  FILE *file = g_fopen(path, "re");
  if (file == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "%s: %s", path, g_strerror(errno));
    return NULL;
  }
  char *text = read_stream(file, path, len, error);
  fclose(file);
  return text;
}

/* Splits "name=value" of an option. The value is borrowed; NULL with an error. *name: g_free. */
static const char *split(const char *option, const char *text, char **name, GError **error)
{
  const char *equals = strchr(text, '=');
  if (equals != NULL && equals > text && g_utf8_validate(text, -1, NULL)) {
    *name = g_strndup(text, (gsize)(equals - text));
    return equals + 1;
  }
  g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s must be %s in UTF-8, not %s", option,
              strcmp(option, "--file") == 0 ? "ROLE=PATH" : "FIELD=VALUE", text);
  return NULL;
}

/* The values of --values, and those of --set in place of them. A new reference; NULL with an
 * error. */
static json_t *read_values(const Options *options, GError **error)
{
  gsize len = 0;
  g_autofree char *text =
      options->values != NULL ? read_all(options->values, &len, error) : g_strdup("{}");
  g_autoptr(json_t) values = text != NULL
                                 ? bh_json_parse(text, options->values != NULL ? len : strlen(text),
                                                 VALUES_MAX_BYTES, "values", error)
                                 : NULL;
  if (values == NULL)
    return NULL;
  if (!json_is_object(values)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "values: must be a JSON object {FIELD: VALUE}");
    return NULL;
  }
  for (char **item = options->set; item != NULL && *item != NULL; item++) {
    g_autofree char *name = NULL;
    const char *typed = split("--set", *item, &name, error);
    if (typed == NULL)
      return NULL;
    put(values, name, typed);
  }
  return g_steal_pointer(&values);
}

/* The files of --file: [{"role","path"}]. */
static json_t *read_files(const Options *options, GError **error)
{
  g_autoptr(json_t) files = json_array();
  for (char **item = options->files; item != NULL && *item != NULL; item++) {
    g_autofree char *role = NULL;
    const char *given = split("--file", *item, &role, error);
    if (given == NULL)
      return NULL;
    g_autofree char *path = g_canonicalize_filename(given, NULL);
    json_array_append_new(files, json_pack("{s:s, s:s}", "role", role, "path", path));
  }
  return g_steal_pointer(&files);
}

/* The filters of --where: several values of one field mean any of them. */
static json_t *read_where(const Options *options, GError **error)
{
  g_autoptr(json_t) where = json_object();
  for (char **item = options->where; item != NULL && *item != NULL; item++) {
    g_autofree char *name = NULL;
    const char *typed = split("--where", *item, &name, error);
    if (typed == NULL)
      return NULL;
    json_t *values = json_object_get(where, name);
    if (values == NULL) {
      values = json_array();
      json_object_set_new(where, name, values);
    }
    json_array_append_new(values, json_string(typed));
  }
  return g_steal_pointer(&where);
}

/* --- calling --- */

/* Calls bh_office_run. Takes ownership of `params`. A new reference; NULL with an error. */
static json_t *call(const Options *options, const char *what, json_t *params, GError **error)
{
  g_autofree char *data = g_canonicalize_filename(options->dir, NULL);
  g_autoptr(json_t) all = json_pack("{s:s, s:s, s:s, s:o}", "what", what, "as", options->as, "lang",
                                    bh_cli_lang(), "params", params);
  return all != NULL ? bh_cli_call(data, "office", all, error) : NULL;
}

/* Prints the problems, one in a line. */
static int report_problems(const Options *options, const json_t *result)
{
  size_t at;
  json_t *problem;
  if (options->json)
    bh_cli_print_json(result);
  json_array_foreach(json_object_get(result, "problems"), at, problem) {
    const char *field = bh_json_string_or(problem, "field", "");
    if (!options->json)
      fprintf(stderr, "%s%s%s\n", field, *field != '\0' ? ": " : "",
              bh_json_string_or(problem, "text", ""));
  }
  return BH_EXIT_INVALID;
}

static void print_saved(const json_t *result)
{
  printf("%s\n", bh_json_string_or(result, "record", ""));
}

/* Calls, and prints the result as JSON or with `print`. */
static int run(const Options *options, const char *what, json_t *params,
               void (*print)(const json_t *result))
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) result = call(options, what, params, &error);
  if (result == NULL)
    return bh_cli_fail(error);
  if (json_object_get(result, "problems") != NULL)
    return report_problems(options, result);
  if (options->json || print == NULL)
    bh_cli_print_json(result);
  else
    print(result);
  return BH_EXIT_OK;
}

/* Fills in the values and does the act, or prints its form. Takes ownership of `params`. */
static int do_act(const Options *options, const char *what, json_t *params)
{
  g_autoptr(GError) error = NULL;
  json_t *values = read_values(options, &error);
  if (values == NULL) {
    json_decref(params);
    return bh_cli_fail(error);
  }
  json_object_set_new(params, "values", values);
  return options->form ? run(options, "form", params, NULL)
                       : run(options, what, params, print_saved);
}

/* The name of an act with its prefix; g_free. NULL for NULL. */
static char *add_prefix(const char *prefix, const char *name)
{
  return name == NULL || g_str_has_prefix(name, prefix) ? g_strdup(name)
                                                        : g_strconcat(prefix, name, NULL);
}

/* --- commands --- */

static void print_acts(const json_t *result)
{
  static const char *const lists[] = {"acts", "creations"};
  for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
    size_t at;
    json_t *act;
    json_array_foreach(json_object_get(result, lists[i]), at, act) {
      printf("%-24s %-16s %s\n", bh_json_string_or(act, "act", ""),
             bh_json_string_or(act, "kind", ""), bh_json_string_or(act, "label", ""));
    }
  }
}

int bh_cli_acts(int argc, char **argv)
{
  g_auto(Options) options = {0};
  int code;
  if (!parse(
          "acts", "[RECORD]",
          "Lists what a person may do with a record, and which records the person can make from\n"
          "it; without RECORD, which records can be made from the menu of the office. The names\n"
          "are those that create, edit and step take.",
          0, 0, TRUE, &options, &argc, &argv, &code))
    return code;
  if (argc > 2)
    return bh_cli_usage("acts", "at most one record is needed");
  json_t *params = json_object();
  put(params, "record", argv[1]);
  return run(&options, "acts", params, print_acts);
}

int bh_cli_create(int argc, char **argv)
{
  g_auto(Options) options = {0};
  int code;
  if (!parse("create", "KIND",
             "Makes a record by an act of its kind, in the name of a person, as the office page\n"
             "does, and prints its id. Values are typed as in a form: codes or labels of choices,\n"
             "2026-11-21, ids of records; several values of one field are separated by commas.\n"
             "In the file of --values a text is read in the same way, other values are taken as\n"
             "they are. Problems are printed one in a line, FIELD: TEXT, with --json as\n"
             "{\"problems\": [{\"field\", \"text\"}]}; nothing is saved then (exit code 5). With "
             "--file the\n"
             "record and its files are saved as one entry, or none of them.",
             NAMES_ACT | MAKES | FILLS, 1, FALSE, &options, &argc, &argv, &code))
    return code;
  g_autofree char *act = add_prefix("create/", options.act);
  g_autoptr(GError) error = NULL;
  json_t *attach = read_files(&options, &error);
  if (attach == NULL)
    return bh_cli_fail(error);
  json_t *params = json_pack("{s:s, s:s*, s:s*, s:o}", "kind", argv[1], "act", act, "origin",
                             options.origin, "attach", attach);
  return do_act(&options, "create", params);
}

int bh_cli_edit(int argc, char **argv)
{
  g_auto(Options) options = {0};
  int code;
  if (!parse("edit", "RECORD",
             "Corrects values of a record by an act of its kind, in the name of a person. Values\n"
             "and problems are as with create.",
             NAMES_ACT | CHANGES | FILLS, 1, FALSE, &options, &argc, &argv, &code))
    return code;
  g_autofree char *act = add_prefix("edit/", options.act);
  json_t *params =
      json_pack("{s:s, s:s*, s:s*}", "record", argv[1], "act", act, "covers", options.covers);
  return do_act(&options, "act", params);
}

int bh_cli_step(int argc, char **argv)
{
  g_auto(Options) options = {0};
  int code;
  if (!parse("step", "RECORD STATE",
             "Takes the step of a record that leads to the state, in the name of a person. Values\n"
             "and problems are as with create. Files that the step asks for are attached before,\n"
             "with attach.",
             CHANGES | FILLS, 2, FALSE, &options, &argc, &argv, &code))
    return code;
  g_autofree char *act = add_prefix("step/", argv[2]);
  json_t *params =
      json_pack("{s:s, s:s, s:s*}", "record", argv[1], "act", act, "covers", options.covers);
  return do_act(&options, "act", params);
}

int bh_cli_attach(int argc, char **argv)
{
  g_auto(Options) options = {0};
  int code;
  if (!parse("attach", "RECORD FILE…",
             "Attaches files to a record, one entry each, and prints the ids of their records.\n"
             "JPEG, PNG, PDF, WAV, Ogg, MP4, M4A and WebM are accepted. Of a hub that is served,\n"
             "the serving process reads the files. With --json one object in a line is printed\n"
             "for each file. The first file that is refused ends the command.",
             ATTACHES, 2, TRUE, &options, &argc, &argv, &code))
    return code;
  if (options.role == NULL)
    return bh_cli_usage("attach", "--role is needed");
  code = BH_EXIT_OK;
  for (int i = 2; i < argc && code == BH_EXIT_OK; i++) {
    g_autofree char *path = g_canonicalize_filename(argv[i], NULL);
    json_t *params = json_pack("{s:s, s:s, s:s, s:s*}", "record", argv[1], "role", options.role,
                               "path", path, "note", options.note);
    code = run(&options, "attach", params, print_saved);
  }
  return code;
}

static void print_text(const json_t *result)
{
  printf("%s\n", bh_json_string_or(result, "text", ""));
}

int bh_cli_unseal(int argc, char **argv)
{
  g_auto(Options) options = {0};
  int code;
  if (!parse("unseal", "RECORD FIELD",
             "Opens a sealed value of a record in the name of a person, and prints it. The access\n"
             "log gets the person, the time and the reason, before the value is printed.",
             UNSEALS, 2, FALSE, &options, &argc, &argv, &code))
    return code;
  if (options.reason == NULL)
    return bh_cli_usage("unseal", "--reason is needed");
  return run(
      &options, "unseal",
      json_pack("{s:s, s:s, s:s}", "record", argv[1], "field", argv[2], "reason", options.reason),
      print_text);
}

static void print_worksheet(const json_t *result)
{
  size_t at;
  json_t *item;
  json_array_foreach(json_object_get(result, "items"), at, item) {
    const char *note = bh_json_string_or(item, "note", "");
    printf("%-10s %-16s %s%s%s\n", bh_json_string_or(item, "item", ""),
           bh_json_string_or(item, "answer", "-"), bh_json_string_or(item, "check", ""),
           *note != '\0' ? "  # " : "", note);
  }
  json_array_foreach(json_object_get(result, "not_asked"), at, item) {
    printf("%-10s %-16s %s  (%s)\n", bh_json_string_or(item, "item", ""), "not asked",
           bh_json_string_or(item, "check", ""), bh_json_string_or(item, "area_names", ""));
  }
  printf("%d/%d\n", (int)json_integer_value(json_object_get(result, "answered")),
         (int)json_integer_value(json_object_get(result, "total")));
}

int bh_cli_worksheet(int argc, char **argv)
{
  g_auto(Options) options = {0};
  int code;
  if (!parse("worksheet", "RECORD",
             "Prints the checklist with which a record is worked through: number, answer and text\n"
             "of each item, the items that are not asked in the area of the record, and how many\n"
             "are answered. With --item and --answer it answers one item instead, as an entry in\n"
             "the name of the person, and prints the id of the record.",
             ANSWERS, 1, FALSE, &options, &argc, &argv, &code))
    return code;
  if ((options.item == NULL) != (options.answer == NULL) ||
      (options.item == NULL && options.note != NULL))
    return bh_cli_usage("worksheet", "--item and --answer are needed together");
  json_t *params = json_pack("{s:s}", "record", argv[1]);
  put(params, "list", options.list);
  put(params, "item", options.item);
  put(params, "answer", options.answer);
  put(params, "note", options.note);
  return options.item != NULL ? run(&options, "answer", params, print_saved)
                              : run(&options, "worksheet", params, print_worksheet);
}

static void print_rows(const json_t *result)
{
  size_t at;
  json_t *row;
  json_array_foreach(json_object_get(result, "rows"), at, row) {
    printf("%s  %s  %s%s\n", bh_json_string_or(row, "id", ""),
           bh_json_string_or(row, "state_label", ""), bh_json_string_or(row, "title", ""),
           json_is_true(json_object_get(row, "conflict")) ? "  [conflict]" : "");
  }
  const char *after = bh_json_string_or(result, "after", NULL);
  if (after != NULL)
    printf("More rows: --after '%s'\n", after);
}

int bh_cli_list(int argc, char **argv)
{
  g_auto(Options) options = {.limit = LIMIT_DEFAULT};
  g_autoptr(GError) error = NULL;
  int code;
  if (!parse("list", "KIND",
             "Lists the records of a kind that a person may see: id, state and title; with --json\n"
             "also their values. Several --where of one field mean any of the values.",
             LISTS, 1, FALSE, &options, &argc, &argv, &code))
    return code;
  if (options.limit < 1 || options.limit > LIMIT_MAX)
    return bh_cli_usage("list", "--limit must be 1 to 200");
  json_t *where = read_where(&options, &error);
  if (where == NULL)
    return bh_cli_fail(error);
  json_t *params =
      json_pack("{s:s, s:o, s:i}", "kind", argv[1], "where", where, "limit", options.limit);
  put(params, "ledger", options.ledger);
  put(params, "search", options.search);
  put(params, "parent", options.parent);
  put(params, "order", options.order);
  put(params, "due_from", options.due_from);
  put(params, "due_before", options.due_before);
  put(params, "after", options.after);
  return run(&options, "list", params, print_rows);
}
