/* The commands record and check: reads lines of JSON. A bad line does not stop the others (L8). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/ctl/command.h"
#include "schema/entry.h"
#include "schema/error.h"

#define LINE_MAX_BYTES (1024 * 1024)

typedef struct {
  const BhCtlOptions *options;
  BhLink *link;
  const char *file_method; /* method that is called for a file: "add_file", or "describe_file" for
                              the command check, which stores nothing */
  /* Folder in which relative paths of files start: that of the input file, or the working
   * directory for standard input. */
  char *folder;
} Run;

/* Checks or saves one line of the input; the result is a new reference, NULL with an error. */
typedef json_t *(*LineFunc)(Run *run, json_t *line, GError **error);

static char *resolve_path(const Run *run, const char *path)
{
  return g_canonicalize_filename(path, run->folder);
}

/* --- files --- */

static json_t *add_file(Run *run, const char *path, GError **error)
{
  g_autofree char *full = resolve_path(run, path);
  return bh_link_call(run->link, run->file_method, json_pack("{s:s}", "path", full), error);
}

static gboolean add_files(Run *run, const json_t *line, GError **error)
{
  const json_t *files = json_object_get(line, "files");

  for (gsize i = 0; i < json_array_size(files); i++) {
    const char *path = json_string_value(json_array_get(files, i));
    g_autoptr(json_t) fact = path != NULL ? add_file(run, path, error) : NULL;
    if (path == NULL)
      g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "files: every item must be a path");
    if (fact == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean fill_file(Run *run, json_t *op, GError **error)
{
  static const char *const facts[] = {BH_FILE_HASH, "size", "media_type"};
  json_t *set = json_object_get(op, "set");
  const char *path = bh_json_string_or(set, "path", NULL);

  if (path == NULL || strcmp(bh_json_string_or(op, "kind", ""), "file") != 0)
    return TRUE;
  g_autoptr(json_t) fact = add_file(run, path, error);
  if (fact == NULL)
    return FALSE;
  json_object_del(set, "path");
  for (gsize i = 0; i < G_N_ELEMENTS(facts); i++)
    json_object_set(set, facts[i], json_object_get(fact, facts[i]));
  return TRUE;
}

/* --- one line --- */

static gboolean fill_record(Run *run, json_t *op, GError **error)
{
  if (!json_is_object(op) || json_object_get(op, "record") != NULL)
    return TRUE;
  g_autoptr(json_t) made = bh_link_call(run->link, "make_id", NULL, error);
  if (made == NULL)
    return FALSE;
  json_object_set(op, "record", json_object_get(made, "id"));
  return TRUE;
}

static json_t *prepare(Run *run, json_t *line, GError **error)
{
  static const char *const allowed[] = {"ops", "observed_ms", "files", NULL};
  gsize index;
  json_t *op;

  if (!json_is_object(line)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "the line must be a JSON object");
    return NULL;
  }
  json_t *ops = bh_json_get_array(line, "ops", "line", error);
  if (ops == NULL || !bh_json_check_keys(line, allowed, "line", error) ||
      !add_files(run, line, error))
    return NULL;
  json_array_foreach(ops, index, op) {
    if (!fill_record(run, op, error) || !fill_file(run, op, error))
      return NULL;
  }
  return ops;
}

static json_t *list_records(const json_t *ops)
{
  json_t *records = json_array();

  for (gsize i = 0; i < json_array_size(ops); i++)
    json_array_append(records, json_object_get(json_array_get(ops, i), "record"));
  return records;
}

static json_t *save_line(Run *run, json_t *line, GError **error)
{
  json_t *ops = prepare(run, line, error);

  if (ops == NULL)
    return NULL;
  json_t *params = json_pack("{s:s, s:O}", "author", run->options->by, "ops", ops);
  if (json_object_get(line, "observed_ms") != NULL)
    json_object_set(params, "observed_ms", json_object_get(line, "observed_ms"));
  json_t *saved = bh_link_call(run->link, "save", params, error);
  if (saved != NULL)
    json_object_set_new(saved, "records", list_records(ops));
  return saved;
}

static json_t *check_line(Run *run, json_t *line, GError **error)
{
  gsize index;
  json_t *op;
  json_t *ops = prepare(run, line, error);
  g_autoptr(json_t) problems = json_array();

  if (ops == NULL)
    return NULL;
  json_array_foreach(ops, index, op) {
    json_t *params = json_copy(op);
    json_object_set_new(params, "author", json_string(run->options->by));
    g_autoptr(json_t) answer = bh_link_call(run->link, "check", params, error);
    if (answer == NULL)
      return NULL;
    json_array_extend(problems, json_object_get(answer, "problems"));
  }
  if (json_array_size(problems) == 0)
    return json_object();
  const json_t *first = json_array_get(problems, 0);
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s: %s (%" G_GSIZE_FORMAT " in all)",
              bh_json_string_or(first, "field", ""), bh_json_string_or(first, "en", ""),
              json_array_size(problems));
  return NULL;
}

