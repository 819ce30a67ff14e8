/* One field of a form: label, hint, control, and the problem with its value. The control depends on
 * the field's type: one file per type defines a BhFieldControl.
 *
 * Signals: "edited" while a person types (a draft may wait for a pause); "left" when the value is
 * complete (a choice was made, or the focus left). Use on the main thread only. */
#pragma once

#include <gtk/gtk.h>
#include "app/session.h"

G_BEGIN_DECLS

#define BH_TYPE_FIELD_ROW (bh_field_row_get_type())
G_DECLARE_FINAL_TYPE(BhFieldRow, bh_field_row, BH, FIELD_ROW, GtkBox)

/* What a type of field provides. */
typedef struct {
  /* Makes the control; floating. */
  GtkWidget *(*make)(BhFieldRow *row);
  /* Shows `value`, borrowed; NULL or JSON null is empty. Emits nothing. */
  void (*set)(BhFieldRow *row, GtkWidget *control, const json_t *value);
  /* The value: a new reference, JSON null when empty; NULL with BH_ERROR_INVALID when the text
   * cannot be a value of the field. */
  json_t *(*get)(BhFieldRow *row, GtkWidget *control, GError **error);
  gboolean label_inside; /* TRUE: the control shows the label itself, and the row adds none */
  /* The text as typed, g_free; NULL for controls that cannot hold an invalid value. */
  char *(*dup_raw)(GtkWidget *control);
  /* Offers these choices, [{"code","label"}]; NULL for controls whose choices never change. Emits
   * nothing, and keeps the value if it is among them. */
  void (*offer)(BhFieldRow *row, GtkWidget *control, const json_t *choices);
} BhFieldControl;

/* A row for `field` (borrowed; the field must live as long as the row). `values` are the form's
 * current values, borrowed, for lists that depend on other fields (sites of the enterprise); may be
 * NULL. Floating. */
BhFieldRow *bh_field_row_new(const BhField *field, BhSession *session, json_t *values);

/* --- for forms; getters borrow --- */

const BhField *bh_field_row_get_field(BhFieldRow *row); /* the field of the row */
BhSession *bh_field_row_get_session(BhFieldRow *row);   /* the session of the window */
GCancellable *
bh_field_row_get_cancellable(BhFieldRow *row);      /* cancelled when the row is destroyed */
json_t *bh_field_row_get_values(BhFieldRow *row);   /* values of the form; may be NULL */
const char *bh_field_row_get_name(BhFieldRow *row); /* name of the field */

/* Shows a value, borrowed; emits nothing. */
void bh_field_row_set(BhFieldRow *row, const json_t *value);
/* Offers these choices of a field with codes, [{"code","label"}]; ignored for other fields. */
void bh_field_row_offer(BhFieldRow *row, const json_t *choices);
/* The value: a new reference, JSON null when empty; NULL with BH_ERROR_INVALID when the text cannot
 * be a value of the field. */
json_t *bh_field_row_get(BhFieldRow *row, GError **error);
/* The text as typed, which bh_field_row_set can show again; a new reference, NULL for fields that
 * cannot hold an invalid value. */
json_t *bh_field_row_dup_raw(BhFieldRow *row);
/* Shows `text`, which says what is wrong with the value; NULL removes it. */
void bh_field_row_set_problem(BhFieldRow *row, const char *text);
/* Shows `text`, which says why the value is doubtful although it can be saved; NULL removes it. */
void bh_field_row_set_doubt(BhFieldRow *row, const char *text);
/* Shows at the label whether a value is required. */
void bh_field_row_set_required(BhFieldRow *row, gboolean required);
/* Sets the hint below the control; NULL or "" hides it. */
void bh_field_row_set_hint(BhFieldRow *row, const char *text);
/* Shows `value` as text that cannot be changed from now on. */
void bh_field_row_lock(BhFieldRow *row, const json_t *value);
/* Whether bh_field_row_lock was called. */
gboolean bh_field_row_is_locked(BhFieldRow *row);
/* Gives the control the focus and scrolls to it. */
void bh_field_row_focus(BhFieldRow *row);

/* --- for the controls --- */

/* Emits "edited", unless the value is being set by the program. */
void bh_field_row_emit_edited(BhFieldRow *row);
/* Emits "left", unless the value is being set by the program. */
void bh_field_row_emit_left(BhFieldRow *row);
/* Label of the field in the window's language; borrowed. */
const char *bh_field_row_get_label(BhFieldRow *row);
/* The language of the window: "zh" or "en". */
const char *bh_field_row_get_lang(BhFieldRow *row);

/* An entry with the name of the row's field that reports to the row what is typed, and when the
 * entry is left. Floating. */
GtkWidget *bh_field_entry_new(BhFieldRow *row, GtkInputPurpose purpose);

/* The controls, by type of field. */
extern const BhFieldControl bh_field_text;   /* text, phone, uscc, url, id_number */
extern const BhFieldControl bh_field_number; /* integer, decimal, money, percent, duration */
extern const BhFieldControl bh_field_longtext;
extern const BhFieldControl bh_field_flag;
extern const BhFieldControl bh_field_choice;
extern const BhFieldControl bh_field_choices;
extern const BhFieldControl bh_field_codes; /* enum_ref */
extern const BhFieldControl bh_field_date;
extern const BhFieldControl bh_field_time;
extern const BhFieldControl bh_field_month;
extern const BhFieldControl bh_field_ref;
extern const BhFieldControl bh_field_refs;
extern const BhFieldControl bh_field_area;
extern const BhFieldControl bh_field_place;
extern const BhFieldControl bh_field_shown; /* items, json, hash: shown, not typed */

G_END_DECLS
