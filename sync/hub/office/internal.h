/* Shared by the files of this folder: a call (one request), and the functions that answer it. */
#pragma once

#include "schema/checklist.h"
#include "schema/duty.h"
#include "schema/workflow.h"
#include "sync/hub/access/access.h"
#include "sync/hub/log/log.h"
#include "sync/hub/office/office.h"
#include "sync/hub/records/records.h"

G_BEGIN_DECLS

#define BH_OFFICE_PAGE_MAX 100    /* rows of a page of a list */
#define BH_OFFICE_COUNT_MAX 10000 /* rows that are counted; beyond it "more" is reported */
#define BH_OFFICE_LEDGER_ALL "*"  /* name of the list of all records of a kind */
#define BH_OFFICE_TEXT_MAX 2000   /* characters of a comment or reason */

/* Bit of call->duties that everybody has who may sign in, besides the bits of BhDuty. */
#define BH_OFFICE_ANYONE (1u << 30)

struct _BhOffice {
  BhHub *hub;
  gboolean secure;
  GThreadPool *pool; /* runs calls, which block on the disk and on Argon2 */

  struct _BhOfficeUploads *uploads; /* files that people are sending (upload.h) */

  GMutex case_lock; /* held while a case is exported, so that there is one export at a time */
  GMutex lock;
  BhIdSource ids;        /* makes ids; protected by `lock` */
  GHashTable *peers;     /* under lock: network → BhPeerRate, sign-ins only (attempt.c) */
  GHashTable *in_flight; /* under lock: key of a counter of failures → attempts in progress */
  char *dummy_verifier;  /* checked for an unknown login, so that it takes as long as a known one */
};

/* One request, on one thread of the pool. */
typedef struct {
  BhOffice *office;
  BhHub *hub;
  BhDb *db; /* a reader of the hub */
  BhKindSet *kinds;
  BhRequest *request; /* the HTTP request; NULL once it was answered */
  const char *lang;   /* language of the answer, "zh" or "en" */
  json_t *body;       /* JSON body of the request, an object; NULL: it has none */
  json_t *more;       /* further members of an error answer, or NULL */
  gboolean only_asks; /* the request changes nothing, although its method could */

  char *token_hash;
  char *csrf;
  char *staff; /* id of the signed-in person; NULL: nobody */
  json_t *staff_values;
  guint duties; /* bits of BhDuty of the signed-in person, and BH_OFFICE_ANYONE */

  char today[11];
  gint64 now_ms;
  BhSettingValues *settings; /* settings of the office, NULL: not read yet (bh_office_settings) */
  BhValueCache *cache;       /* records that the reader has loaded */
  GHashTable *names;         /* id of a record → its title */
  BhAccess *access;          /* restricted records that the answer shows; NULL: none so far */
} BhOfficeCall;

/* Answers a call. Returns an object (a new reference) to be sent with status 200; or NULL with an
 * error; or NULL without one when it answered the request itself (bh_office_take_request). */
typedef json_t *(*BhOfficeWork)(BhOfficeCall *call, GError **error);

/* --- office.c --- */
/* Queues a request for the pool. `duties`: bits of call->duties, of which the person needs one; 0:
 * no session is needed. `takes_bytes`: the body is application/octet-stream, not JSON. */
void bh_office_start(BhOffice *office, BhRequest *request, guint duties, gboolean takes_bytes,
                     BhOfficeWork work);
/* Returns the request to a BhOfficeWork that answers it itself, after the restricted records of the
 * answer were logged. NULL with an error: the log could not be written, and nothing may be
 * shown. */
BhRequest *bh_office_take_request(BhOfficeCall *call, GError **error);
/* Prepares a call in the language `lang` (static) without a request or a person;
 * bh_office_call_clear, also after a failure. FALSE with an error: there is no reader. */
gboolean bh_office_call_begin(BhOfficeCall *call, BhOffice *office, const char *lang,
                              GError **error);
/* Frees what the call holds, and gives its reader back. */
void bh_office_call_clear(BhOfficeCall *call);
/* A parameter in the path or in the query of the request; of a call without request (local.c) the
 * text member of the body. NULL: there is none. */
