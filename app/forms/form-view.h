/* A form drawn from a kind: sections, fields that appear when their condition holds, required
 * ones marked, problems shown at their field. Knows nothing of drafts or entries: the page listens
 * to "changed" and keeps the draft.
 *
 * Signal "changed" (const char *key): half a second after the last keystroke, every two seconds
 * of typing without such a pause, or when a field is left; bh_form_view_get_value gives the value,
 * or as text what was typed and cannot be one: a draft keeps it, and bh_form_view_load says again
 * what is wrong with it. Main thread. */
#pragma once

#include <gtk/gtk.h>
#include "app/forms/field-row.h"

G_BEGIN_DECLS

#define BH_FORM_VIEW_PAUSE_MS 500    /* of typing before a draft is kept */
#define BH_FORM_VIEW_LONGEST_MS 2000 /* without such a pause: it is kept all the same */

#define BH_TYPE_FORM_VIEW (bh_form_view_get_type())
G_DECLARE_FINAL_TYPE(BhFormView, bh_form_view, BH, FORM_VIEW, GtkBox)

/* The form stays as `kind` has it now; when the session gets another form of the kind, it says so.
 * `form`: one of the kind's "forms", in its order; NULL: all fields, by sections. `hidden` (may be
 * NULL): fields the page sets itself. */
BhFormView *bh_form_view_new(BhSession *session, const BhKind *kind, const char *form,
                             const char *const *hidden);
/* Shows a record's values; emits nothing. */
void bh_form_view_load(BhFormView *form, const json_t *values);
/* Shows the named fields (array of names; NULL: none) as text that cannot be changed, and says once
 * why. */
void bh_form_view_lock(BhFormView *form, const json_t *locked);
/* One value set by the program; emits "changed". */
void bh_form_view_set(BhFormView *form, const char *key, const json_t *value);
/* Takes one choice of a field away, where it makes no sense. */
void bh_form_view_hide_choice(BhFormView *form, const char *key, const char *code);
/* Shown values, borrowed; what is being typed is in it after bh_form_view_flush. */
const json_t *bh_form_view_get_values(BhFormView *form);
/* Borrowed; NULL when empty. */
const json_t *bh_form_view_get_value(BhFormView *form, const char *key);
/* Emits "changed" for what is typed and not yet told. Call before leaving or saving. */
void bh_form_view_flush(BhFormView *form);
/* Flushes too, and empties fields not shown of what cannot be their value. FALSE when a shown field
 * holds such: nothing is to be saved; the field says so and is brought into view. */
gboolean bh_form_view_validate(BhFormView *form);
/* Problems as bh_device_check gives them ([{"field","zh","en"}]); fields not shown are collected
 * in the return value, one line each, g_free, "" when all found a field. The first one is brought
 * into view. */
char *bh_form_view_show_problems(BhFormView *form, const json_t *problems);
void bh_form_view_focus(BhFormView *form, const char *key);
/* Values of a record that conditions may look up. */
void bh_form_view_add_related(BhFormView *form, const char *record, const json_t *values);

G_END_DECLS
