/* Reads the file of settings twice: line by line, to report the lines of problems, and with GLib
 * for the values. Unknown keys are errors, because a misspelt key would otherwise look as if it
 * were set. Start at bh_settings_load. */
#include "sync/hub/cli/settings.h"

#include <string.h>

#include "sync/hub/http/http.h"
#include "sync/hub/status/status.h"
#include "sync/hub/trace/trace.h"
#include "sync/wire/enrol-text.h"

#define GROUP "serve"

typedef struct {
  const char *key;
  gsize offset; /* offset of the member in BhSettings */
  gboolean is_list;
  gboolean (*check)(const char *value);
  const char *allowed;
} Setting;

/* --- values --- */

static gboolean is_path(const char *value)
{
  return g_path_is_absolute(value);
}

static gboolean is_listen(const char *value)
{
  g_autoptr(GSocketAddress) address = bh_listen_parse(value, NULL);
  return address != NULL;
}

static gboolean is_url(const char *value)
{
  return bh_hub_url_is_valid(value);
}

static gboolean is_address(const char *value)
{
  return g_hostname_is_ip_address(value);
}

static gboolean is_demand(const char *value)
{
  return strcmp(value, "warn") == 0 || strcmp(value, "required") == 0;
}

static gboolean is_form(const char *value)
{
  BhLinesForm form;
  return bh_lines_parse_form(value, &form);
}

static const Setting SETTINGS[] = {
    {"data", G_STRUCT_OFFSET(BhSettings, data), FALSE, is_path, "an absolute path"},
    {"listen", G_STRUCT_OFFSET(BhSettings, listen), FALSE, is_listen,
     "HOST:PORT with an IP address or localhost, such as 0.0.0.0:8443"},
    {"office-listen", G_STRUCT_OFFSET(BhSettings, office_listen), FALSE, is_listen,
     "HOST:PORT with an IP address or localhost, such as 127.0.0.1:8444"},
    {"public-url", G_STRUCT_OFFSET(BhSettings, public_url), FALSE, is_url,
     "https://HOST or https://HOST:PORT, by which other machines reach this one"},
    {"proxy", G_STRUCT_OFFSET(BhSettings, proxies), TRUE, is_address,
     "IP addresses, separated by ;"},
    {"log-format", G_STRUCT_OFFSET(BhSettings, log_format), FALSE, is_form, "text or json"},
    {"metrics-token-file", G_STRUCT_OFFSET(BhSettings, metrics_token_file), FALSE, is_path,
     "an absolute path"},
    {"device-encryption", G_STRUCT_OFFSET(BhSettings, device_encryption), FALSE, is_demand,
     "warn or required"},
};

static char **text_of(const BhSettings *settings, const Setting *setting)
{
  return G_STRUCT_MEMBER_P(settings, setting->offset);
}

static char ***list_of(const BhSettings *settings, const Setting *setting)
{
  return G_STRUCT_MEMBER_P(settings, setting->offset);
}

void bh_settings_clear(BhSettings *settings)
{
  for (gsize i = 0; i < G_N_ELEMENTS(SETTINGS); i++) {
    if (SETTINGS[i].is_list)
      g_clear_pointer(list_of(settings, &SETTINGS[i]), g_strfreev);
    else
      g_clear_pointer(text_of(settings, &SETTINGS[i]), g_free);
  }
}

void bh_settings_fill(BhSettings *settings, BhSettings *more)
{
  for (gsize i = 0; i < G_N_ELEMENTS(SETTINGS); i++) {
    gpointer *own = G_STRUCT_MEMBER_P(settings, SETTINGS[i].offset);
    gpointer *other = G_STRUCT_MEMBER_P(more, SETTINGS[i].offset);
    if (*own == NULL)
      *own = g_steal_pointer(other);
  }
}

char *bh_settings_describe(const BhSettings *settings)
{
  g_autoptr(GString) out = g_string_new(NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(SETTINGS); i++) {
    const Setting *setting = &SETTINGS[i];
    char **list = setting->is_list ? *list_of(settings, setting) : NULL;
    g_autofree char *joined = list != NULL ? g_strjoinv(";", list) : NULL;
    const char *text = setting->is_list ? joined : *text_of(settings, setting);
    if (text != NULL)
      g_string_append_printf(out, "%s = %s\n", setting->key, text);
    else
      g_string_append_printf(out, "%s is not set\n", setting->key);
  }
  return g_string_free(g_steal_pointer(&out), FALSE);
}

/* --- the file --- */

typedef struct {
  const char *path;
  GString *problems;
  guint lines[G_N_ELEMENTS(SETTINGS)]; /* line of each key; 0: the file does not have it */
  gboolean in_group;
  gboolean any_group;
  gboolean is_broken; /* GLib cannot read the file */
} Reading;

