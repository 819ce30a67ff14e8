/* bihuanctl: records, syncs and shows what a store holds, from a shell. Options, commands and exit
 * codes. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "app/ctl/command.h"
#include "schema/error.h"
#include "schema/version.h"

typedef struct {
  const char *name;
  const char *arguments;
  const char *summary;
  gsize least; /* number of arguments */
  gsize most;
  BhCtlExit (*run)(const BhCtlOptions *options);
} Command;

#define FILES_MAX 100      /* files of one attach */
#define ARGUMENTS_WIDTH 12 /* characters of the longest arguments */

static const Command commands[] = {
    {"enrol", "TEXT", "make this store a device of a hub, from its one-time text", 1, 1,
     bh_ctl_enrol},
    {"acts", "[RECORD]", "what --by may do with a record, or make from it or from the first page",
     0, 1, bh_ctl_acts},
    {"create", "KIND", "make a record by its act, with the values of --set and --values", 1, 1,
     bh_ctl_create},
    {"edit", "RECORD", "correct values of a record by its act", 1, 1, bh_ctl_edit},
    {"step", "RECORD STATE", "take the step of a record that leads to the state", 2, 2,
     bh_ctl_step},
    {"attach", "RECORD FILE…", "attach files to a record, in the role of --role", 2, 1 + FILES_MAX,
     bh_ctl_attach},
    {"worksheet", "RECORD", "the checklist of a record; with --item and --answer, answers an item",
     1, 1, bh_ctl_worksheet},
    {"record", "FILE|-", "save one entry per line of JSON, as --by with --pin-file", 1, 1,
     bh_ctl_record},
    {"check", "FILE|-", "report problems of such lines; saves nothing", 1, 1, bh_ctl_check},
    {"sync", "", "send and receive now", 0, 0, bh_ctl_sync},
    {"status", "", "what is not sent yet, what the hub has, and the last sync", 0, 0,
     bh_ctl_status},
    {"queue", "", "each entry, file and draft that is not sent yet, and why", 0, 0, bh_ctl_queue},
    {"export", "FILE",
     "write what is not sent into a file for bihuan-hub import, also of a revoked "
     "device",
     1, 1, bh_ctl_export},
    {"staff", "", "who can sign in on this device", 0, 0, bh_ctl_staff},
    {"list", "KIND", "records of a kind, newest change first", 1, 1, bh_ctl_list},
    {"show", "ID", "one record", 1, 1, bh_ctl_show},
    {"history", "ID", "entries of this device that changed a record", 1, 1, bh_ctl_history},
    {"damaged", "", "entries that were damaged on this device's disk", 0, 0, bh_ctl_damaged},
    {"doctor", "", "check store, chain, files, clock and disk", 0, 0, bh_ctl_doctor},
    {"tidy", "", "remove the files that doctor lists as orphans", 0, 0, bh_ctl_tidy},
};

static const char description[] =
    "create, edit and step do what the collector offers as acts; acts lists them. With --json "
    "they\n"
    "print {\"record\", \"entry\"} or, when something is wrong, {\"problems\": [{\"field\", "
    "\"zh\",\n"
    "\"en\"}, …]}; otherwise one problem per line as FIELD: TEXT. Values of FIELD=VALUE are typed "
    "as\n"
    "in a form: codes or labels of choices, 2026-11-21, ids of records; several values of one "
    "field\n"
    "are separated by commas. In the file of --values, a text is read in the same way, and other\n"
    "values are taken as they are.\n"
    "\n"
    "A line for \"record\" and \"check\" is one JSON object:\n"
    "  {\"ops\": [{\"record\": ID, \"kind\": NAME, \"set\": {KEY: VALUE, …}}, …],\n"
    "   \"observed_ms\": UTC milliseconds (optional), \"files\": [PATH, …] (optional)}\n"
    "\"record\" may be left out for a new record. \"files\" are added to the store: JPEG, PNG and\n"
    "PDF that are not cut off. A record of kind file may set \"path\" in place of sha256, size "
    "and\n"
    "media_type.\n"
    "\n"
    "Exit codes:\n"
    "  0  done\n"
    "  1  failed (disk, network, no such record, no answer)\n"
    "  2  wrong usage\n"
    "  3  refused: by a rule, a PIN, a limit or a format; other lines were saved\n"
    "  4  the hub could not be reached\n"
    "  5  another program owns the store and does not answer\n";

