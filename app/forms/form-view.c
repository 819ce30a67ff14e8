/* A form drawn from a kind. Start at report_value, which reads values, and update_shown, which
 * applies conditions and marks. */
#include "app/forms/form-view.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/parts.h"
#include "schema/codes.h"
#include "schema/compute.h"
#include "schema/kind-rules.h"

struct _BhFormView {
  GtkBox parent;
  BhSession *session;
  const BhKind *kind;        /* the kind in the version with which the form was made */
  GtkWidget *changed_notice; /* notice that the hub has another version of the form; NULL: it was
                                not shown */
  json_t *values;
  json_t *related; /* record id → values of records that conditions may look up */
  GPtrArray *rows; /* BhFieldRow*, borrowed from the box */
  /* Set of BhFieldRow*: text was typed for which "changed" was not emitted yet. */
  GHashTable *dirty;
  GHashTable *invalid; /* set of BhFieldRow* whose text cannot be a value */
  GHashTable *beyond;  /* set of BhFieldRow* whose value is beyond a limit that a setting gives */
  guint pause_source;
  guint longest_source;
  /* box with the computed fields; NULL: a form of some fields that a page asks for */
  GtkWidget *computed;
};

G_DEFINE_FINAL_TYPE(BhFormView, bh_form_view, GTK_TYPE_BOX)

static guint changed_signal;

static void bh_form_view_dispose(GObject *object)
{
  BhFormView *self = BH_FORM_VIEW(object);
  g_clear_handle_id(&self->pause_source, g_source_remove);
  g_clear_handle_id(&self->longest_source, g_source_remove);
  g_hash_table_remove_all(self->dirty);
  g_hash_table_remove_all(self->invalid);
  g_hash_table_remove_all(self->beyond);
  g_ptr_array_set_size(self->rows, 0);
  self->computed = NULL;
  G_OBJECT_CLASS(bh_form_view_parent_class)->dispose(object);
}

static void bh_form_view_finalize(GObject *object)
{
  BhFormView *self = BH_FORM_VIEW(object);
  json_decref(self->values);
  json_decref(self->related);
  g_ptr_array_unref(self->rows);
  g_hash_table_unref(self->dirty);
  g_hash_table_unref(self->invalid);
  g_hash_table_unref(self->beyond);
  g_clear_object(&self->session);
  G_OBJECT_CLASS(bh_form_view_parent_class)->finalize(object);
}

