/* What both documents share: the head, rows of label and value, hazards, signatures. Inside
 * app/paper only. */
#pragma once

#include "app/paper/flow.h"
#include "app/paper/paper.h"
#include "schema/json.h"

G_BEGIN_DECLS

#define BH_PAPER_CODE_SIZE 78 /* points, about 27 mm */

/* Reads members of `frozen`: the first one of a wrong type is kept as the error, and everything
 * reads as absent from then on, so that a form is written without a check per line. */
typedef struct {
  BhFlow *flow;
  const BhPaperSource *source;
  GError *error;
} BhForm;

/* Clean text of a member; "" when absent. g_free. */
char *bh_form_dup_text(BhForm *form, const json_t *object, const char *key);
gboolean bh_form_get_flag(BhForm *form, const json_t *object, const char *key);
/* 0 when absent. */
gint64 bh_form_get_integer(BhForm *form, const json_t *object, const char *key);
/* An object or array member; NULL when absent. */
const json_t *bh_form_get_object(BhForm *form, const json_t *object, const char *key);
const json_t *bh_form_get_array(BhForm *form, const json_t *object, const char *key);
/* Member as "2026年11月21日 09:30"; "" when absent. g_free. */
char *bh_form_dup_time(BhForm *form, const json_t *object, const char *key);
/* Member as "2026年11月21日"; "" when absent. g_free. */
char *bh_form_dup_date(BhForm *form, const json_t *object, const char *key);

/* Issuing unit, title, number. */
void bh_form_add_head(BhForm *form);
/* Rows of the table begun with bh_form_begin_facts(). "" is shown as "—". */
void bh_form_begin_facts(BhForm *form);
void bh_form_add_fact(BhForm *form, const char *label, const char *value);
void bh_form_add_two_facts(BhForm *form, const char *label, const char *value,
                           const char *second_label, const char *second_value);
/* Rows on the enterprise that both documents begin with. */
void bh_form_add_enterprise(BhForm *form);
/* Inspectors with certificate numbers, one per line; g_free. */
char *bh_form_dup_inspectors(BhForm *form);
/* What was found, its level and the bases that were given; g_free. */
char *bh_form_dup_hazard(BhForm *form, const json_t *hazard);
/* The document's legal basis; nothing when none was given (FIELD 1). */
void bh_form_add_legal_basis(BhForm *form);
/* Paragraphs of a text that may hold line breaks. */
void bh_form_add_paragraph(BhForm *form, const char *text);
/* Signatures, refusals, or lines to sign by pen; then unit, seal and date. */
void bh_form_add_signatures(BhForm *form, const char *enterprise_label);
void bh_form_add_closing(BhForm *form);

/* The two documents, from app/paper/record.c and app/paper/order.c. */
void bh_form_write_record(BhForm *form);
void bh_form_write_order(BhForm *form);

G_END_DECLS
