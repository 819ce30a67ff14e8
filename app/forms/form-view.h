/* A form drawn from a kind: sections, fields that appear when their condition holds, marks for
 * required ones, problems at their field. It knows nothing of drafts or entries: the page listens
 * to "changed" and stores the draft.
 *
 * Signal "changed" (const char *key): half a second after the last keystroke, every two seconds
 * while a person types without such a pause, and when a field is left. bh_form_view_get_value then
 * gives the value, or the text as typed when it cannot be a value: the draft stores it, and
 * bh_form_view_load shows it again with its problem. Use on the main thread only. */
#pragma once

#include <gtk/gtk.h>
#include "app/forms/field-row.h"

G_BEGIN_DECLS

#define BH_FORM_VIEW_PAUSE_MS 500 /* pause in typing after which "changed" is emitted */
/* The longest time between two "changed" while a person types. */
#define BH_FORM_VIEW_LONGEST_MS 2000

#define BH_TYPE_FORM_VIEW (bh_form_view_get_type())
G_DECLARE_FINAL_TYPE(BhFormView, bh_form_view, BH, FORM_VIEW, GtkBox)

/* A form of the present version of `kind`. When the session gets another version of the kind, the
 * form shows a notice that says so. `form`: one of the kind's "forms", in its order; NULL: all
 * fields, by sections. `hidden` (may be NULL, ends with NULL): fields that the page sets itself.
 * Floating. */
BhFormView *bh_form_view_new(BhSession *session, const BhKind *kind, const char *form,
                             const char *const *hidden);
/* A form of the fields with these names (array): in this order without headings, or, with
 * `sections`, by the sections of the kind. Floating. */
BhFormView *bh_form_view_new_fields(BhSession *session, const BhKind *kind, const json_t *names,
                                    gboolean sections);
/* Shows the values of a record; emits nothing. */
void bh_form_view_load(BhFormView *form, const json_t *values);
/* Shows the named fields (array of names; NULL: none) as text that cannot be changed, with one
 * notice that says why. */
void bh_form_view_lock(BhFormView *form, const json_t *locked);
/* Sets one value by program; emits "changed". */
void bh_form_view_set(BhFormView *form, const char *key, const json_t *value);
/* Hides one choice of a field, because it makes no sense on this page. */
void bh_form_view_hide_choice(BhFormView *form, const char *key, const char *code);
/* The current values, borrowed; text that is being typed is in them after bh_form_view_flush. */
const json_t *bh_form_view_get_values(BhFormView *form);
/* One current value, borrowed; NULL when empty. */
const json_t *bh_form_view_get_value(BhFormView *form, const char *key);
/* Emits "changed" for text that was typed since the last "changed". Must be called before the page
 * is left or saved. */
void bh_form_view_flush(BhFormView *form);
/* Calls bh_form_view_flush, and clears invalid text in hidden fields. FALSE when a visible field
 * holds invalid text: nothing may be saved; the field shows the problem and gets the focus. */
gboolean bh_form_view_validate(BhFormView *form);
/* Shows problems as bh_device_check gives them ([{"field","zh","en"}]) at their fields, and scrolls
 * to the first one. Returns the texts of the problems whose field is not visible, one line each; ""
 * when there are none. g_free. */
char *bh_form_view_show_problems(BhFormView *form, const json_t *problems);
/* Gives a field the focus; ignored when the form does not have it. */
void bh_form_view_focus(BhFormView *form, const char *key);
/* Adds the values (referenced) of another record `record`, so that conditions of the form can look
 * them up. */
void bh_form_view_add_related(BhFormView *form, const char *record, const json_t *values);

G_END_DECLS