static void bh_form_view_class_init(BhFormViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  object_class->dispose = bh_form_view_dispose;
  object_class->finalize = bh_form_view_finalize;
  changed_signal = g_signal_new("changed", BH_TYPE_FORM_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void bh_form_view_init(BhFormView *self)
{
  gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing(GTK_BOX(self), 12);
  self->values = json_object();
  self->related = json_object();
  self->rows = g_ptr_array_new();
  self->dirty = g_hash_table_new(NULL, NULL);
  self->invalid = g_hash_table_new(NULL, NULL);
  self->beyond = g_hash_table_new(NULL, NULL);
  gtk_widget_show(GTK_WIDGET(self));
}

static const json_t *look_up(const char *record, gpointer data)
{
  BhFormView *self = data;
  return json_object_get(self->related, record);
}

static const BhSettingValues *get_settings(gpointer data)
{
  BhFormView *self = data;
  return bh_session_get_office_settings(self->session);
}

static BhContext context_of(BhFormView *self, const char *today)
{
  return (BhContext){.values = self->values,
                     .actor = bh_session_get_actor(self->session),
                     .actor_values = bh_session_get_actor_values(self->session),
                     .today = today,
                     .lookup = look_up,
                     .settings = get_settings,
                     .kind = self->kind,
                     .data = self};
}

/* A limit of a field of numbers as text; g_free. */
static char *dup_limit(const BhField *field, gint64 limit, const char *lang)
{
  g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, limit);
  g_autoptr(json_t) value =
      bh_field_get_type(field) == BH_FIELD_DURATION ? json_integer(limit) : json_string(text);
  return bh_field_format_value(field, value, lang);
}

/* Shows at once beside the field why its value is doubtful, or removes that text. */
static void update_doubt(BhFormView *self, BhFieldRow *row)
{
  const BhField *field = bh_field_row_get_field(row);
  g_autoptr(BhProblem) doubt =
      bh_field_find_doubt(field, json_object_get(self->values, bh_field_get_name(field)));
  gboolean zh = bh_session_get_lang(self->session)[0] == 'z';
  bh_field_row_set_doubt(row, doubt == NULL ? NULL : zh ? doubt->text_zh : doubt->text_en);
}

/* Shows at once that a value is beyond a limit that the office set, or removes that text. */
static void update_limit(BhFormView *self, BhFieldRow *row, const BhContext *context)
{
  gboolean zh = bh_session_get_lang(self->session)[0] == 'z';
  if (g_hash_table_contains(self->invalid, row))
    return;
  g_autoptr(BhProblem) problem = bh_field_find_excess(bh_field_row_get_field(row), context);
  if (problem != NULL) {
    bh_field_row_set_problem(row, zh ? problem->text_zh : problem->text_en);
    g_hash_table_add(self->beyond, row);
  } else if (g_hash_table_remove(self->beyond, row)) {
    bh_field_row_set_problem(row, NULL);
  }
}

/* Offers the codes of the record's area and day. While the area is not known, those of the device's
 * unit are offered. */
static void update_codes(BhFormView *self, BhFieldRow *row, const BhContext *context)
{
  const BhField *field = bh_field_row_get_field(row);
  if (bh_field_get_codes(field) == NULL)
    return;
  const char *area = bh_json_string_or(bh_session_get_unit_values(self->session), "area", NULL);
  g_autoptr(json_t) codes =
      bh_field_list_codes(field, context, area, bh_session_get_lang(self->session));
  bh_field_row_offer(row, codes);
}

/* Shows what is computed from the values as they are typed. What needs records that the form does
 * not have is left out. */
static void update_computed(BhFormView *self, const BhContext *context)
{
  const char *lang = bh_session_get_lang(self->session);
  g_autoptr(json_t) shown = bh_kind_compute_shown(self->kind, context);
  const char *name;
  json_t *item;
  bh_part_clear(self->computed);
  json_object_foreach(shown, name, item) {
    const BhField *field = bh_kind_find_field(self->kind, name);
    if (json_object_get(item, "value") == NULL)
      continue;
    g_autofree char *text = bh_computed_format(field, item, lang);
    GtkWidget *fact = bh_part_fact(bh_field_get_label(field, lang), text);
    bh_part_identify(fact, name, bh_field_get_label(field, lang));
    gtk_container_add(GTK_CONTAINER(self->computed), fact);
  }
}

static void update_shown(BhFormView *self)
{
  BhDate today = bh_session_today(self->session);
  g_autofree char *text = bh_date_format(&today);
  BhContext context = context_of(self, text);
  for (guint i = 0; i < self->rows->len; i++) {
    BhFieldRow *row = g_ptr_array_index(self->rows, i);
    const BhField *field = bh_field_row_get_field(row);
    gboolean locked = bh_field_row_is_locked(row);
    gboolean empty = json_object_get(self->values, bh_field_get_name(field)) == NULL;
    gtk_widget_set_visible(GTK_WIDGET(row),
                           bh_field_is_shown(field, &context) && !(locked && empty));
    update_doubt(self, row);
    update_limit(self, row, &context);
    update_codes(self, row, &context);
    bh_field_row_set_required(row, !locked && bh_field_is_required(field, &context));
  }
  if (self->computed != NULL)
    update_computed(self, &context);
}

/* What a field of numbers allows; NULL for other fields. g_free. */
static char *dup_limits(const BhField *field, const char *lang)
{
  BhFieldType type = bh_field_get_type(field);
  if (type != BH_FIELD_MONEY && type != BH_FIELD_PERCENT && type != BH_FIELD_DURATION)
    return NULL;
  g_autofree char *from = dup_limit(field, bh_field_get_min(field), lang);
  g_autofree char *to = dup_limit(field, bh_field_get_max(field), lang);
  if (type == BH_FIELD_MONEY)
    return g_strdup_printf(
        _("An amount from %s to %s, with at most two digits after the point; not saved"), from, to);
  if (type == BH_FIELD_DURATION)
    return g_strdup_printf(_("A duration from %s to %s, such as 3 h 20 min or 3:20; not saved"),
                           from, to);
  return g_strdup_printf(
      _("A number from %s to %s, with at most %d digits after the point; not saved"), from, to,
      (int)bh_field_get_digits(field));
}

static char *dup_invalid_text(BhFieldRow *row, const GError *error)
{
  const BhField *field = bh_field_row_get_field(row);
  BhFieldType type = bh_field_get_type(field);
  if (bh_field_row_get_lang(row)[0] != 'z')
    return g_strdup(error->message);
  if (type == BH_FIELD_TEXT || type == BH_FIELD_LONGTEXT)
    return g_strdup_printf(
        _("At most %d characters, without invisible control characters; not saved"),
        (int)bh_field_get_max(field));
  if (type == BH_FIELD_PHONE)
    return g_strdup(_("One or two phone numbers of 3 to 24 digits each, such as "
                      "0553-1234567 ext. 801, 13800000000; not saved"));
  if (type == BH_FIELD_URL)
    return g_strdup_printf(
        _("A web address that begins with http:// or https://, at most %d characters; not saved"),
        (int)bh_field_get_max(field));
  if (type == BH_FIELD_ID_NUMBER)
    return g_strdup(_("An identity card number has 18 characters; this number has a wrong length, "
                      "day of birth or check character; not saved"));
  char *limits = dup_limits(field, bh_field_row_get_lang(row));
  return limits != NULL ? limits : g_strdup(_("This cannot be a value of this field"));
}

/* Shows at the row why its text cannot be a value. */
static void mark_invalid(BhFormView *self, BhFieldRow *row, const GError *error)
{
  g_autofree char *text = dup_invalid_text(row, error);
  bh_field_row_set_problem(row, text);
  g_hash_table_add(self->invalid, row);
}

static void set_value(BhFormView *self, const char *key, json_t *value)
{
  const json_t *old = json_object_get(self->values, key);
  if (json_equal(old, value) || (old == NULL && json_is_null(value)))
    return;
  if (json_is_null(value))
    json_object_del(self->values, key);
  else
    json_object_set(self->values, key, value);
  update_shown(self);
  g_signal_emit(self, changed_signal, 0, key);
}

static void report_value(BhFormView *self, BhFieldRow *row)
{
  g_hash_table_remove(self->dirty, row);
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) value = bh_field_row_get(row, &error);
  if (value != NULL) {
    g_hash_table_remove(self->invalid, row);
    bh_field_row_set_problem(row, NULL);
  } else {
    mark_invalid(self, row, error);
    value = bh_field_row_dup_raw(row);
  }
  if (value != NULL)
    set_value(self, bh_field_row_get_name(row), value);
}