BhCtlExit bh_ctl_exit_code(const GError *error)
{
  if (error == NULL || error->domain != BH_ERROR)
    return BH_CTL_FAILED;
  switch ((BhErrorCode)error->code) {
  case BH_ERROR_FORMAT:
  case BH_ERROR_LIMIT:
  case BH_ERROR_INVALID:
  case BH_ERROR_UNKNOWN:
  case BH_ERROR_SIGNATURE:
  case BH_ERROR_DENIED:
  case BH_ERROR_REVOKED:
  case BH_ERROR_EXPIRED:
  case BH_ERROR_LOCKED:
    return BH_CTL_REFUSED;
  case BH_ERROR_NETWORK:
  case BH_ERROR_NOT_HUB:
    return BH_CTL_NO_HUB;
  case BH_ERROR_BUSY:
    return BH_CTL_BUSY;
  default:
    return BH_CTL_FAILED;
  }
}

BhCtlExit bh_ctl_fail(const GError *error)
{
  fprintf(stderr, "bihuanctl: %s\n", error != NULL ? error->message : "failed");
  return bh_ctl_exit_code(error);
}

void bh_ctl_print_json(const json_t *value)
{
  g_autofree char *text = bh_json_dump(value);
  printf("%s\n", text);
}

const char *bh_ctl_get_lang(void)
{
  const char *const *names = g_get_language_names();
  return g_str_has_prefix(names[0], "zh") ? "zh" : "en";
}

static char *make_summary(void)
{
  GString *text = g_string_new("Records, syncs and shows what a store holds.\n\nCommands:\n");

  for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
    /* printf counts bytes, and "…" has three. */
    glong used = g_utf8_strlen(commands[i].arguments, -1);
    g_string_append_printf(text, "  %-9s %s%*s  %s\n", commands[i].name, commands[i].arguments,
                           (int)(ARGUMENTS_WIDTH - used), "", commands[i].summary);
  }
  return g_string_free(text, FALSE);
}

static BhCtlExit usage(const char *message)
{
  fprintf(stderr, "bihuanctl: %s\nTry bihuanctl --help.\n", message);
  return BH_CTL_USAGE;
}

static BhCtlExit dispatch(BhCtlOptions *options, char **words)
{
  if (options->store == NULL)
    return usage("--store is required");
  if (words == NULL || words[0] == NULL)
    return usage("no command");
  for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
    if (strcmp(commands[i].name, words[0]) != 0)
      continue;
    options->arguments = words + 1;
    options->n_arguments = g_strv_length(words + 1);
    if (options->n_arguments >= commands[i].least && options->n_arguments <= commands[i].most)
      return commands[i].run(options);
    g_autofree char *text = g_strdup_printf(
        "%s needs %s", words[0], commands[i].most > 0 ? commands[i].arguments : "no argument");
    return usage(text);
  }
  g_autofree char *text = g_strdup_printf("no such command: %s", words[0]);
  return usage(text);
}

static void clear(BhCtlOptions *options)
{
  char *texts[] = {options->name,       options->by,     options->pin_file, options->act,
                   options->origin,     options->values, options->role,     options->note,
                   options->search,     options->parent, options->order,    options->due_from,
                   options->due_before, options->after};
  char **lists[] = {options->set, options->files, options->where};

  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
  for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
    g_strfreev(lists[i]);
}