const char *bh_office_get_argument(BhOfficeCall *call, const char *name);
/* Makes a new id. Any thread. */
void bh_office_make_id(BhOffice *office, char out[BH_ID_LEN + 1]);
/* The hub's time in UTC milliseconds (log/clock.h). */
gint64 bh_office_now_ms(BhOffice *office);

/* --- session.c --- */
/* Sets the person of the call: staff, staff_values and duties. FALSE with BH_ERROR_DENIED when the
 * person is not in service or has no role of the office, BH_ERROR_NOT_FOUND when there is none. */
gboolean bh_office_load_staff(BhOfficeCall *call, const char *staff, GError **error);
/* Name of the session cookie; static. */
const char *bh_office_cookie_name(const BhOffice *office);
/* Fills token_hash, csrf, staff, staff_values and duties from the cookie. FALSE with
 * BH_ERROR_EXPIRED when nobody is signed in. `touch`: the request counts as activity. */
gboolean bh_office_load_session(BhOfficeCall *call, gboolean touch, GError **error);
/* Checks that the request was made by the office page: its Origin header must be the address of the
 * page. FALSE with BH_ERROR_DENIED. */
gboolean bh_office_check_origin(BhOfficeCall *call, GError **error);
/* Checks that the header X-Bihuan-Token is the token of the session (call->csrf). FALSE with
 * BH_ERROR_DENIED. */
gboolean bh_office_check_csrf(BhOfficeCall *call, GError **error);
/* POST session: signs in. */
json_t *bh_office_sign_in(BhOfficeCall *call, GError **error);
/* The key (hexadecimal, g_free) under which the page keeps texts that the person typed and did not
 * send (draft.c). */
char *bh_office_dup_draft_key(BhOfficeCall *call, GError **error);
/* GET session: who is signed in; {"staff":null} for nobody. */
json_t *bh_office_get_session(BhOfficeCall *call, GError **error);
/* DELETE session: signs out. */
json_t *bh_office_sign_out(BhOfficeCall *call, GError **error);

/* --- context.c: values, visibility and titles of records --- */
/* Fills the context for conditions with the signed-in person as the actor; borrows `values` and the
 * call. */
void bh_office_context(BhOfficeCall *call, const char *record, const json_t *values,
                       BhContext *context);
/* The shown values of a record, borrowed from the call; NULL when there is no such record. */
const json_t *bh_office_values(BhOfficeCall *call, const char *record);
/* Ids of the children of a kind (char*). NULL with an error; NULL without one when there are more
 * than `most` (counted in pages of 200). */
GPtrArray *bh_office_list_children(BhOfficeCall *call, const char *parent, const char *kind,
                                   guint most, GError **error);
/* The checklist that a record with these values refers to (bh_checklist_free); NULL when there is
 * none or it cannot be read. */
BhChecklist *bh_office_load_checklist(BhOfficeCall *call, const BhKind *kind, const json_t *values);
/* The visibility that a record with these values has for the signed-in person: by its scope and by
 * the "visible" of its kind. */
BhVisibility bh_office_get_visibility(BhOfficeCall *call, const BhKind *kind, const char *record,
                                      const json_t *values);
/* Whether the actor may see a stored record. If it is restricted, its showing is logged as `way`
 * (access/access-log.h); pass NULL if the record itself is not shown. */
gboolean bh_office_show(BhOfficeCall *call, const char *record, const char *way);
/* Whether the actor's unit serves a scope ("u:UNIT", "a:AREA", "all"; NULL: FALSE). */
gboolean bh_office_serves(BhOfficeCall *call, const char *scope);
/* Whether the actor's unit serves the unit of a device. */
gboolean bh_office_serves_device(BhOfficeCall *call, const char *device);
/* Loads a record that the actor may see (bh_record_free). BH_ERROR_NOT_FOUND for hidden records
 * too, so that they are not revealed. `way` as in bh_office_show. */
BhRecord *bh_office_load_visible(BhOfficeCall *call, const char *id, const char *way,
                                 GError **error);