void bh_form_view_flush(BhFormView *self)
{
  g_clear_handle_id(&self->pause_source, g_source_remove);
  g_clear_handle_id(&self->longest_source, g_source_remove);
  g_autoptr(GList) dirty = g_hash_table_get_keys(self->dirty);
  for (GList *l = dirty; l != NULL; l = l->next)
    report_value(self, l->data);
}

/* Clears invalid text in a hidden row, because nobody can correct it there. */
static void clear_hidden_invalid(BhFormView *self, BhFieldRow *row)
{
  g_autoptr(json_t) none = json_null();
  g_hash_table_remove(self->invalid, row);
  bh_field_row_set_problem(row, NULL);
  bh_field_row_set(row, NULL);
  set_value(self, bh_field_row_get_name(row), none);
}

gboolean bh_form_view_validate(BhFormView *self)
{
  bh_form_view_flush(self);
  for (guint i = 0; i < self->rows->len; i++) {
    BhFieldRow *row = g_ptr_array_index(self->rows, i);
    if (!g_hash_table_contains(self->invalid, row))
      continue;
    if (gtk_widget_get_visible(GTK_WIDGET(row))) {
      bh_field_row_focus(row);
      return FALSE;
    }
    clear_hidden_invalid(self, row);
  }
  return TRUE;
}