int main(int argc, char **argv)
{
  g_autofree char *store = NULL;
  g_auto(GStrv) words = NULL;
  g_autoptr(GError) error = NULL;
  BhCtlOptions options = {0};
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
      {"store", 0, 0, G_OPTION_ARG_FILENAME, &store, "Directory of the store", "DIR"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Answer in JSON", NULL},
      {"name", 0, 0, G_OPTION_ARG_STRING, &options.name, "enrol: name of this device", "NAME"},
      {"by", 0, 0, G_OPTION_ARG_STRING, &options.by,
       "id of the acting person; list: only what this person may see", "STAFF"},
      {"pin-file", 0, 0, G_OPTION_ARG_FILENAME, &options.pin_file,
       "file that holds the person's PIN, for whatever saves something", "FILE"},
      {"act", 0, 0, G_OPTION_ARG_STRING, &options.act,
       "create, edit: name of the act, if several are open", "NAME"},
      {"origin", 0, 0, G_OPTION_ARG_STRING, &options.origin,
       "create: the record from which the new one is made", "RECORD"},
      {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.set,
       "create, edit, step: a value as typed in a form, empty to clear; may repeat", "FIELD=VALUE"},
      {"values", 0, 0, G_OPTION_ARG_FILENAME, &options.values,
       "create, edit, step: file with a JSON object of values, - for the standard input", "FILE"},
      {"file", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.files,
       "create: attach this file to the new record; may repeat", "ROLE=PATH"},
      {"form", 0, 0, G_OPTION_ARG_NONE, &options.form,
       "create, edit, step: show what the act asks for, and do nothing", NULL},
      {"role", 0, 0, G_OPTION_ARG_STRING, &options.role, "attach: role of the files", "ROLE"},
      {"note", 0, 0, G_OPTION_ARG_STRING, &options.note,
       "attach: note on the files; worksheet: remark of the answer", "TEXT"},
      {"item", 0, 0, G_OPTION_ARG_STRING, &options.item, "worksheet: number of the item", "ITEM"},
      {"answer", 0, 0, G_OPTION_ARG_STRING, &options.answer,
       "worksheet: compliant, noncompliant, not_applicable or unchecked", "ANSWER"},
      {"list", 0, 0, G_OPTION_ARG_STRING, &options.list,
       "worksheet: list to begin with, if several can be chosen", "LIST"},
      {"search", 0, 0, G_OPTION_ARG_STRING, &options.search, "list: words or codes", "TEXT"},
      {"where", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.where,
       "list: only where an indexed field has this value; may repeat", "FIELD=VALUE"},
      {"parent", 0, 0, G_OPTION_ARG_STRING, &options.parent, "list: only below this record",
       "RECORD"},
      {"order", 0, 0, G_OPTION_ARG_STRING, &options.order,
       "list: changed (newest first), title or due", "ORDER"},
      {"due-from", 0, 0, G_OPTION_ARG_STRING, &options.due_from,
       "list: with --order=due, only what is due on this day or later", "DAY"},
      {"due-before", 0, 0, G_OPTION_ARG_STRING, &options.due_before,
       "list: with --order=due, only what is due before this day", "DAY"},
      {"after", 0, 0, G_OPTION_ARG_STRING, &options.after,
       "list: go on after the text that the page before ended with", "TEXT"},
      {"limit", 0, 0, G_OPTION_ARG_INT, &options.limit, "list, queue: largest number of rows (50)",
       "N"},
      {"version", 0, 0, G_OPTION_ARG_NONE, &version, "Show the version and end", NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL, NULL},
      {NULL}};

  setlocale(LC_ALL, "");
  g_autofree char *summary = make_summary();
  g_autoptr(GOptionContext) context = g_option_context_new("COMMAND [ARGUMENT]");
  g_option_context_set_summary(context, summary);
  g_option_context_set_description(context, description);
  g_option_context_add_main_entries(context, entries, NULL);
  if (!g_option_context_parse(context, &argc, &argv, &error))
    return usage(error->message);
  options.store = store;
  BhCtlExit code = BH_CTL_OK;
  if (version)
    printf("bihuanctl %s\n", bh_version_get());
  else
    code = dispatch(&options, words);
  if (fflush(stdout) != 0 && code == BH_CTL_OK)
    code = BH_CTL_FAILED;
  clear(&options);
  return code;
}
