/* What the office's files share. Private to sync/hub/office-*.c. */
#pragma once

#include "schema/checklist.h"
#include "schema/workflow.h"
#include "sync/hub/access/access.h"
#include "sync/hub/log/log.h"
#include "sync/hub/office/office.h"
#include "sync/hub/records/records.h"

G_BEGIN_DECLS

#define BH_OFFICE_PAGE_MAX 100    /* rows of a page of a list */
#define BH_OFFICE_COUNT_MAX 10000 /* rows that are counted; then there are "more" */
#define BH_OFFICE_TEXT_MAX 2000   /* characters of a comment or reason */

/* Roles of staff that may come in. */
typedef enum {
  BH_OFFICE_REVIEWER = 1 << 0,
  BH_OFFICE_LEADER = 1 << 1,
  BH_OFFICE_LEGAL = 1 << 2,
  BH_OFFICE_ADMIN = 1 << 3,
} BhOfficeRole;

#define BH_OFFICE_ANYONE (BH_OFFICE_REVIEWER | BH_OFFICE_LEADER | BH_OFFICE_LEGAL | BH_OFFICE_ADMIN)
#define BH_OFFICE_JUDGES (BH_OFFICE_REVIEWER | BH_OFFICE_LEADER | BH_OFFICE_LEGAL)
#define BH_OFFICE_KEEPERS (BH_OFFICE_REVIEWER | BH_OFFICE_ADMIN)
/* Who answers for need-to-know looks into the log of it. */
#define BH_OFFICE_OVERSEERS (BH_OFFICE_LEADER | BH_OFFICE_ADMIN)
#define BH_OFFICE_RELEASERS (BH_OFFICE_REVIEWER | BH_OFFICE_LEADER | BH_OFFICE_ADMIN)

struct _BhOffice {
  BhHub *hub;
  gboolean secure;
  GThreadPool *pool; /* calls wait for the disk and for Argon2, never on a thread of the server */

  GMutex case_lock; /* held while a case is put together */
  GMutex lock;
  BhIdSource ids;        /* under lock */
  GHashTable *peers;     /* under lock: address → BhPeerRate, sign-ins only (turn.c) */
  GHashTable *in_flight; /* under lock: key of a counter of failures → tries under way */
  char *dummy_verifier;  /* an unknown login costs as much as a known one */
};

/* One request while it is worked on, on one thread of the pool. */
typedef struct {
  BhOffice *office;
  BhHub *hub;
  BhDb *db; /* reader */
  BhKindSet *kinds;
  BhRequest *request; /* NULL once answered */
  const char *lang;   /* "zh" or "en" */
  json_t *body;       /* object, or NULL */
  json_t *more;       /* members of the answer to an error, or NULL */

  char *token_hash;
  char *csrf;
  char *staff; /* id */
  json_t *staff_values;
  guint roles; /* BhOfficeRole bits */

  char today[11];
  BhShown *shown;    /* records as the reader has them */
  GHashTable *names; /* id → title */
  BhAccess *access;  /* restricted records the answer shows; NULL while there are none */
} BhOfficeCall;

/* Works on a call: an object to answer with 200, or NULL with an error, or NULL without one when
 * it has answered itself (bh_office_take_request). */
typedef json_t *(*BhOfficeWork)(BhOfficeCall *call, GError **error);

/* --- office.c --- */
/* Hands the request to the pool. `roles`: who may; 0: works without a session. */
void bh_office_start(BhOffice *office, BhRequest *request, guint roles, BhOfficeWork work);
/* For work that answers by itself: the request, once what it shows of restricted records is in the
 * log. NULL with an error: nothing of it may be shown. */
BhRequest *bh_office_take_request(BhOfficeCall *call, GError **error);
void bh_office_make_id(BhOffice *office, char out[BH_ID_LEN + 1]);
gint64 bh_office_now_ms(BhOffice *office);

/* --- session.c --- */
const char *bh_office_cookie_name(const BhOffice *office);
/* Fills token_hash, csrf, staff, staff_values and roles from the cookie. FALSE with
 * BH_ERROR_EXPIRED when nobody is signed in. `touch`: it counts as activity. */
gboolean bh_office_load_session(BhOfficeCall *call, gboolean touch, GError **error);
/* Origin of the request is this page; FALSE with BH_ERROR_DENIED. */
gboolean bh_office_check_origin(BhOfficeCall *call, GError **error);
gboolean bh_office_check_csrf(BhOfficeCall *call, GError **error);
json_t *bh_office_sign_in(BhOfficeCall *call, GError **error);
/* Key for what the signed-in person typed and did not send, in hexadecimal; g_free
 * (draft.c). */