static gboolean on_pause(gpointer data)
{
  BhFormView *self = data;
  self->pause_source = 0;
  bh_form_view_flush(self);
  return G_SOURCE_REMOVE;
}

static gboolean on_longest(gpointer data)
{
  BhFormView *self = data;
  self->longest_source = 0;
  bh_form_view_flush(self);
  return G_SOURCE_REMOVE;
}

static void on_edited(BhFieldRow *row, BhFormView *self)
{
  g_hash_table_add(self->dirty, row);
  g_clear_handle_id(&self->pause_source, g_source_remove);
  self->pause_source = g_timeout_add(BH_FORM_VIEW_PAUSE_MS, on_pause, self);
  if (self->longest_source == 0)
    self->longest_source = g_timeout_add(BH_FORM_VIEW_LONGEST_MS, on_longest, self);
}

static void on_left(BhFieldRow *row, BhFormView *self)
{
  report_value(self, row);
}

static void add_row(BhFormView *self, const BhField *field)
{
  BhFieldRow *row = bh_field_row_new(field, self->session, self->values);
  g_signal_connect(row, "edited", G_CALLBACK(on_edited), self);
  g_signal_connect(row, "left", G_CALLBACK(on_left), self);
  g_ptr_array_add(self->rows, row);
  gtk_container_add(GTK_CONTAINER(self), GTK_WIDGET(row));
}

static void add_names(BhFormView *self, const json_t *names)
{
  gsize i;
  json_t *name;
  json_array_foreach((json_t *)names, i, name) {
    const BhField *field = bh_kind_find_field(self->kind, json_string_value(name));
    if (field != NULL)
      add_row(self, field);
  }
}

static void add_form(BhFormView *self, const char *form)
{
  g_autoptr(GPtrArray) fields = bh_kind_list_form(self->kind, form);
  for (guint i = 0; i < fields->len; i++)
    add_row(self, g_ptr_array_index(fields, i));
}

static gboolean is_wanted(const BhField *field, const char *const *hidden)
{
  return bh_field_is_in_form(field) && !bh_field_is_retired(field) &&
         (hidden == NULL || !g_strv_contains(hidden, bh_field_get_name(field)));
}

static void add_all(BhFormView *self, const char *const *hidden)
{
  const json_t *sections = json_object_get(bh_kind_get_declaration(self->kind), "sections");
  const char *lang = bh_session_get_lang(self->session);
  gsize i;
  json_t *section;
  json_array_foreach(sections, i, section) {
    gboolean headed = FALSE;
    gsize j;
    json_t *name;
    json_array_foreach(json_object_get(section, "fields"), j, name) {
      const BhField *field = bh_kind_find_field(self->kind, json_string_value(name));
      if (!is_wanted(field, hidden))
        continue;
      if (!headed) {
        const json_t *label = json_object_get(section, "label");
        gtk_container_add(GTK_CONTAINER(self), bh_part_heading(bh_json_string_or(label, lang, "")));
      }
      headed = TRUE;
      add_row(self, field);
    }
  }
  const GPtrArray *fields = bh_kind_list_fields(self->kind);
  for (guint k = 0; sections == NULL && k < fields->len; k++)
    if (is_wanted(g_ptr_array_index(fields, k), hidden))
      add_row(self, g_ptr_array_index(fields, k));
}

/* Shows the notice that the forms have changed. An open form keeps its version: typed text may not
 * fit another one, and the person must not lose their place. The notice asks to open the page
 * again. */