/* Calls bh_hub_list for the actor, and notes its restricted rows for the access log. */
json_t *bh_office_list(BhOfficeCall *call, const json_t *query, GError **error);
/* Title of a record with these values, in the language of the call; g_free. */
char *bh_office_title(BhOfficeCall *call, const BhKind *kind, const json_t *values);
/* Title of a record, borrowed from the call. For a record that the hub does not have, or that the
 * actor may not see, a text that says so; "" for NULL. */
const char *bh_office_name(BhOfficeCall *call, const char *record);
/* Title of the record of the directory to which a record with these values refers (the enterprise
 * of a visit), borrowed from the call; "" when there is none. */
const char *bh_office_subject_name(BhOfficeCall *call, const BhKind *kind, const json_t *values);
/* Settings, calendar and code lists, read when they are first needed; borrowed. NULL: the store
 * failed. */
const BhSettingValues *bh_office_settings(BhOfficeCall *call);
/* A value as text for people, refs by their titles; g_free. */
char *bh_office_format(BhOfficeCall *call, const BhField *field, const json_t *value);
/* A text member of the body, trimmed (g_free); "" when absent. BH_ERROR_LIMIT for more than `max`
 * characters. */
char *bh_office_body_text(BhOfficeCall *call, const char *key, gsize max, GError **error);

/* --- ahead.c --- */
/* *count: copies of urgent entries (devices/ahead-store.h) of devices that the actor's unit serves.
 */
gboolean bh_office_count_ahead(BhOfficeCall *call, int *count, GError **error);
/* GET ahead: those copies. */
json_t *bh_office_ahead(BhOfficeCall *call, GError **error);

/* --- access.c --- */
/* Notes that the answer shows a restricted record in a `way` of access/access-log.h. */
void bh_office_note_access(BhOfficeCall *call, const char *record, const char *kind,
                           const char *way);
/* Writes the accesses noted by bh_office_note_access to the access log. Must be called before the
 * request is answered. FALSE: the rows are not durable, and nothing may be shown. */
gboolean bh_office_log_access(BhOfficeCall *call, GError **error);
/* GET access: a page of the access log. */
json_t *bh_office_access(BhOfficeCall *call, GError **error);

/* --- signed.c --- */
/* *changes (g_free): the lines in which a visit differs now from the text that was signed
 * (bh_signed_text_dup_changes). NULL when there are none, when it was not signed, and when it has
 * too many records to compare. Reads all records of the visit. */
gboolean bh_office_find_signed_changes(BhOfficeCall *call, const char *id, const json_t *values,
                                       char **changes, GError **error);

/* --- the rest, one file per concept. Functions of the type BhOfficeWork answer the request that
 * routes.c names; schema/openapi.yaml describes the answers. --- */

/* inbox.c */
json_t *bh_office_head(BhOfficeCall *call, GError **error);  /* GET head: polled by the page */
json_t *bh_office_inbox(BhOfficeCall *call, GError **error); /* GET inbox: a lane */
json_t *bh_office_enterprises(BhOfficeCall *call, GError **error); /* GET enterprises */
json_t *bh_office_devices(BhOfficeCall *call, GError **error);     /* GET devices */
json_t *bh_office_revoke(BhOfficeCall *call, GError **error);      /* POST devices/ID/revoke */
json_t *bh_office_filters(BhOfficeCall *call, GError **error);     /* GET filters of the lists */
/* GET count: how many rows the list in ?list (inbox, enterprises or ledger) has with the other
 * parameters of that list. */
json_t *bh_office_count(BhOfficeCall *call, GError **error);

/* ledger.c */
json_t *bh_office_ledger(BhOfficeCall *call, GError **error); /* GET ledger: a page of one */
/* Reads filters {indexed field or "state": text or [texts]}, each text as a person types it (a code
 * or a label, a date), into the values of "where" of a list query. NULL: no filters. A new
 * reference; NULL with an error that names the field. */
json_t *bh_office_read_where(BhOfficeCall *call, const BhKind *kind, const json_t *given,
                             GError **error);
/* Adds filters to a list query. Of a field that the query filters already, only the values that
 * both allow remain. */
