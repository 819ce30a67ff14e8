/* One field of a form. The control is made by the file of the field's type. */
#include "app/forms/field-row.h"

#include <glib/gi18n.h>

#include "app/parts.h"

struct _BhFieldRow {
  GtkBox parent;
  /* Borrowed from a kind set of the session, which exists longer than the row. */
  const BhField *field;
  const BhFieldControl *type;
  BhSession *session;
  GCancellable *cancellable;
  json_t *values; /* current values of the form, borrowed */
  GtkWidget *label;
  GtkWidget *hint;
  GtkWidget *control;
  GtkWidget *problem;
  GtkWidget *doubt;
  json_t *offered; /* what bh_field_row_offer offered last; NULL: nothing */
  gboolean setting;
  gboolean locked;
};

G_DEFINE_FINAL_TYPE(BhFieldRow, bh_field_row, GTK_TYPE_BOX)

enum { EDITED, LEFT, N_SIGNALS };
static guint signals[N_SIGNALS];

static void bh_field_row_dispose(GObject *object)
{
  BhFieldRow *self = BH_FIELD_ROW(object);
  g_cancellable_cancel(self->cancellable);
  G_OBJECT_CLASS(bh_field_row_parent_class)->dispose(object);
}

static void bh_field_row_finalize(GObject *object)
{
  BhFieldRow *self = BH_FIELD_ROW(object);
  json_decref(self->offered);
  g_object_unref(self->cancellable);
  g_object_unref(self->session);
  G_OBJECT_CLASS(bh_field_row_parent_class)->finalize(object);
}