static void add_problem(Reading *reading, guint line, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void add_problem(Reading *reading, guint line, const char *format, ...)
{
  va_list args;
  if (reading->problems->len > 0)
    g_string_append_c(reading->problems, '\n');
  g_string_append_printf(reading->problems, "%s:%u: ", reading->path, line);
  va_start(args, format);
  g_string_append_vprintf(reading->problems, format, args);
  va_end(args);
}

static char *join_keys(void)
{
  g_autoptr(GString) keys = g_string_new(NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(SETTINGS); i++)
    g_string_append_printf(keys, "%s%s", i > 0 ? ", " : "", SETTINGS[i].key);
  return g_string_free(g_steal_pointer(&keys), FALSE);
}

static void read_key(Reading *reading, guint line, const char *key)
{
  if (!reading->in_group) {
    if (!reading->any_group) {
      reading->is_broken = TRUE;
      add_problem(reading, line, "%.64s is before the group [" GROUP "]", key);
    }
    return;
  }
  for (gsize i = 0; i < G_N_ELEMENTS(SETTINGS); i++) {
    if (strcmp(SETTINGS[i].key, key) != 0)
      continue;
    if (reading->lines[i] != 0)
      add_problem(reading, line, "duplicate %s; it is on line %u already", key, reading->lines[i]);
    reading->lines[i] = line;
    return;
  }
  g_autofree char *keys = join_keys();
  add_problem(reading, line, "unknown key %.64s; allowed are %s", key, keys);
}

static void read_line(Reading *reading, guint line, const char *raw)
{
  g_autofree char *text = g_strstrip(g_strdup(raw));
  char *equals = strchr(text, '=');
  if (*text == '\0' || *text == '#')
    return;
  if (*text == '[') {
    reading->any_group = TRUE;
    reading->in_group = strcmp(text, "[" GROUP "]") == 0;
    if (!reading->in_group)
      add_problem(reading, line, "unknown group %.64s; allowed is [" GROUP "]", text);
  } else if (equals == NULL || equals == text) {
    reading->is_broken = TRUE;
    add_problem(reading, line, "neither KEY=VALUE nor a [group] nor a # comment");
  } else {
    *equals = '\0';
    read_key(reading, line, g_strchomp(text));
  }
}

static void check_value(Reading *reading, GKeyFile *file, BhSettings *settings, gsize index)
{
  const Setting *setting = &SETTINGS[index];
  g_autoptr(GError) failed = NULL;
  g_auto(GStrv) values = NULL;
  if (setting->is_list) {
    values = g_key_file_get_string_list(file, GROUP, setting->key, NULL, &failed);
  } else {
    values = g_new0(char *, 2);
    values[0] = g_key_file_get_string(file, GROUP, setting->key, &failed);
  }
  if (failed != NULL) {
    add_problem(reading, reading->lines[index], "%s: %s", setting->key, failed->message);
    return;
  }
  for (gsize i = 0; values[i] != NULL; i++) {
    if (!setting->check(values[i])) {
      add_problem(reading, reading->lines[index], "%s: \"%.128s\" is not allowed; it must be %s",
                  setting->key, values[i], setting->allowed);
      return;
    }
  }
  if (setting->is_list)
    *list_of(settings, setting) = g_steal_pointer(&values);
  else
    *text_of(settings, setting) = g_steal_pointer(&values[0]);
}

static void read_values(Reading *reading, const char *text, gsize len, BhSettings *settings)
{
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_autoptr(GError) failed = NULL;
  g_key_file_set_list_separator(file, ';');
  if (!g_key_file_load_from_data(file, text, len, G_KEY_FILE_NONE, &failed)) {
    add_problem(reading, 1, "%s", failed->message);
    return;
  }
  for (gsize i = 0; i < G_N_ELEMENTS(SETTINGS); i++)
    if (reading->lines[i] != 0)
      check_value(reading, file, settings, i);
}

static char *read_file(const char *path, gsize *len, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) failed = NULL;
  if (!g_file_get_contents(path, &text, len, &failed)) {
    gboolean missing = g_error_matches(failed, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    g_set_error(error, BH_ERROR, missing ? BH_ERROR_NOT_FOUND : BH_ERROR_STORAGE, "%s",
                failed->message);
    return NULL;
  }
  if (*len > BH_SETTINGS_MAX_BYTES || strlen(text) != *len || !g_utf8_validate(text, -1, NULL)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s: must be UTF-8 text of at most %d bytes",
                path, BH_SETTINGS_MAX_BYTES);
    return NULL;
  }
  return g_steal_pointer(&text);
}

gboolean bh_settings_load(BhSettings *settings, const char *path, GError **error)
{
  gsize len = 0;
  g_autofree char *text = read_file(path, &len, error);
  if (text == NULL)
    return FALSE;
  g_autoptr(GString) problems = g_string_new(NULL);
  g_auto(BhSettings) found = {0};
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  Reading reading = {.path = path, .problems = problems};
  for (guint i = 0; lines[i] != NULL; i++)
    read_line(&reading, i + 1, lines[i]);
  if (!reading.is_broken)
    read_values(&reading, text, len, &found);
  if (problems->len > 0) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID, problems->str);
    return FALSE;
  }
  bh_settings_fill(settings, &found);
  return TRUE;
}
