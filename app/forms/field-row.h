/* One field of a form: label, hint, control and what is wrong with it. The control comes from the
 * field's type: one file per type, each giving a BhFieldControl.
 *
 * Signals: "edited" while a person types (a draft may wait for a pause); "left" when the value is
 * complete (choice made, focus gone). Main thread. */
#pragma once

#include <gtk/gtk.h>
#include "app/session.h"

G_BEGIN_DECLS

#define BH_TYPE_FIELD_ROW (bh_field_row_get_type())
G_DECLARE_FINAL_TYPE(BhFieldRow, bh_field_row, BH, FIELD_ROW, GtkBox)

/* What a type of field gives the form. */
typedef struct {
  GtkWidget *(*make)(BhFieldRow *row);
  /* `value` borrowed; NULL or JSON null is empty. Emits nothing. */
  void (*set)(BhFieldRow *row, GtkWidget *control, const json_t *value);
  /* New reference, JSON null when empty; NULL with BH_ERROR_INVALID for what cannot be a value. */
  json_t *(*get)(BhFieldRow *row, GtkWidget *control, GError **error);
  gboolean label_inside; /* the control carries the label itself */
  /* What was typed, g_free; NULL where nothing can be typed that is no value. */
  char *(*dup_raw)(GtkWidget *control);
} BhFieldControl;

/* `values` is the form's live object of shown values, borrowed, for lists that depend on other
 * fields (sites of the enterprise). */
BhFieldRow *bh_field_row_new(const BhField *field, BhSession *session, json_t *values);
const BhField *bh_field_row_get_field(BhFieldRow *row);
BhSession *bh_field_row_get_session(BhFieldRow *row);
GCancellable *bh_field_row_get_cancellable(BhFieldRow *row);
json_t *bh_field_row_get_values(BhFieldRow *row);
const char *bh_field_row_get_name(BhFieldRow *row);

void bh_field_row_set(BhFieldRow *row, const json_t *value);
json_t *bh_field_row_get(BhFieldRow *row, GError **error);
/* What a person typed that is no value, as a text that bh_field_row_set takes; new reference, NULL
 * where nothing can be typed. */
json_t *bh_field_row_dup_raw(BhFieldRow *row);
/* `text` NULL clears. */
void bh_field_row_set_problem(BhFieldRow *row, const char *text);
/* Says what makes a value doubtful that is kept all the same; `text` NULL clears. */
void bh_field_row_set_doubt(BhFieldRow *row, const char *text);
void bh_field_row_set_required(BhFieldRow *row, gboolean required);
void bh_field_row_set_hint(BhFieldRow *row, const char *text);
/* From now on the value is shown and cannot be changed. */
void bh_field_row_lock(BhFieldRow *row, const json_t *value);
gboolean bh_field_row_is_locked(BhFieldRow *row);
void bh_field_row_focus(BhFieldRow *row);

/* For the controls. */
void bh_field_row_emit_edited(BhFieldRow *row);
void bh_field_row_emit_left(BhFieldRow *row);
/* Label of the field in the window's language. */
const char *bh_field_row_get_label(BhFieldRow *row);
const char *bh_field_row_get_lang(BhFieldRow *row);

/* The controls, by type of field. */
extern const BhFieldControl bh_field_text;   /* text, phone, uscc */
extern const BhFieldControl bh_field_number; /* integer, decimal */
extern const BhFieldControl bh_field_longtext;
extern const BhFieldControl bh_field_flag;
extern const BhFieldControl bh_field_choice;
extern const BhFieldControl bh_field_choices;
extern const BhFieldControl bh_field_date;
extern const BhFieldControl bh_field_time;
extern const BhFieldControl bh_field_ref;
extern const BhFieldControl bh_field_refs;
extern const BhFieldControl bh_field_area;
extern const BhFieldControl bh_field_place;
extern const BhFieldControl bh_field_shown; /* items, json, hash: shown, not typed */

G_END_DECLS