static void on_kinds_changed(BhFormView *self)
{
  const BhKind *kind = bh_session_find_kind(self->session, bh_kind_get_name(self->kind));
  gboolean same = kind != NULL &&
                  json_equal(bh_kind_get_declaration(kind), bh_kind_get_declaration(self->kind));
  if (self->changed_notice == NULL && !same) {
    self->changed_notice =
        bh_part_notice("form_changed",
                       _("The hub has changed this form. What was entered here is "
                         "kept: go back and open it again for the new form."),
                       "warning");
    gtk_container_add(GTK_CONTAINER(self), self->changed_notice);
    gtk_box_reorder_child(GTK_BOX(self), self->changed_notice, 0);
  }
  if (self->changed_notice != NULL)
    gtk_widget_set_visible(self->changed_notice, !same);
}

static void on_settings_changed(BhFormView *self)
{
  update_shown(self);
}

static BhFormView *view_new(BhSession *session, const BhKind *kind)
{
  BhFormView *self = g_object_new(BH_TYPE_FORM_VIEW, NULL);
  self->session = g_object_ref(session);
  self->kind = kind;
  g_signal_connect_object(session, "kinds-changed", G_CALLBACK(on_kinds_changed), self,
                          G_CONNECT_SWAPPED);
  g_signal_connect_object(session, "office-settings-changed", G_CALLBACK(on_settings_changed), self,
                          G_CONNECT_SWAPPED);
  return self;
}

static void add_computed(BhFormView *self)
{
  self->computed = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
  gtk_container_add(GTK_CONTAINER(self), self->computed);
  gtk_widget_show(self->computed);
}

BhFormView *bh_form_view_new(BhSession *session, const BhKind *kind, const char *form,
                             const char *const *hidden)
{
  BhFormView *self = view_new(session, kind);
  if (form != NULL)
    add_form(self, form);
  else
    add_all(self, hidden);
  if (form == NULL)
    add_computed(self);
  update_shown(self);
  return self;
}

BhFormView *bh_form_view_new_fields(BhSession *session, const BhKind *kind, const json_t *names,
                                    gboolean sections)
{
  BhFormView *self = view_new(session, kind);
  if (!sections) {
    add_names(self, names);
  } else {
    g_autoptr(GPtrArray) hidden = g_ptr_array_new();
    const GPtrArray *fields = bh_kind_list_fields(kind);
    for (guint i = 0; i < fields->len; i++) {
      const char *name = bh_field_get_name(g_ptr_array_index(fields, i));
      if (!bh_json_has_name(names, name))
        g_ptr_array_add(hidden, (gpointer)name);
    }
    g_ptr_array_add(hidden, NULL);
    add_all(self, (const char *const *)hidden->pdata);
  }
  add_computed(self);
  update_shown(self);
  return self;
}

static BhFieldRow *find_row(BhFormView *self, const char *key)
{
  for (guint i = 0; i < self->rows->len; i++) {
    BhFieldRow *row = g_ptr_array_index(self->rows, i);
    if (strcmp(bh_field_row_get_name(row), key) == 0)
      return row;
  }
  return NULL;
}

/* When the row has text from a draft that cannot be a value, shows the problem. */
static void check_loaded_text(BhFormView *self, BhFieldRow *row)
{
  g_autoptr(json_t) typed = bh_field_row_dup_raw(row);
  if (typed == NULL)
    return;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) value = bh_field_row_get(row, &error);
  if (value == NULL)
    mark_invalid(self, row, error);
  else
    bh_field_row_set_problem(row, NULL);
}

void bh_form_view_load(BhFormView *self, const json_t *values)
{
  json_object_clear(self->values);
  json_object_update(self->values, (json_t *)values);
  for (guint i = 0; i < self->rows->len; i++) {
    BhFieldRow *row = g_ptr_array_index(self->rows, i);
    bh_field_row_set(row, json_object_get(self->values, bh_field_row_get_name(row)));
  }
  g_hash_table_remove_all(self->dirty);
  g_hash_table_remove_all(self->invalid);
  g_hash_table_remove_all(self->beyond);
  for (guint i = 0; i < self->rows->len; i++)
    check_loaded_text(self, g_ptr_array_index(self->rows, i));
  update_shown(self);
}

