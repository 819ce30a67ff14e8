/* The command "doctor": checks a hub and reports what to do about problems. Start at
 * bh_cli_doctor. */
#include "sync/hub/cli/doctor.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "schema/paths.h"
#include "sync/hub/cli/cli.h"
#include "sync/owner/owner.h"

#define DOMAIN "bihuan"
#define CATALOGUE "/zh_CN/LC_MESSAGES/" DOMAIN ".mo"
#define ASK_TIMEOUT_S 5

static const char *const level_names[] = {"good", "warning", "bad"};

/* Sets the language of the findings to bh_cli_lang. Messages of GLib are then in the same
 * language. */
static void start_language(void)
{
  g_autofree char *built = bh_build_path("assets/po" CATALOGUE);
  g_autofree char *dir =
      built != NULL ? g_strndup(built, strlen(built) - strlen(CATALOGUE)) : g_strdup(BH_LOCALEDIR);
  const char *set = g_getenv("BIHUAN_LOCALEDIR");
  if (strcmp(setlocale(LC_MESSAGES, NULL), "C") == 0)
    setlocale(LC_MESSAGES, "C.UTF-8"); /* gettext ignores LANGUAGE in plain "C" */
  g_setenv("LANGUAGE", strcmp(bh_cli_lang(), "zh") == 0 ? "zh_CN" : "en", TRUE);
  bindtextdomain(DOMAIN, set != NULL ? set : dir);
  bind_textdomain_codeset(DOMAIN, "UTF-8");
  textdomain(DOMAIN);
}

void bh_doctor_add(BhDoctor *doctor, BhDoctorLevel level, const char *check, const char *next,
                   const char *format, ...)
{
  va_list args;
  va_start(args, format);
  g_autofree char *text = g_strdup_vprintf(format, args);
  va_end(args);
  json_array_append_new(doctor->findings,
                        json_pack("{s:s, s:s, s:s, s:s*}", "check", check, "level",
                                  level_names[level], "text", text, "next", next));
  doctor->worst = MAX(doctor->worst, level);
}

void bh_doctor_add_error(BhDoctor *doctor, const char *check, const char *what, const GError *error)
{
  bh_doctor_add(doctor, BH_DOCTOR_BAD, check,
                _("Check that the store is complete and that you may read it; otherwise restore "
                  "the newest backup (bihuan-hub restore)."),
                "%s: %s", what, error != NULL ? error->message : _("no answer"));
}

static void check_served(BhDoctor *doctor)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) params = json_object();
  g_autoptr(json_t) request = json_pack("{s:s, s:O}", "method", "about", "params", params);
  g_autoptr(json_t) about = bh_owner_call(doctor->dir, request, ASK_TIMEOUT_S, &error);
  if (about != NULL)
    bh_doctor_add(doctor, BH_DOCTOR_GOOD, "served", NULL, _("The hub is served and answers."));
  else if (g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND))
    bh_doctor_add(doctor, BH_DOCTOR_GOOD, "served", NULL, _("The hub is not served."));
  else
    bh_doctor_add(doctor, BH_DOCTOR_BAD, "served",
                  _("Read its log (journalctl -u bihuan-hub), then restart it."),
                  _("The process that serves the hub does not answer: %s"), error->message);
}

static void print(const BhDoctor *doctor)
{
  const char *const marks[] = {_("good"), _("check"), _("BAD")};
  size_t at;
  json_t *finding;
  json_array_foreach(doctor->findings, at, finding) {
    const char *level = bh_json_string_or(finding, "level", "bad");
    guint index = strcmp(level, "good") == 0 ? 0 : strcmp(level, "warning") == 0 ? 1 : 2;
    const char *next = bh_json_string_or(finding, "next", NULL);
    printf("[%s] %s\n", marks[index], bh_json_string_or(finding, "text", ""));
    if (next != NULL)
      printf("       → %s\n", next);
  }
}

int bh_cli_doctor(int argc, char **argv)
{
  g_autofree char *dir = NULL;
  gboolean full = FALSE, as_json = FALSE;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "Directory of the hub", "DIR"},
      {"full", 'f', 0, G_OPTION_ARG_NONE, &full,
       "Read and verify everything: each page, signature and file", NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print the findings as JSON", NULL},
      G_OPTION_ENTRY_NULL};
  int code = BH_EXIT_USAGE;
  if (!bh_cli_parse(
          "doctor", "",
          "Checks a hub, served or stopped, and reports what to do about problems. Changes\n"
          "nothing. Exit codes: 0 all is good, 1 there are warnings, 2 something is bad, 3\n"
          "no such hub. With --full it may take a long time, during which a served hub cannot\n"
          "shorten its write-ahead log.",
          entries, &argc, &argv, &code))
    return code;
  if (dir == NULL || argc != 1)
    return bh_cli_usage("doctor", "--data is needed");
  start_language();
  g_autofree char *data = g_canonicalize_filename(dir, NULL);
  g_autofree char *store = g_build_filename(data, "hub.db", NULL);
  g_autoptr(json_t) findings = json_array();
  g_autoptr(GError) error = NULL;
  BhDoctor doctor = {.dir = data, .full = full, .findings = findings};
  g_autoptr(BhDb) db = bh_db_open(store, BH_DB_HUB_READER, &error);
  if (g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND))
    return bh_cli_fail(error);
  doctor.db = db;
  check_served(&doctor);
  if (db == NULL) {
    bh_doctor_add_error(&doctor, "store", _("The store cannot be opened"), error);
  } else {
    bh_doctor_check_store(&doctor);
    bh_doctor_check_chains(&doctor);
    bh_doctor_check_files(&doctor);
  }
  bh_doctor_check_machine(&doctor);
  if (as_json)
    bh_cli_print_json(findings);
  else
    print(&doctor);
  return (int)doctor.worst;
}
