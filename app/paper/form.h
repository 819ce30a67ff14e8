/* The parts that both documents have in common: head, rows of label and value, hazards, signatures.
 * Private to app/paper. A BhForm is used by one thread. */
#pragma once

#include "app/paper/flow.h"
#include "app/paper/paper.h"
#include "schema/json.h"

G_BEGIN_DECLS

#define BH_PAPER_CODE_SIZE 78 /* points, about 27 mm */

/* A document that is being written. The functions below read members of `frozen`. The first member
 * of a wrong type sets `error`; this member and all members read after it count as absent. So a
 * document can be written without a check for each line; the caller must check `error` at the
 * end. */
typedef struct {
  BhFlow *flow;
  const BhPaperSource *source;
  GError *error;
} BhForm;

/* --- reading members --- */

/* The text of a member, cleaned (app/paper/text.h); "" when absent. g_free. */
char *bh_form_dup_text(BhForm *form, const json_t *object, const char *key);
/* A member that is a flag; FALSE when absent. */
gboolean bh_form_get_flag(BhForm *form, const json_t *object, const char *key);
/* A member that is an integer; 0 when absent. */
gint64 bh_form_get_integer(BhForm *form, const json_t *object, const char *key);
/* A member that is an object, borrowed; NULL when absent. */
const json_t *bh_form_get_object(BhForm *form, const json_t *object, const char *key);
/* A member that is an array, borrowed; NULL when absent. */
const json_t *bh_form_get_array(BhForm *form, const json_t *object, const char *key);
/* A member that is a time, as "2026年11月21日 09:30"; "" when absent. g_free. */
char *bh_form_dup_time(BhForm *form, const json_t *object, const char *key);
/* A member that is a date, as "2026年11月21日"; "" when absent. g_free. */
char *bh_form_dup_date(BhForm *form, const json_t *object, const char *key);

/* --- writing --- */

/* Writes issuing unit, title and number. */
void bh_form_add_head(BhForm *form);
/* Starts a table for bh_form_add_fact and bh_form_add_two_facts; bh_flow_end_table ends the
 * table. */
void bh_form_begin_facts(BhForm *form);
/* Adds a row with one label and value; a value "" is printed as "—". */
void bh_form_add_fact(BhForm *form, const char *label, const char *value);
/* Adds a row with two labels and values. */
void bh_form_add_two_facts(BhForm *form, const char *label, const char *value,
                           const char *second_label, const char *second_value);
/* Adds the rows on the enterprise that both documents begin with. */
void bh_form_add_enterprise(BhForm *form);
/* Inspectors with certificate numbers, one per line; g_free. */
char *bh_form_dup_inspectors(BhForm *form);
/* Text of a hazard: what was found, its level and the bases that were given; g_free. */
char *bh_form_dup_hazard(BhForm *form, const json_t *hazard);
/* Writes the document's legal basis; nothing when none was given (FIELD 1). */
void bh_form_add_legal_basis(BhForm *form);
/* Writes the paragraphs of a text with line breaks. */
void bh_form_add_paragraph(BhForm *form, const char *text);
/* Writes signatures and refusals, or lines to sign by pen when there are none. */
void bh_form_add_signatures(BhForm *form, const char *enterprise_label);
/* Writes unit, seal, date, and who confirmed the date. */
void bh_form_add_closing(BhForm *form);

/* --- the documents --- */

/* Writes 现场检查记录 (app/paper/record.c). */
void bh_form_write_record(BhForm *form);
/* Writes 责令限期整改指令书 (app/paper/order.c). */
void bh_form_write_order(BhForm *form);

G_END_DECLS