/* --- all lines --- */

static void report_doubts(gsize number, const json_t *answer)
{
  gsize i;
  json_t *doubt;

  json_array_foreach(json_object_get(answer, "doubts"), i, doubt) {
    fprintf(stderr, "bihuanctl: line %" G_GSIZE_FORMAT ": saved, but doubtful: %s: %s\n", number,
            bh_json_string_or(doubt, "field", ""), bh_json_string_or(doubt, "en", ""));
  }
}

static void report_line(const Run *run, gsize number, json_t *answer)
{
  const char *entry = bh_json_string_or(answer, "entry", NULL);

  if (run->options->json) {
    json_object_set_new(answer, "line", json_integer((json_int_t)number));
    bh_ctl_print_json(answer);
  } else if (entry != NULL) {
    printf("line %" G_GSIZE_FORMAT ": saved as entry %s\n", number, entry);
  } else {
    printf("line %" G_GSIZE_FORMAT ": nothing is wrong\n", number);
  }
  fflush(stdout);
}

static void report_error(const Run *run, gsize number, const GError *error)
{
  fprintf(stderr, "bihuanctl: line %" G_GSIZE_FORMAT ": %s\n", number, error->message);
  if (!run->options->json)
    return;
  g_autoptr(json_t) answer =
      json_pack("{s:I, s:s, s:s}", "line", (json_int_t)number, "error",
                error->domain == BH_ERROR ? bh_error_code_name((BhErrorCode)error->code) : "failed",
                "message", error->message);
  bh_ctl_print_json(answer);
}

static BhCtlExit run_line(Run *run, LineFunc func, const char *text, gsize len, gsize number)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) line = bh_json_parse(text, len, LINE_MAX_BYTES, "line", &error);
  g_autoptr(json_t) answer = line != NULL ? func(run, line, &error) : NULL;

  if (answer != NULL) {
    report_doubts(number, answer);
    report_line(run, number, answer);
    return BH_CTL_OK;
  }
  report_error(run, number, error);
  return bh_ctl_exit_code(error);
}

static BhCtlExit run_lines(Run *run, LineFunc func, FILE *in)
{
  BhCtlExit worst = BH_CTL_OK;
  char *text = NULL;
  size_t size = 0;
  ssize_t len;

  for (gsize number = 1; (len = getline(&text, &size, in)) >= 0; number++) {
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
      len--;
    if (len == 0)
      continue;
    BhCtlExit code = run_line(run, func, text, (gsize)len, number);
    /* The exit code is that of the worst line: a failed disk or a store that is gone is worse than
     * a refused line. */
    if (code != BH_CTL_OK && (worst == BH_CTL_OK || worst == BH_CTL_REFUSED))
      worst = code;
  }
  free(text);
  return worst;
}

static BhCtlExit run_file(const BhCtlOptions *options, LineFunc func, gboolean with_pin)
{
  const char *path = options->arguments[0];
  gboolean standard = strcmp(path, "-") == 0;
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = standard ? g_get_current_dir() : g_path_get_dirname(path);

  if (options->by == NULL || (with_pin && options->pin_file == NULL)) {
    fprintf(stderr, "bihuanctl: --by%s is missing\n", with_pin ? " or --pin-file" : "");
    return BH_CTL_USAGE;
  }
  g_autoptr(BhLink) link = bh_link_open(options->store, &error);
  if (link == NULL)
    return bh_ctl_fail(error);
  g_autofree char *base = g_canonicalize_filename(folder, NULL);
  Run run = {options, link, func == save_line ? "add_file" : "describe_file", base};
  if (with_pin && !bh_ctl_sign_in(options, link, &error))
    return bh_ctl_fail(error);
  FILE *in = standard ? stdin : fopen(path, "re");
  if (in == NULL) {
    fprintf(stderr, "bihuanctl: cannot read %s: %s\n", path, g_strerror(errno));
    return BH_CTL_FAILED;
  }
  BhCtlExit code = run_lines(&run, func, in);
  if (!standard)
    fclose(in);
  if (with_pin)
    bh_ctl_sign_out(options, link);
  return code;
}

BhCtlExit bh_ctl_record(const BhCtlOptions *options)
{
  return run_file(options, save_line, TRUE);
}

BhCtlExit bh_ctl_check(const BhCtlOptions *options)
{
  return run_file(options, check_line, FALSE);
}