void bh_form_view_lock(BhFormView *self, const json_t *locked)
{
  gboolean any_visible = FALSE;
  for (guint i = 0; i < self->rows->len; i++) {
    BhFieldRow *row = g_ptr_array_index(self->rows, i);
    const char *name = bh_field_row_get_name(row);
    if (!bh_json_has_name(locked, name))
      continue;
    any_visible |= gtk_widget_get_visible(GTK_WIDGET(row));
    bh_field_row_lock(row, json_object_get(self->values, name));
  }
  update_shown(self);
  if (!any_visible)
    return;
  GtkWidget *notice =
      bh_part_notice("locked",
                     _("What was signed or ordered is shown as text. Only a step changes it: a "
                       "deadline by an extension, other fields after a return."),
                     NULL);
  gtk_container_add(GTK_CONTAINER(self), notice);
  gtk_box_reorder_child(GTK_BOX(self), notice, 0);
}

void bh_form_view_set(BhFormView *self, const char *key, const json_t *value)
{
  const json_t *old = json_object_get(self->values, key);
  if (json_equal(old, value))
    return;
  if (json_is_null(value))
    json_object_del(self->values, key);
  else
    json_object_set(self->values, key, (json_t *)value);
  BhFieldRow *row = find_row(self, key);
  if (row != NULL)
    bh_field_row_set(row, value);
  update_shown(self);
  g_signal_emit(self, changed_signal, 0, key);
}

static void hide_choice(GtkWidget *widget, gpointer code)
{
  if (g_strcmp0(g_object_get_data(G_OBJECT(widget), "bh-code"), code) == 0) {
    /* A long list that is unfolded later keeps it hidden. */
    g_object_set_data(G_OBJECT(widget), "bh-hidden", GINT_TO_POINTER(TRUE));
    gtk_widget_hide(gtk_widget_get_parent(widget));
  } else if (GTK_IS_CONTAINER(widget)) {
    gtk_container_foreach(GTK_CONTAINER(widget), hide_choice, code);
  }
}

void bh_form_view_hide_choice(BhFormView *self, const char *key, const char *code)
{
  BhFieldRow *row = find_row(self, key);
  if (row != NULL)
    hide_choice(GTK_WIDGET(row), (gpointer)code);
}

const json_t *bh_form_view_get_values(BhFormView *self)
{
  return self->values;
}

const json_t *bh_form_view_get_value(BhFormView *self, const char *key)
{
  return json_object_get(self->values, key);
}

void bh_form_view_focus(BhFormView *self, const char *key)
{
  BhFieldRow *row = find_row(self, key);
  if (row != NULL)
    bh_field_row_focus(row);
}

char *bh_form_view_show_problems(BhFormView *self, const json_t *problems)
{
  for (guint i = 0; i < self->rows->len; i++) {
    BhFieldRow *row = g_ptr_array_index(self->rows, i);
    if (!g_hash_table_contains(self->invalid, row))
      bh_field_row_set_problem(row, NULL);
  }
  GString *other_problems = g_string_new(NULL);
  gboolean focused = FALSE;
  gsize i;
  json_t *problem;
  json_array_foreach(problems, i, problem) {
    const char *key = bh_json_string_or(problem, "field", "");
    const char *text = bh_json_string_or(problem, bh_session_get_lang(self->session), "");
    BhFieldRow *row = find_row(self, key);
    if (row != NULL && gtk_widget_get_visible(GTK_WIDGET(row))) {
      bh_field_row_set_problem(row, text);
      if (!focused)
        bh_field_row_focus(row);
      focused = TRUE;
    } else {
      const BhField *field = bh_kind_find_field(self->kind, key);
      if (other_problems->len > 0)
        g_string_append_c(other_problems, '\n');
      if (field != NULL)
        g_string_append_printf(
            other_problems, "%s: ", bh_field_get_label(field, bh_session_get_lang(self->session)));
      g_string_append(other_problems, text);
    }
  }
  return g_string_free(other_problems, FALSE);
}

void bh_form_view_add_related(BhFormView *self, const char *record, const json_t *values)
{
  json_object_set(self->related, record, (json_t *)values);
  update_shown(self);
}
