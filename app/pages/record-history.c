/* The history of a record: one block per entry, with the values before and after. Start at
 * bh_history_show. */
#include "app/pages/record-history.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct {
  const BhKind *kind;
  const char *lang;
  BhSession *session;
} History;

static const char *get_status_text(const char *status)
{
  if (strcmp(status, "delivered") == 0 || strcmp(status, "received") == 0 ||
      strcmp(status, "acknowledged") == 0)
    return _("Received by the hub");
  if (strcmp(status, "quarantined") == 0)
    return _("At the hub, held for review");
  return _("Not sent yet");
}

/* Label of a key: "整改期限"; "检查项 COAL-01". g_free. */
static char *dup_label(const History *history, const char *key)
{
  const BhField *field = bh_kind_find_field(history->kind, key);
  const char *slash = strchr(key, '/');
  const char *label = strcmp(key, "state") == 0 ? _("State")
                      : field != NULL           ? bh_field_get_label(field, history->lang)
                                                : key;
  return slash != NULL ? g_strdup_printf("%s %s", label, slash + 1) : g_strdup(label);
}

/* Text of a value, g_free; NULL for values that are not readable as text: other records, long and
 * technical ones. */
static char *dup_shown(const History *history, const char *key, const json_t *value)
{
  const BhKind *kind = history->kind;
  const BhField *field = bh_kind_find_field(kind, key);
  if (strcmp(key, "state") == 0 && json_is_string(value))
    return g_strdup(bh_kind_get_state_label(kind, json_string_value(value), history->lang));
  if (field == NULL || value == NULL || json_is_null(value))
    return NULL;
  switch (bh_field_get_type(field)) {
  case BH_FIELD_REF:
  case BH_FIELD_REFS:
  case BH_FIELD_JSON:
  case BH_FIELD_HASH:
  case BH_FIELD_PAPER:
    return NULL;
  default:
    return bh_session_dup_value_text(history->session, field, value);
  }
}

static void add_change(const History *history, GString *text, const json_t *set)
{
  const char *key = bh_json_string_or(set, "key", "");
  g_autofree char *label = dup_label(history, key);
  g_autofree char *value = dup_shown(history, key, json_object_get(set, "value"));
  g_autoptr(GString) old = g_string_new(NULL);
  gsize i;
  json_t *old_value;
  json_array_foreach(json_object_get(set, "replaced"), i, old_value) {
    g_autofree char *shown = dup_shown(history, key, old_value);
    if (shown != NULL)
      g_string_append_printf(old, "%s%s", old->len > 0 ? " / " : "", shown);
  }
  const char *colon = strcmp(history->lang, "zh") == 0 ? "：" : ": ";
  g_string_append_printf(text, "\n%s", label);
  if (old->len > 0)
    g_string_append_printf(text, "%s%s → %s", colon, old->str, value != NULL ? value : "–");
  else if (value != NULL)
    g_string_append_printf(text, "%s%s", colon, value);
}

static char *dup_changes(const History *history, const json_t *sets)
{
  GString *text = g_string_new(NULL);
  gsize i;
  json_t *set;
  json_array_foreach(sets, i, set) {
    add_change(history, text, set);
  }
  return g_string_free(text, FALSE);
}

/* A widget that says why the hub quarantined an entry: the meaning of the error code in it, and
 * below, folded, the hub's own text. */
static GtkWidget *make_reason(const json_t *entry)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
  const char *code = bh_json_string_or(entry, "why_code", "");
  const char *detail = bh_json_string_or(entry, "why", "");
  gtk_container_add(GTK_CONTAINER(box),
                    bh_part_notice("held",
                                   *code != '\0' ? bh_error_text(bh_error_code_from_name(code))
                                                 : _("The office will look at it"),
                                   "warning"));
  if (*detail != '\0') {
    GtkWidget *more = gtk_expander_new(_("Technical detail"));
    gtk_container_add(GTK_CONTAINER(more), bh_part_label(detail, "dim"));
    bh_part_identify(more, "held-detail", _("Technical detail"));
    gtk_container_add(GTK_CONTAINER(box), more);
  }
  gtk_widget_show_all(box);
  return box;
}

/* What was asked. */
typedef struct {
  GtkWidget *box; /* weak */
  const char *kind;
} HistoryRequest;

static void history_request_free(gpointer data)
{
  HistoryRequest *request = data;
  g_clear_weak_pointer(&request->box);
  g_free(request);
}

static void add_entry(GtkWidget *box, const History *history, const json_t *entry)
{
  g_autofree char *time_text = bh_time_format(json_integer_value(json_object_get(entry, "at_ms")));
  g_autofree char *changes = dup_changes(history, json_object_get(entry, "sets"));
  g_autofree char *text =
      g_strdup_printf("%s  %s · %s%s", time_text, bh_json_string_or(entry, "by_name", ""),
                      get_status_text(bh_json_string_or(entry, "status", "")), changes);
  gtk_container_add(GTK_CONTAINER(box), bh_part_label(text, "history"));
  if (json_object_get(entry, "why") != NULL)
    gtk_container_add(GTK_CONTAINER(box), make_reason(entry));
}

static void on_history(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  const HistoryRequest *request = data;
  BhSession *session = bh_page_get_session(page);
  const History history = {bh_session_find_kind(session, request->kind),
                           bh_session_get_lang(session), session};
  if (error != NULL)
    bh_page_say_error(page, error);
  if (request->box == NULL || history.kind == NULL)
    return;
  bh_part_clear(request->box);
  gsize i;
  json_t *entry;
  json_array_foreach(result, i, entry) {
    add_entry(request->box, &history, entry);
  }
  if (json_array_size(result) >= BH_DEVICE_HISTORY_MAX) {
    g_autofree char *more = g_strdup_printf(_("The newest %d changes; older ones are not shown"),
                                            BH_DEVICE_HISTORY_MAX);
    gtk_container_add(GTK_CONTAINER(request->box), bh_part_label(more, "dim"));
  }
  if (json_array_size(result) == 0)
    gtk_container_add(GTK_CONTAINER(request->box),
                      bh_part_label(_("Nothing was recorded on this device"), "dim"));
}

void bh_history_show(BhPage *page, GtkWidget *box, const BhKind *kind, const char *record)
{
  HistoryRequest *request = g_new0(HistoryRequest, 1);
  g_set_weak_pointer(&request->box, box);
  request->kind = g_intern_string(bh_kind_get_name(kind));
  bh_page_ask(page, "history", bh_call_list_history(record), on_history, request,
              history_request_free);
}