void bh_office_narrow(json_t *query, const json_t *where);
/* The query for bh_hub_list of the ledger that the request names, a new reference. */
json_t *bh_office_ledger_query(BhOfficeCall *call, GError **error);

json_t *bh_office_record(BhOfficeCall *call, GError **error);  /* GET records/ID; record.c */
json_t *bh_office_history(BhOfficeCall *call, GError **error); /* GET records/ID/history */
/* GET records/ID/news: entries of a record, and of all below it, after the entry ?since, for a
 * person whose page is out of date (history.c). */
json_t *bh_office_news(BhOfficeCall *call, GError **error);
/* Entries in quarantine, of devices that the actor's unit serves, below position *before, at most
 * `limit`; a new reference. *before is advanced, 0 at the end (quarantine.c). */
json_t *bh_office_list_quarantine(BhOfficeCall *call, gint64 *before, int limit, GError **error);

/* The following functions judge what the actor may read of entries in quarantine
 * (quarantine-access.c). */
/* The visibility of the record of one quarantined operation for the actor; `device` sent the
 * operation. */
BhVisibility bh_office_get_quarantined_visibility(BhOfficeCall *call, const char *device,
                                                  const BhOp *op);
/* Whether the actor, by role, unit and visibility, may read all operations on `record` in an entry
 * (NULL: all its operations, or the raw text of a body that cannot be read). */
gboolean bh_office_may_read_quarantined(BhOfficeCall *call, const BhEntryRow *row,
                                        const char *record);
/* Like bh_office_may_read_quarantined, for the entry at a position of the log; FALSE also when the
 * store fails. */
gboolean bh_office_may_read_quarantined_at(BhOfficeCall *call, gint64 position, const char *record);
/* Adds to a row "kind_label", "title" and "enterprise" of the first record in the entry that the
 * actor may see; "hidden" when there is none. */
void bh_office_add_subject(BhOfficeCall *call, const BhEntryRow *row, json_t *out);
/* A reason of the hub (why an entry waits) in words for people, with labels instead of codes, in
 * the language of the call; "" when it has no words for it. g_free (words.c). */
char *bh_office_format_reason(BhOfficeCall *call, const char *message);
/* The text of one problem, in the language of the call; g_free. */
char *bh_office_format_problem(BhOfficeCall *call, const BhKind *kind, const BhProblem *problem);
/* The texts of `problems` (BhProblem*) in one, with the labels of their fields; g_free. */
char *bh_office_join_problems(BhOfficeCall *call, const BhKind *kind, const GPtrArray *problems);
/* Sets an error with the text of bh_office_join_problems. The answer of the request gets the member
 * "problems", [{"field","text"}], too. BH_ERROR_DENIED when one concerns the actor, else
 * BH_ERROR_INVALID. */
void bh_office_set_problems(BhOfficeCall *call, const BhKind *kind, const GPtrArray *problems,
                            GError **error);
/* Puts a refusal by the writer into words for people, if there are words for it. The answer gets
 * the member "problems" when the refusal names a field. */
void bh_office_explain(BhOfficeCall *call, GError **refused);
/* quarantine.c */
/* One operation of an entry that has no record yet, as the page shows it: {"record","kind",
 * "kind_label","title","rows":[{"key","label","text","bad","problem"}]}, with "hidden" and without
 * rows if the actor may not see it; a new reference. */
json_t *bh_office_describe_op(BhOfficeCall *call, const char *device, const BhOp *op);
json_t *bh_office_quarantined(BhOfficeCall *call, GError **error); /* GET quarantine/ID */
json_t *bh_office_decide(BhOfficeCall *call, GError **error);      /* POST: release or dismiss */

/* change.c */
/* A change of one record by the signed-in person. All members are borrowed. */
typedef struct {
  BhOfficeCall *call;
  const char *record;
  gboolean creates; /* there must be no record with this id yet */
  const char *key;  /* field whose heads must still be `heads`; NULL: not checked */
  /* ids of the entries that were the heads of `key` when the person saw the record */
  const json_t *heads;
  const char *covers;     /* newest entry of the record that the person saw; NULL: not checked */
  const json_t *ops;      /* as for bh_hub_append */
  const GPtrArray *files; /* uploads whose records `ops` makes (attach.c); NULL: none */
} BhOfficeChange;

