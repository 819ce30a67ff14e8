/* When a record is due: the earliest deadline of the steps from its present state, computed from
 * its values, from records that it refers to, from settings and from the calendar. The result is
 * never stored in a record. Indexes keep it (sync/index), and with it the names of everything on
 * which it depends, so that they can find the records whose day changes. Pure; any thread. Start
 * with bh_due_find. */
#pragma once

#include "schema/civil.h"
#include "schema/kind.h"

G_BEGIN_DECLS

/* Days before the deadline from which a record is due soon, unless the deadline says otherwise. */
#define BH_DUE_WARN_DAYS 3

typedef struct {
  BhDate day;
  int minute;    /* of the day, in UTC+8: the deadline is a moment; -1: it is the end of the day */
  int warn_days; /* from this many days before on, the record is due soon */
} BhDue;

/* When the record of `context` is due. A deadline counted from a value that the step
 * itself asks for does not count, nor does one of which a value, a record or a setting is missing.
 * Settings are those of the record's area on the day from which the deadline is counted. Workdays
 * are counted by the calendar of the settings; in years that it does not have, Monday to Friday are
 * workdays. FALSE when the record has no deadline. */
gboolean bh_due_find(const BhKind *kind, const BhContext *context, BhDue *due);
/* Like bh_due_find, and appends to `uses` (array of texts, each once) the names of what the result
 * depends on besides the record itself, as by bh_due_dup_name. */
gboolean bh_due_collect(const BhKind *kind, const BhContext *context, BhDue *due, json_t *uses);
/* Whether records of the kind can have a due day. */
gboolean bh_due_is_possible(const BhKind *kind);
/* Whether due days of records of the kind can depend on anything but the record itself. */
gboolean bh_due_depends_on_others(const BhKind *kind);
/* Whether the record's due day can depend on its own value in this field. */
gboolean bh_due_depends_on(const BhKind *kind, const char *field);

/* Whether due days of records of other kinds can depend on this field. */
gboolean bh_due_is_input(const BhKind *kind, const char *field);

/* The name by which due days of other records depend on this record: "r:ID", of a value of a
 * setting "s:NAME", of a calendar "c:YEAR"; g_free. NULL when none can depend on records of the
 * kind. */
char *bh_due_dup_name(const BhKind *kind, const char *id, const json_t *values);
/* What due days of other records can read of this record, as a short text: another text means that
 * they have to be computed again. g_free; NULL when none can depend on records of the kind. */
char *bh_due_dup_inputs(const BhKind *kind, const json_t *values);

/* The deadline as a text whose order by bytes is that of the deadlines: "2026-11-21T24:00" for the
 * end of a day, "2026-11-21T08:30" for a moment. g_free. */
char *bh_due_format_key(const BhDue *due);
/* The key such that exactly the deadlines before it have passed at `now_ms`; g_free. */
char *bh_due_format_bound(gint64 now_ms);
/* Whether the deadline has passed at `now_ms`. */
gboolean bh_due_is_over(const BhDue *due, gint64 now_ms);
/* {"day","days","time"?,"overdue"?,"soon"?}: the day, days from today until then (negative: past),
 * the time if the deadline is a moment, whether it has passed, whether it is near. */
json_t *bh_due_to_json(const BhDue *due, gint64 now_ms);

G_END_DECLS