static void bh_field_row_class_init(BhFieldRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  object_class->dispose = bh_field_row_dispose;
  object_class->finalize = bh_field_row_finalize;
  signals[EDITED] = g_signal_new("edited", BH_TYPE_FIELD_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
  signals[LEFT] = g_signal_new("left", BH_TYPE_FIELD_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
}

static void bh_field_row_init(BhFieldRow *self)
{
  self->cancellable = g_cancellable_new();
  gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing(GTK_BOX(self), 4);
}

static const BhFieldControl *control_of(const BhField *field)
{
  switch (bh_field_get_type(field)) {
  case BH_FIELD_TEXT:
  case BH_FIELD_PHONE:
  case BH_FIELD_USCC:
  case BH_FIELD_URL:
  case BH_FIELD_ID_NUMBER:
    return &bh_field_text;
  case BH_FIELD_INTEGER:
  case BH_FIELD_DECIMAL:
  case BH_FIELD_MONEY:
  case BH_FIELD_PERCENT:
  case BH_FIELD_DURATION:
    return &bh_field_number;
  case BH_FIELD_LONGTEXT:
    return &bh_field_longtext;
  case BH_FIELD_FLAG:
    return &bh_field_flag;
  case BH_FIELD_CHOICE:
    return &bh_field_choice;
  case BH_FIELD_CHOICES:
    return &bh_field_choices;
  case BH_FIELD_ENUM_REF:
    return &bh_field_codes;
  case BH_FIELD_DATE:
    return &bh_field_date;
  case BH_FIELD_MONTH:
    return &bh_field_month;
  case BH_FIELD_TIME:
    return &bh_field_time;
  case BH_FIELD_REF:
    return &bh_field_ref;
  case BH_FIELD_REFS:
    return &bh_field_refs;
  case BH_FIELD_AREA:
    return &bh_field_area;
  case BH_FIELD_PLACE:
    return &bh_field_place;
  case BH_FIELD_HASH:
  case BH_FIELD_ITEMS:
  case BH_FIELD_JSON:
  case BH_FIELD_PAPER:
    break;
  }
  return &bh_field_shown;
}

BhFieldRow *bh_field_row_new(const BhField *field, BhSession *session, json_t *values)
{
  BhFieldRow *self = g_object_new(BH_TYPE_FIELD_ROW, NULL);
  self->field = field;
  self->type = control_of(field);
  self->session = g_object_ref(session);
  self->values = values;
  const char *lang = bh_session_get_lang(session);
  if (!self->type->label_inside) {
    self->label = bh_part_label(bh_field_get_label(field, lang), "field-label");
    gtk_container_add(GTK_CONTAINER(self), self->label);
  }
  self->control = self->type->make(self);
  gtk_container_add(GTK_CONTAINER(self), self->control);
  gtk_widget_show(self->control);
  self->hint = bh_part_label("", "dim");
  gtk_container_add(GTK_CONTAINER(self), self->hint);
  bh_field_row_set_hint(self, bh_field_get_hint(field, lang));
  self->problem = bh_part_label("", "problem");
  gtk_container_add(GTK_CONTAINER(self), self->problem);
  g_autofree char *problem_id = g_strdup_printf("problem-%s", bh_field_get_name(field));
  bh_part_identify(self->problem, problem_id, NULL);
  gtk_widget_hide(self->problem);
  self->doubt = bh_part_label("", "problem");
  gtk_container_add(GTK_CONTAINER(self), self->doubt);
  g_autofree char *doubt_id = g_strdup_printf("doubt-%s", bh_field_get_name(field));
  bh_part_identify(self->doubt, doubt_id, NULL);
  gtk_widget_hide(self->doubt);
  gtk_widget_show(GTK_WIDGET(self));
  return self;
}

const BhField *bh_field_row_get_field(BhFieldRow *self)
{
  return self->field;
}

BhSession *bh_field_row_get_session(BhFieldRow *self)
{
  return self->session;
}

GCancellable *bh_field_row_get_cancellable(BhFieldRow *self)
{
  return self->cancellable;
}

json_t *bh_field_row_get_values(BhFieldRow *self)
{
  return self->values;
}

const char *bh_field_row_get_name(BhFieldRow *self)
{
  return bh_field_get_name(self->field);
}

const char *bh_field_row_get_label(BhFieldRow *self)
{
  return bh_field_get_label(self->field, bh_session_get_lang(self->session));
}

const char *bh_field_row_get_lang(BhFieldRow *self)
{
  return bh_session_get_lang(self->session);
}

void bh_field_row_set(BhFieldRow *self, const json_t *value)
{
  self->setting = TRUE;
  self->type->set(self, self->control, json_is_null(value) ? NULL : value);
  self->setting = FALSE;
}

/* Name of the widget in the control that has the focus of the window; NULL: none has it. g_free. */
static char *dup_focused(BhFieldRow *self)
{
  GtkWidget *window = gtk_widget_get_toplevel(self->control);
  GtkWidget *focus = GTK_IS_WINDOW(window) ? gtk_window_get_focus(GTK_WINDOW(window)) : NULL;
  return focus != NULL && gtk_widget_is_ancestor(focus, self->control)
             ? g_strdup(gtk_widget_get_name(focus))
             : NULL;
}

typedef struct {
  const char *name;
  GtkWidget *widget;
} Wanted;

static void find_named(GtkWidget *widget, gpointer data)
{
  Wanted *wanted = data;
  if (wanted->widget == NULL && g_str_equal(gtk_widget_get_name(widget), wanted->name))
    wanted->widget = widget;
  else if (GTK_IS_CONTAINER(widget))
    gtk_container_forall(GTK_CONTAINER(widget), find_named, data);
}

/* The focus returns to the button that had it, or else to the first of the new ones: who works with
 * the keys goes on where they were. */
static void restore_focus(BhFieldRow *self, const char *name)
{
  Wanted wanted = {name, NULL};
  gtk_container_forall(GTK_CONTAINER(self->control), find_named, &wanted);
  if (wanted.widget != NULL && gtk_widget_get_visible(gtk_widget_get_parent(wanted.widget)))
    gtk_widget_grab_focus(wanted.widget);
  else
    gtk_widget_child_focus(self->control, GTK_DIR_TAB_FORWARD);
}

void bh_field_row_offer(BhFieldRow *self, const json_t *choices)
{
  if (self->type->offer == NULL || json_equal(self->offered, choices))
    return;
  g_autofree char *focused = dup_focused(self);
  json_decref(self->offered);
  self->offered = json_deep_copy(choices);
  self->setting = TRUE;
  self->type->offer(self, self->control, choices);
  self->type->set(self, self->control,
                  json_object_get(self->values, bh_field_get_name(self->field)));
  self->setting = FALSE;
  if (focused != NULL)
    restore_focus(self, focused);
}

json_t *bh_field_row_get(BhFieldRow *self, GError **error)
{
  return self->type->get(self, self->control, error);
}

json_t *bh_field_row_dup_raw(BhFieldRow *self)
{
  g_autofree char *typed = self->type->dup_raw != NULL ? self->type->dup_raw(self->control) : NULL;
  return typed != NULL ? json_string(typed) : NULL;
}

void bh_field_row_set_problem(BhFieldRow *self, const char *text)
{
  gtk_label_set_text(GTK_LABEL(self->problem), text != NULL ? text : "");
  gtk_widget_set_visible(self->problem, text != NULL);
  bh_part_set_class(self->control, "wrong", text != NULL);
}

void bh_field_row_set_doubt(BhFieldRow *self, const char *text)
{
  gtk_label_set_text(GTK_LABEL(self->doubt), text != NULL ? text : "");
  gtk_widget_set_visible(self->doubt, text != NULL);
}

void bh_field_row_set_required(BhFieldRow *self, gboolean required)
{
  if (self->label == NULL)
    return;
  const char *label = bh_field_row_get_label(self);
  g_autofree char *text = required ? g_strdup_printf("%s *", label) : g_strdup(label);
  gtk_label_set_text(GTK_LABEL(self->label), text);
}

void bh_field_row_set_hint(BhFieldRow *self, const char *text)
{
  gtk_label_set_text(GTK_LABEL(self->hint), text != NULL ? text : "");
  gtk_widget_set_visible(self->hint, text != NULL && *text != '\0');
}

/* TRUE for fields that refer to records: when locked, they keep their own control, because it shows
 * the title of the record. */
static gboolean shows_title(const BhField *field)
{
  return bh_field_get_type(field) == BH_FIELD_REF || bh_field_get_type(field) == BH_FIELD_REFS;
}

void bh_field_row_lock(BhFieldRow *self, const json_t *value)
{
  int place = 0;
  self->locked = TRUE;
  if (shows_title(self->field)) {
    gtk_widget_set_sensitive(self->control, FALSE);
    return;
  }
  gtk_container_child_get(GTK_CONTAINER(self), self->control, "position", &place, NULL);
  gtk_widget_destroy(self->control);
  /* The replaced control contained the label, so the row needs one now. */
  if (self->label == NULL) {
    self->label = bh_part_label(bh_field_row_get_label(self), "field-label");
    gtk_container_add(GTK_CONTAINER(self), self->label);
    gtk_box_reorder_child(GTK_BOX(self), self->label, place++);
  }
  self->type = &bh_field_shown;
  self->control = self->type->make(self);
  gtk_container_add(GTK_CONTAINER(self), self->control);
  gtk_box_reorder_child(GTK_BOX(self), self->control, place);
  gtk_widget_show(self->control);
  bh_field_row_set_hint(self, NULL);
  bh_field_row_set(self, value);
}

gboolean bh_field_row_is_locked(BhFieldRow *self)
{
  return self->locked;
}

void bh_field_row_focus(BhFieldRow *self)
{
  gtk_widget_child_focus(GTK_WIDGET(self), GTK_DIR_TAB_FORWARD);
  bh_part_keep_in_view(GTK_WIDGET(self));
}

void bh_field_row_emit_edited(BhFieldRow *self)
{
  if (!self->setting && !gtk_widget_in_destruction(GTK_WIDGET(self)))
    g_signal_emit(self, signals[EDITED], 0);
}

void bh_field_row_emit_left(BhFieldRow *self)
{
  if (!self->setting && !gtk_widget_in_destruction(GTK_WIDGET(self)))
    g_signal_emit(self, signals[LEFT], 0);
}