/* Writes the change as one entry. {"entry","record"}, a new reference. NULL with BH_ERROR_CHAIN
 * when the record was changed since the person saw it, and with the error of the writer otherwise.
 */
json_t *bh_office_write_change(const BhOfficeChange *change, GError **error);
/* Whether `covers` is the newest entry of the record and the records below it; FALSE with
 * BH_ERROR_CHAIN when it is not. */
gboolean bh_office_is_newest(BhDb *db, const char *record, const char *covers, GError **error);
/* Sets the error (BH_ERROR_CHAIN) for a record that was changed meanwhile. */
void bh_office_set_changed(GError **error);

/* POST records/{id}/unseal: opens the sealed "field" for "reason" (unseal.c); {"record","field",
 * "text"}. */
json_t *bh_office_unseal(BhOfficeCall *call, GError **error);

/* act.c */
/* The acts on a record that are open to the person, but for those that the buttons of the review
 * take: [{"act","type","kind","kind_label","label","source"}], a new reference. */
json_t *bh_office_list_acts(BhOfficeCall *call, const BhKind *kind, const BhContext *context);
/* The records that the person can make at `from` (bh_act_list_creations), described in the same
 * way. */
json_t *bh_office_list_creations(BhOfficeCall *call, const char *from, const BhContext *origin);
json_t *bh_office_creations(BhOfficeCall *call, GError **error); /* GET creations */
/* Adds to `out` the group of the kind, {"group":{"at","label"}}; nothing for a kind without one. */
void bh_office_add_group(BhOfficeCall *call, const BhKind *kind, json_t *out);
json_t *bh_office_form(BhOfficeCall *call, GError **error);   /* POST form: for what was typed */
json_t *bh_office_create(BhOfficeCall *call, GError **error); /* POST records */
/* POST uploads: begins the upload of a file of a record that is to be made */
json_t *bh_office_begin_file(BhOfficeCall *call, GError **error);
json_t *bh_office_act(BhOfficeCall *call, GError **error);  /* POST records/ID/act */
json_t *bh_office_pick(BhOfficeCall *call, GError **error); /* GET pick; pick.c */

/* worksheet.c */
json_t *bh_office_worksheet(BhOfficeCall *call, GError **error); /* GET records/ID/worksheet */
json_t *bh_office_answer(BhOfficeCall *call, GError **error);    /* POST …: answers one item */

/* review.c */
/* The reasons against a decision about a record ("on_return", "on_approve"): BhProblem*, empty when
 * there are none. The writer judges the decision again. */
GPtrArray *bh_office_check_decision(BhOfficeCall *call, const char *id, const BhKind *kind,
                                    const char *event);
/* Adds to `ops` a review with the decision "step" if the person may review the record: a person who
 * takes a step has seen the record, so no other review is needed. Adds none for a record with an
 * open review, because the record remains returned until it is answered. */
gboolean bh_office_add_step_review(BhOfficeCall *call, const char *id, const BhKind *kind,
                                   const BhTransition *transition, const char *covers, json_t *ops,
                                   GError **error);
json_t *bh_office_review(BhOfficeCall *call, GError **error);  /* POST records/ID/review */
json_t *bh_office_resolve(BhOfficeCall *call, GError **error); /* POST …/resolve: a conflict */

/* attach.c */
json_t *bh_office_attach(BhOfficeCall *call, GError **error); /* POST records/ID/files: begins */
json_t *bh_office_attach_part(BhOfficeCall *call, GError **error);   /* PATCH uploads/ID: a part */
json_t *bh_office_attach_state(BhOfficeCall *call, GError **error);  /* GET uploads/ID */
json_t *bh_office_attach_cancel(BhOfficeCall *call, GError **error); /* DELETE uploads/ID */
/* Attaches the file of this machine that the body names ({"id","role","path","note"?}), for a call
 * without request. The answer is that of the last part of an upload. Blocks. */