char *bh_office_dup_draft_key(BhOfficeCall *call, GError **error);
/* Who is signed in: {"staff":null} for nobody, so that asking is no error. */
json_t *bh_office_who(BhOfficeCall *call, GError **error);
json_t *bh_office_sign_out(BhOfficeCall *call, GError **error);

/* --- context.c: records as a condition and a reader see them --- */
/* Context of the signed-in actor; borrows `values` and the call. */
void bh_office_context(BhOfficeCall *call, const char *record, const json_t *values,
                       BhContext *context);
/* Shown values, or NULL when it is not here; borrowed from the call. */
const json_t *bh_office_values(BhOfficeCall *call, const char *record);
/* Ids of the children of a kind; NULL with an error, or without one when a page of 200
 * follows after `most`. */
GPtrArray *bh_office_list_children(BhOfficeCall *call, const char *parent, const char *kind,
                                   guint most, GError **error);
/* The checklist that a visit with these values names; NULL when it names none that can be read. */
BhChecklist *bh_office_load_checklist(BhOfficeCall *call, const json_t *values);
/* How the actor sees a record as it would be with these values: it lies where the actor's unit
 * serves, and its kind shows it. */
BhSight bh_office_get_sight(BhOfficeCall *call, const BhKind *kind, const char *record,
                            const json_t *values);
/* Whether the actor may see a stored record, which is then about to be shown that `way`
 * (access/access-log.h; NULL when it is not). */
gboolean bh_office_show(BhOfficeCall *call, const char *record, const char *way);
/* Whether the actor's unit serves a scope ("u:UNIT", "a:AREA", "all"; NULL: nowhere). */
gboolean bh_office_serves(BhOfficeCall *call, const char *scope);
/* Whether it serves the unit of a device. */
gboolean bh_office_serves_device(BhOfficeCall *call, const char *device);
/* Loads a record the actor may see: BH_ERROR_NOT_FOUND for any other, so that nobody learns what
 * there is. `way` as in bh_office_show. */
BhRecord *bh_office_load_visible(BhOfficeCall *call, const char *id, const char *way,
                                 GError **error);
/* bh_hub_list for the actor, of rows that are about to be shown. */
json_t *bh_office_list(BhOfficeCall *call, const json_t *query, GError **error);
/* Title of a record with these values, in the language of the call; g_free. */
char *bh_office_title(BhOfficeCall *call, const BhKind *kind, const json_t *values);
/* Title of a record; of one that is not here, or not for the actor, words that say so. Borrowed
 * from the call. */
const char *bh_office_name(BhOfficeCall *call, const char *record);
/* Value as people read it, refs by their titles; g_free. */
char *bh_office_format(BhOfficeCall *call, const BhField *field, const json_t *value);
/* Text member of the body, trimmed; "" when absent. BH_ERROR_LIMIT over `max` characters. g_free.
 */
char *bh_office_body_text(BhOfficeCall *call, const char *key, gsize max, GError **error);

/* --- access.c --- */
/* The answer is going to show a restricted record (access/access-log.h has the ways). */
void bh_office_note_access(BhOfficeCall *call, const char *record, const char *kind,
                           const char *way);
/* Before anything is answered: what it shows is in the log, durable. FALSE: it must not be shown.
 */
gboolean bh_office_log_access(BhOfficeCall *call, GError **error);
json_t *bh_office_access(BhOfficeCall *call, GError **error);

/* --- signed.c --- */
/* Lines in which a visit differs now from the text that was signed (bh_signed_text_dup_changes):
 * *changes, g_free, NULL for none, for what was not signed, and for a visit with too many records
 * to compare. Cost by what the visit holds. */
gboolean bh_office_find_signed_changes(BhOfficeCall *call, const char *id, const json_t *values,
                                       char **changes, GError **error);

/* --- the rest, one file per concept --- */
json_t *bh_office_head(BhOfficeCall *call, GError **error); /* inbox.c */
json_t *bh_office_inbox(BhOfficeCall *call, GError **error);
json_t *bh_office_enterprises(BhOfficeCall *call, GError **error);
json_t *bh_office_devices(BhOfficeCall *call, GError **error);
json_t *bh_office_revoke(BhOfficeCall *call, GError **error);
json_t *bh_office_filters(BhOfficeCall *call, GError **error);
/* How many rows ?list=inbox, enterprises or ledger has with the parameters of that list. */
json_t *bh_office_count(BhOfficeCall *call, GError **error);
json_t *bh_office_ledger(BhOfficeCall *call, GError **error); /* ledger.c */
json_t *bh_office_ledger_query(BhOfficeCall *call, GError **error);
json_t *bh_office_record(BhOfficeCall *call, GError **error);  /* record.c */
json_t *bh_office_history(BhOfficeCall *call, GError **error); /* history.c */
/* What came of a record, and of all below it, after the entry ?since: for whom it was changed
 * under the hands of. */
