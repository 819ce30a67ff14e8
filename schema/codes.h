/* Code lists: choices that differ by area and time (schema/kinds/README.md, "Code lists"). Kinds
 * declare the names of the lists; the codes are records of the kind BH_CODE_KIND, which every store
 * has, so a list changes without a new kind set. They are read together with settings and calendars
 * (schema/setting-values.h). Pure; any thread. Start with bh_field_list_codes. */
#pragma once

#include "schema/civil.h"
#include "schema/kind.h"

G_BEGIN_DECLS

/* Name of the kind whose records are entries of code lists. */
#define BH_CODE_KIND "code"
/* Entries that a store reads; more are ignored, the oldest first. */
#define BH_CODES_MAX 20000
#define BH_CODE_LEN_MAX 40

/* Whether `code` can be a code: 1 to BH_CODE_LEN_MAX letters, digits, "_", "-", "."; NULL is none.
 */
gboolean bh_code_is_valid(const char *code);

/* Name of the code list of a field of type ENUM_REF, borrowed; NULL for other fields. */
const char *bh_field_get_codes(const BhField *field);

/* Label of the code, borrowed from `values`, also when it is not offered any more. A code has one
 * label: that of the entry which is valid from the latest day. NULL: there is no such code, or
 * `values` is NULL. */
const char *bh_code_find_label(const BhSettingValues *values, const char *list, const char *code,
                               const char *lang);
/* Array of {"code","label"}: the codes that are offered in `area` (NULL: in no area) on `day`, in
 * the order of the list: those of the area and of all areas around it. New reference. */
json_t *bh_code_list_offered(const BhSettingValues *values, const char *list, const char *area,
                             const BhDate *day, const char *lang);
/* Array of {"code","label"}: all codes that the list has or had anywhere, in the order of the list,
 * for filters. New reference. */
json_t *bh_code_list_known(const BhSettingValues *values, const char *list, const char *lang);

/* Whether there is any entry of a code list. `values` may be NULL. */
gboolean bh_code_exists_any(const BhSettingValues *values);

/* The codes that a form offers for the field of the record of `context` (context->kind is needed):
 * as bh_code_list_offered for its area and its day. An own value that is not offered comes last.
 * `area` is taken when the area of the record cannot be determined; NULL: none. New reference. */
json_t *bh_field_list_codes(const BhField *field, const BhContext *context, const char *area,
                            const char *lang);
/* The code that a person typed: a code, or the label of one. New reference, JSON null for "". NULL
 * with BH_ERROR_INVALID: it can be neither. A code that is not offered is refused later, by
 * bh_codes_check. */
json_t *bh_field_read_code(const BhField *field, const char *typed, const BhSettingValues *values,
                           GError **error);
/* Adds a problem for each field of `set` ({key: value}) that gets a code which is not offered to
 * the record. `before` (NULL: a new record) are the values before: an unchanged code stays. `after`
 * is the context of the record with the new values. Without settings nothing is checked. */
void bh_codes_check(const BhKind *kind, const json_t *set, const json_t *before,
                    const BhContext *after, GPtrArray *problems);

/* Adds the problems of a record of BH_CODE_KIND, for the places where people enter one: a code has
 * the same label in all areas. Other kinds have none. */
void bh_code_check(const BhKind *kind, const BhContext *context, GPtrArray *problems);

/* --- for setting-values.c --- */

/* The entries of all lists. */
typedef struct _BhCodes BhCodes;
/* Makes empty lists; bh_codes_free. */
BhCodes *bh_codes_new(void);
/* Frees the lists; NULL is allowed. */
void bh_codes_free(BhCodes *codes);
/* Adds an entry. FALSE when its values cannot be used. */
gboolean bh_codes_add(BhCodes *codes, const char *id, const json_t *values);
/* The entries that were added to `values`, borrowed; NULL for NULL. */
const BhCodes *bh_setting_values_get_codes(const BhSettingValues *values);

G_END_DECLS
