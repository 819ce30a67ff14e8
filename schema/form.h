/* The form of an act (schema/act.h), resolved: which fields it shows, with which values, limits,
 * choices and marks, for what a person has typed so far; what the act would write; and what stands
 * against it. Who draws a form does not interpret the declaration of a kind: it draws the result of
 * bh_form_resolve, and asks for it again after each change.
 *
 * Pure; one thread at a time. Start with bh_form_new. */
#pragma once

#include "schema/act.h"

G_BEGIN_DECLS

typedef struct _BhForm BhForm;

/* Code of a BhProblem of a typed value that cannot be read. Its text_en is
 * "KIND.FIELD: reason", as bh_kind_check_value words it. */
#define BH_PROBLEM_UNREAD "unread"

/* Reads what a person typed into the form of `act`.
 *
 * `before`: the record before the act; for create, the record from which the act is offered (values
 * NULL: none). Its actor is the acting person. `sent`: whether the record was sent before
 * (bh_act_list_fields). `typed`: {name: value} of the fields that the person changed; a string is
 * read as typed text of any type, any other value must be a value of the field, null clears the
 * field. NULL: nothing was typed. `now_ms`: UTC, for stamps and presets.
 *
 * A typed value that cannot be read does not fail: it is a problem of bh_form_check. Of fields that
 * the form does not show, typed values are ignored, because the person cannot see them. The form
 * borrows `act` and all that `before` points to. NULL with BH_ERROR_INVALID when `typed` is no
 * object, or names a field that the form does not have. bh_form_free. */
BhForm *bh_form_new(const BhAct *act, const BhContext *before, gboolean sent, const json_t *typed,
                    gint64 now_ms, GError **error);
/* Frees a form; NULL is allowed. */
void bh_form_free(BhForm *form);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhForm, bh_form_free)

/* The form for drawing, in `lang` ("zh" or "en"); `set` gives the labels of other kinds. A new
 * reference:
 *
 * {"sections":[{"name","label","shown","fields":[FIELD]}], "files":[FILES],
 *  "computed":[{"name","label","text"}], "reason"?, "source",
 *  "opens":[{"kind","label":{"zh","en"},"count"}]}
 *
 * A form without sections has one with an empty name and label. "reason": name of the field for the
 * reason of a late correction. "source": the clauses behind the act, for people. "computed": the
 * computed fields for what was typed so far, which nobody can change. "opens": the records that the
 * act makes besides (schema/opens.h).
 *
 * FIELD: {"name","type","label","hint","required","shown","locked","personal"?, "value"?,"text"?,
 * "typed"?, "choices"?:[{"code","label"}], "min","max","digits", "unit"?,
 * "ref_kinds"?:[{"code","label"}], "doubt"?}. "value": the value; "text": the value as text that
 * can be typed (for refs the ids); "typed": the text that cannot be read, in place of both. "shown"
 * is FALSE too when the section is hidden. Retired choices are left out unless they are chosen.
 * "doubt": why the value is doubtful.
 *
 * FILES: {"role","label","at_least","count"?,"media"?}; "count": files of this role that the record
 * has, absent when it is not known. */
json_t *bh_form_resolve(const BhForm *form, const BhKindSet *set, const char *lang);

/* Whether the form asks for the field. */
gboolean bh_form_has_field(const BhForm *form, const char *name);
/* What the operation of the act sets ({key: value}, as bh_act_dup_set), borrowed. */
const json_t *bh_form_get_set(const BhForm *form);
/* The values of the record after the act, borrowed. */
const json_t *bh_form_get_values(const BhForm *form);
/* The typed values that cannot be read: BhProblem* with the code BH_PROBLEM_UNREAD, borrowed. */
const GPtrArray *bh_form_list_unread(const BhForm *form);

/* All that stands against the act: values that cannot be read, the acting person, the guards of the
 * step, locks, required fields and checks, the reason of a late correction. What an edit neither
 * caused nor asks for is left out, so that one old fault does not prevent the correction of
 * another. Each field has a problem once. BhProblem* with free function set; never NULL. */
GPtrArray *bh_form_check(const BhForm *form);

G_END_DECLS