json_t *bh_office_news(BhOfficeCall *call, GError **error);
/* Waiting entries of devices the actor's unit serves, below *before, at most `limit`; *before moves
 * on, 0 when there are no more (quarantine.c). */
json_t *bh_office_list_held(BhOfficeCall *call, gint64 *before, int limit, GError **error);
/* What waits in quarantine, as the actor may read it (waiting.c). How one operation is seen
 * that a device sent; whether all that an entry sets of a record may be read (NULL: of all of its
 * records; of a body that cannot be read, the raw text). The role and the unit count as well. */
BhSight bh_office_get_waiting_sight(BhOfficeCall *call, const char *device, const BhOp *op);
gboolean bh_office_shows_waiting(BhOfficeCall *call, const BhEntryRow *row, const char *record);
gboolean bh_office_shows_waiting_at(BhOfficeCall *call, gint64 position, const char *record);
/* What a waiting entry is about: adds "kind_label", "title" and "enterprise" to a row, of the first
 * record it sets that the actor may see; "hidden" when there is none. */
void bh_office_add_subject(BhOfficeCall *call, const BhEntryRow *row, json_t *out);
/* A reason the hub keeps in its own words, for people: labels for codes, in the language of the
 * call; "" when it has no words for it. g_free (words.c). */
char *bh_office_held_words(BhOfficeCall *call, const char *message);
/* All that speaks against an act, in one text: `more` first (NULL: nothing), then BhProblem* of
 * `problems`. BH_ERROR_DENIED when one is about who acts, otherwise BH_ERROR_INVALID. */
void bh_office_set_problems(BhOfficeCall *call, const BhKind *kind, const GPtrArray *more,
                            const GPtrArray *problems, GError **error);
json_t *bh_office_quarantined(BhOfficeCall *call, GError **error);
json_t *bh_office_decide(BhOfficeCall *call, GError **error);
/* What speaks against a decision about a record ("on_return", "on_approve"): BhProblem*, empty when
 * nothing does. The writer judges it again. */
GPtrArray *bh_office_check_decision(BhOfficeCall *call, const char *id, const BhKind *kind,
                                    const char *event);
json_t *bh_office_review(BhOfficeCall *call, GError **error); /* act.c */
json_t *bh_office_transition(BhOfficeCall *call, GError **error);
json_t *bh_office_resolve(BhOfficeCall *call, GError **error);
json_t *bh_office_plaques(BhOfficeCall *call, GError **error); /* plaque.c */
json_t *bh_office_issue_plaques(BhOfficeCall *call, GError **error);
json_t *bh_office_plaque_svg(BhOfficeCall *call, GError **error);
json_t *bh_office_anomalies(BhOfficeCall *call, GError **error); /* anomaly.c */
json_t *bh_office_case(BhOfficeCall *call, GError **error);      /* case.c */
json_t *bh_office_file(BhOfficeCall *call, GError **error);      /* file.c */
void bh_office_page(BhRequest *request, gpointer data);

/* Lists (inbox.c): a row as the page shows it; a page of rows; a parameter of the request
 * put into the query of bh_hub_list when it is there. */
json_t *bh_office_row(BhOfficeCall *call, const json_t *row);
json_t *bh_office_list_rows(BhOfficeCall *call, const json_t *query, GError **error);
void bh_office_pass_query(BhOfficeCall *call, json_t *query, const char *name);
/* Every ledger a kind declares, as the page's filter names it (ledger.c). */
json_t *bh_office_list_ledgers(BhOfficeCall *call);
/* {"day","days"}: the day a record is due by, and how many days that is from today (negative:
 * overdue). NULL when it is not due. */
json_t *bh_office_due(BhOfficeCall *call, const BhKind *kind, const json_t *values);
/* The "files" of a record: its children of kind file, with "here". */
json_t *bh_office_files(BhOfficeCall *call, const char *record, GError **error);
/* Fields a transition asks for, as the page draws them. */
json_t *bh_office_form(BhOfficeCall *call, const BhKind *kind, const char *const *fields,
                       const json_t *values);

/* An SVG of a QR code: `size_mm` wide with its quiet zone, or NULL with an error. g_free. */
char *bh_office_qr_svg(const char *text, int size_mm, GError **error); /* qr.c */

G_END_DECLS