json_t *bh_office_attach_path(BhOfficeCall *call, GError **error);
/* The same for a file of a record that is to be made; the id of the upload as a JSON string. */
json_t *bh_office_keep_path(BhOfficeCall *call, GError **error);
/* Begins an upload for the new record `record` of `kind`. Its bytes are kept until the record is
 * made, or nobody asked for them for BH_OFFICE_UPLOAD_IDLE_MS. */
json_t *bh_office_begin_for_new(BhOfficeCall *call, const char *record, const BhKind *kind,
                                GError **error);
/* Takes the uploads that the body names ("files") for the new record: BhOfficeUpload*, empty when
 * there are none. bh_office_release_files. NULL with an error, and none is taken. */
GPtrArray *bh_office_take_files(BhOfficeCall *call, const char *record, GError **error);
/* Gives the uploads back and frees the array; NULL is allowed. `is_over`: the record was made, and
 * has them. */
void bh_office_release_files(BhOfficeCall *call, GPtrArray *files, gboolean is_over);
/* The uploads as bh_act_check_files takes them; a new reference. */
json_t *bh_office_describe_files(const GPtrArray *files);
/* Adds operations that make the records of the files. */
void bh_office_add_file_ops(BhOfficeCall *call, const GPtrArray *files, json_t *ops);
/* Stores that the hub has the bytes of the files; on the writer thread, before the entry. */
gboolean bh_office_write_files(BhHub *hub, BhDb *db, const GPtrArray *files, GError **error);
/* Moves the bytes to their place; after the entry was accepted, so that a refused one leaves none
 * behind. When one of several cannot be moved, those before it are left; bihuan-hub doctor names
 * them. */
gboolean bh_office_place_files(BhHub *hub, const GPtrArray *files, GError **error);
/* The "attach" of a record: the roles in which files can be attached to it now, and limits. NULL
 * when there are none. */
json_t *bh_office_attachable(BhOfficeCall *call, const char *id, const BhKind *parent_kind);

/* plaque.c */
json_t *bh_office_plaques(BhOfficeCall *call, GError **error);       /* GET plaques: printed ones */
json_t *bh_office_issue_plaques(BhOfficeCall *call, GError **error); /* POST plaques */
json_t *bh_office_plaque_svg(BhOfficeCall *call, GError **error);    /* GET plaques/N/qr.svg */

json_t *bh_office_anomalies(BhOfficeCall *call, GError **error); /* GET anomalies; anomaly.c */
json_t *bh_office_numbers(BhOfficeCall *call, GError **error);   /* GET numbers; numbers.c */
json_t *bh_office_case(BhOfficeCall *call, GError **error);      /* GET records/ID/case; case.c */
json_t *bh_office_file(BhOfficeCall *call, GError **error); /* GET records/ID/files/…; file.c */
/* Handler of the page's own files, without a call; `data` is not used (file.c). */
void bh_office_page(BhRequest *request, gpointer data);

/* Lists (inbox.c); objects are new references. */
/* A row of bh_hub_list in the form in which the office page shows it. */
json_t *bh_office_row(BhOfficeCall *call, const json_t *row);
/* A page of rows (bh_office_row) for a query of bh_hub_list. */
json_t *bh_office_list_rows(BhOfficeCall *call, const json_t *query, GError **error);
/* Copies a parameter of the request into a query of bh_hub_list, if the request has the
 * parameter. */
void bh_office_pass_query(BhOfficeCall *call, json_t *query, const char *name);
/* All ledgers that kinds declare, for the filter of the page (ledger.c). */
json_t *bh_office_list_ledgers(BhOfficeCall *call);
/* When a record is due, as bh_due_to_json.
 * NULL when the record has no due day (ledger.c). */
json_t *bh_office_due(BhOfficeCall *call, const BhKind *kind, const char *record,
                      const json_t *values);
/* The "files" of a record: its children of kind file, with "here" (the hub has the bytes). */
json_t *bh_office_files(BhOfficeCall *call, const char *record, GError **error);

/* An SVG of a QR code (g_free), `size_mm` wide including the quiet zone; NULL with an error (qr.c).
 */
char *bh_office_qr_svg(const char *text, int size_mm, GError **error);

G_END_DECLS
