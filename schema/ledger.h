/* Ledgers: the lists of records that a kind declares ("ledgers", "menu"). This header gives the
 * query of a ledger in the form of bh_list_query_read (sync/index/query.h), so that device and hub
 * list the same records, and says where a ledger is shown.
 *
 * Pure; any thread. Ledgers are borrowed from their kind. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

/* Places of a menu. */
#define BH_MENU_HOME "home"     /* first page of the collector */
#define BH_MENU_OFFICE "office" /* lists of the office */

/* Order of the collector's list of a ledger. */
typedef enum {
  BH_LEDGER_BY_DAY, /* records with a day first, the oldest day first */
  BH_LEDGER_BY_CHANGE,
  BH_LEDGER_BY_TITLE,
} BhLedgerOrder;

/* Declaration of the ledger of this name, borrowed; NULL when there is none. */
const json_t *bh_kind_find_ledger(const BhKind *kind, const char *name);
/* Whether the menu of `place` has a list of all records of the kind. */
gboolean bh_kind_is_in_menu(const BhKind *kind, const char *place);
/* Whether the menu of `place` has the ledger: BH_MENU_OFFICE unless the ledger says otherwise. */
gboolean bh_ledger_is_in_menu(const json_t *ledger, const char *place);
/* Whether the collector's agenda has the records of the ledger. */
gboolean bh_ledger_is_in_agenda(const json_t *ledger);
/* Label of the ledger, in `lang` ("zh" or "en"). */
const char *bh_ledger_get_label(const json_t *ledger, const char *lang);
/* Name of the date field by which the records of the ledger are ordered; NULL: the day on which a
 * record is due. */
const char *bh_ledger_get_date(const json_t *ledger);
/* BH_LEDGER_BY_DAY unless the ledger says otherwise. */
BhLedgerOrder bh_ledger_get_order(const json_t *ledger);
/* Whether a device lists the records of the ledger by their day, so that the index must know which
 * of them have none. */
gboolean bh_ledger_needs_days(const json_t *ledger);
/* Value by which a query finds records in which a field is empty. The index has it only for fields
 * of which bh_ledger_finds_empty says so. */
#define BH_LEDGER_EMPTY ""
/* Whether the ledger lists records in which the field is empty, so that the index must know them.
 */
gboolean bh_ledger_finds_empty(const json_t *ledger, const char *field);
/* Whether a record in this state (NULL: none) can be in the ledger. */
gboolean bh_ledger_has_state(const json_t *ledger, const char *state);
/* The fields that a row of a list shows, const BhField*: "columns" of the ledger, else "list" of
 * the kind (`ledger` NULL: all records of the kind). "state" is left out. Free the array. */
GPtrArray *bh_ledger_list_columns(const BhKind *kind, const json_t *ledger);

/* Who looks at a ledger, and when. */
typedef struct {
  const char *actor; /* staff id; NULL: nobody */
  const char *unit;  /* id of the unit of that person; NULL: unknown */
  const char *today; /* "YYYY-MM-DD" in the time zone of the hub */
  gint64 now_ms;     /* UTC */
} BhLedgerViewer;

/* The query for the records of the ledger: "kind", "where", "without", "parent_not", "doubtful" and
 * "day"; for a ledger with "overdue" also "order" and "due_before". A condition on the actor that
 * is not known matches no record. New reference. */
json_t *bh_ledger_dup_query(const BhKind *kind, const json_t *ledger, const BhLedgerViewer *viewer);

G_END_DECLS
