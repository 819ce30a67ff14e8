/* The commands "export" and "verify": write everything, or one case, into a file, and verify such a
 * file without a hub. */
#include <stdio.h>

#include "schema/base64.h"
#include "schema/civil.h"
#include "sync/hub/cli/cli.h"
#include "sync/wire/export.h"

static gint64 number(const json_t *result, const char *name)
{
  return json_integer_value(json_object_get(result, name));
}

static void print_case(const json_t *result)
{
  printf("Wrote the case into %s: %" G_GINT64_FORMAT " entries, %" G_GINT64_FORMAT
         " of them without content; %" G_GINT64_FORMAT " files, %" G_GINT64_FORMAT " missing.\n",
         bh_json_string_or(result, "out", ""), number(result, "entries"),
         number(result, "withheld"), number(result, "files"), number(result, "files_missing"));
  printf("Key of this hub for bihuan-hub verify --hub-key; send it by another way than the"
         " file:\n%s\n",
         bh_json_string_or(result, "hub_key", ""));
}

int bh_cli_export(int argc, char **argv)
{
  g_autofree char *dir = NULL, *out = NULL, *record = NULL;
  gboolean as_json = FALSE, without_personal = FALSE;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "Directory of the hub", "DIR"},
      {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out, "File to write", "FILE"},
      {"record", 'r', 0, G_OPTION_ARG_STRING, &record, "One case: the id of its main record", "ID"},
      {"without-personal", 0, 0, G_OPTION_ARG_NONE, &without_personal,
       "With --record: leave out personal values", NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print the result as JSON", NULL},
      G_OPTION_ENTRY_NULL};
  int code = BH_EXIT_USAGE;
  if (!bh_cli_parse(
          "export", "",
          "Writes every entry and kind set into one file that can be verified without the\n"
          "hub. With --record it writes one case: a ZIP archive with the record and all\n"
          "records below it, the original files, and a page to read (index.html). Names and\n"
          "telephone numbers of the inspected enterprise are included by default.",
          entries, &argc, &argv, &code))
    return code;
  if (dir == NULL || out == NULL || argc != 1)
    return bh_cli_usage("export", "--data and --out are needed");
  if (without_personal && record == NULL)
    return bh_cli_usage("export", "--without-personal needs --record");
  g_autofree char *path = g_canonicalize_filename(out, NULL);
  return bh_cli_run(dir, "export",
                    json_pack("{s:s, s:s*, s:b}", "out", path, "record", record, "without_personal",
                              (int)without_personal),
                    as_json, record != NULL ? print_case : NULL);
}

/* --- verify --- */

static void print_problems(const BhExportReport *report)
{
  for (guint i = 0; i < report->problems->len; i++) {
    const BhExportProblem *problem = report->problems->pdata[i];
    if (problem->line > 0)
      printf("line %" G_GINT64_FORMAT ": %s\n", problem->line, problem->text);
    else
      printf("%s\n", problem->text);
  }
  if (report->n_problems > report->problems->len)
    printf("… and %" G_GINT64_FORMAT " more.\n", report->n_problems - report->problems->len);
}

/* Prints what is proved for a case without problems, what is not, and what was not checked. */
static void print_proof(const BhExportReport *report)
{
  const BhCaseReport *of_case = report->of_case;
  g_autofree char *made = bh_time_format(report->made_ms);
  printf("Case of record %s, sealed by hub %s at %s (UTC+8).\n", of_case->record, report->hub,
         made);
  printf("Proved: %" G_GINT64_FORMAT " entries are as %d signers made them; the chains of devices,"
         " %d, are\n  whole from the first to the last entry of the case.\n",
         report->entries, report->devices, of_case->spans);
  if (of_case->in_archive)
    printf("Proved: the page and %" G_GINT64_FORMAT " files are the bytes that were sealed, and the"
           " files those\n  that the signed entries declare.\n",
           of_case->files - of_case->files_missing);
  else
    printf("Not checked: the page and %" G_GINT64_FORMAT " files, which are not in this text.\n",
           of_case->files - of_case->files_missing);
  printf("Withheld: the content of %" G_GINT64_FORMAT " entries%s.\n", report->withheld,
         of_case->personal ? "" : ", and all personal values");
  printf("Left out: entries in %" G_GINT64_FORMAT " places of chains outside of the case.\n",
         of_case->gaps);
  printf("Missing: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " files.\n", of_case->files_missing,
         of_case->files);
  if (report->doubtful > 0)
    printf("Doubtful: %" G_GINT64_FORMAT " entries, authentic but not applied as they are.\n",
           report->doubtful);
}

static void print_times(const BhExportReport *report)
{
  printf(
      "Times: %" G_GINT64_FORMAT " entries of devices contain a time signed by the hub, or follow"
      " an entry that does:\n  they were made after that time. %" G_GINT64_FORMAT
      " entries are only proved to be made after the enrolment\n  of their device. The exact time"
      " of an entry is a claim of its device. Claims that\n  contradict the proof: "
      "%" G_GINT64_FORMAT ".\n",
      report->times_signed, report->times_claimed, report->times_contradicted);
}

static void print_report(const BhExportReport *report)
{
  print_problems(report);
  if (report->of_case != NULL && report->n_problems == 0)
    print_proof(report);
  if (report->n_problems == 0)
    print_times(report);
  printf("%s: %" G_GINT64_FORMAT " entries of %d signers, %" G_GINT64_FORMAT " problems.\n",
         bh_export_report_get_verdict(report), report->entries, report->devices,
         report->n_problems);
  if (report->n_problems == 0 && !report->authentic)
    printf("Not proved: that the file is from this hub. Get its key from the hub itself and give it"
           " with --hub-key.\n");
}

int bh_cli_verify(int argc, char **argv)
{
  g_autofree char *key_text = NULL;
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
      {"hub-key", 'k', 0, G_OPTION_ARG_STRING, &key_text, "Public key of the hub, base64", "KEY"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print the report as JSON", NULL},
      G_OPTION_ENTRY_NULL};
  int code = BH_EXIT_USAGE;
  guint8 key[BH_PUBLIC_KEY_SIZE];
  g_autoptr(GError) error = NULL;
  if (!bh_cli_parse(
          "verify", "FILE",
          "Verifies an export or a case: every signature, chain and hash, and every byte\n"
          "of a case's archive. With the hub's key the verdict is authentic (exit code\n"
          "0). Without it the verdict is self-consistent (exit code 6), because anybody\n"
          "could make such a file. A file with problems is broken (exit code 5).",
          entries, &argc, &argv, &code))
    return code;
  if (argc != 2)
    return bh_cli_usage("verify", "one file is needed");
  if (key_text != NULL && !bh_base64_decode(key_text, key, sizeof key))
    return bh_cli_usage("verify", "--hub-key must be base64 of 32 bytes");
  g_autoptr(BhExportReport) report =
      bh_export_verify(argv[1], key_text != NULL ? key : NULL, &error);
  if (report == NULL)
    return bh_cli_fail(error);
  if (as_json) {
    g_autoptr(json_t) json = bh_export_report_to_json(report);
    bh_cli_print_json(json);
  } else {
    print_report(report);
  }
  if (report->n_problems > 0)
    return BH_EXIT_INVALID;
  return report->authentic ? BH_EXIT_OK : BH_EXIT_UNPROVED;
}
