/* A real hub in a temporary directory, served over TLS on a loopback port, and devices that talk to
 * it through libcurl with the hub's key pinned. Everything fails the test on the first surprise. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/entry.h"
#include "sync/hub/devices/devices.h"
#include "sync/hub/hub.h"

typedef struct {
  char *dir;
  BhHub *hub;
  BhDeviceApi *api;
  BhHttp *http;
  char *url;
  char *pin;                     /* for libcurl */
  char county[BH_ID_LEN + 1];    /* unit of 140603 */
  char township[BH_ID_LEN + 1];  /* unit of 140603100 */
  char province[BH_ID_LEN + 1];  /* unit of 140000 */
  char inspector[BH_ID_LEN + 1]; /* of the township */
  gint64 skew_ms;                /* added to the hub's clock */
  gboolean is_kept;              /* the folder stays */
  BhClock clock;
} HubFixture;

/* Staff of the samples ("staff-li"). */
void test_sample_id(const char *name, char id[BH_ID_LEN + 1]);
/* The office opens a covert visit to everybody, or closes it again. */
void test_set_released(HubFixture *fixture, const char *visit, gboolean released);
/* A new inspector of a unit. */
void test_add_inspector(HubFixture *fixture, const char *unit, char id[BH_ID_LEN + 1]);

/* Undoes the migrations of a hub's store from 0008 on; each new one is added here. */
#define UNDO_FROM_0013                                                                             \
  "ALTER TABLE entry DROP COLUMN doubted; DROP TABLE index_pending; DROP TABLE listed;"            \
  "DROP TABLE search; DROP TABLE field_value;"                                                     \
  "CREATE VIRTUAL TABLE search USING fts5 (grams);"                                                \
  "CREATE TABLE field_value (kind TEXT, field TEXT, value TEXT, record INTEGER);"                  \
  "CREATE INDEX record_kind ON record (kind, position);"                                           \
  "CREATE INDEX record_title ON record (kind, title);"                                             \
  "CREATE INDEX record_review ON record (review, position) WHERE review IS NOT NULL;"              \
  "CREATE INDEX record_conflict ON record (position) WHERE conflict = 1;"                          \
  "CREATE INDEX record_restriction ON record (kind, restriction) WHERE restriction > '';"
#define UNDO_FROM_0008                                                                             \
  UNDO_FROM_0013                                                                                   \
  "ALTER TABLE entry DROP COLUMN signed_ms; ALTER TABLE incarnation DROP COLUMN signed_ms;"        \
  "DROP TABLE awaited;"                                                                            \
  "DROP INDEX record_restriction; ALTER TABLE record DROP COLUMN restriction;"                     \
  "DROP TABLE office_known; DROP TABLE person_seal; DROP TABLE person_key;"                        \
  "CREATE TABLE staff_pin (staff TEXT, verifier TEXT, set_ms INTEGER);"

/* Every write of this process to a file fails from now on, or no longer. */
void test_fill_disk(gboolean full);

/* For cmocka: a hub as the state of one test. */
int set_up(void **state);
int tear_down(void **state);

HubFixture *hub_fixture_new(void);
/* Without server: for what needs only the store. */
HubFixture *hub_fixture_new_store(void);
/* The same in a folder that stays; a store that is there is opened. */
HubFixture *hub_fixture_keep_store(const char *dir);
void hub_fixture_free(HubFixture *fixture);
void hub_fixture_stop(HubFixture *fixture); /* server and store */
void hub_fixture_start(HubFixture *fixture);
/* Stops it, changes its store by `sql` and starts it again. */
void hub_fixture_change_store(HubFixture *fixture, const char *sql);

typedef struct {
  HubFixture *fixture;
  BhSigner *signer;
  char *token;
  char unit[BH_ID_LEN + 1];
  char let[BH_ID_LEN + 1]; /* of whom the hub takes entries without their signature */
  gboolean with_key; /* … but for entries signed with person_key, or with none when it is 0 */
  guint8 person_key[BH_SECRET_KEY_SIZE];
  char actor[BH_ID_LEN + 1]; /* inspector of the unit, who acts unless a test says otherwise */
  char kinds[BH_HASH_HEX_LEN + 1];
  gint64 seq;
  char prev[BH_HASH_HEX_LEN + 1];
  BhIdSource ids;
  char last_entry[BH_ID_LEN + 1];
  gint64 skew_ms;    /* added to its clock */
  BhEntryClock says; /* hub_ms, hub_boot_ms and hub_sig of these go into its entries */
  void *kept;        /* CURL: its connection, kept between requests; NULL: a new one for each */
} TestDevice;

TestDevice *test_device_new(HubFixture *fixture, const char *unit);
void test_device_free(TestDevice *device);
/* One connection for all its requests from now on, which then come from one thread at a time. */
void test_device_keep_connection(TestDevice *device);
/* Gives a person a PIN at the hub; what it opens. */
void test_set_pin(HubFixture *fixture, const char *staff, const char *pin);
void test_open_key(HubFixture *fixture, const char *staff, const char *pin,
                   guint8 key[BH_SECRET_KEY_SIZE]);
/* Has the hub take entries of the device's actor without their signature, unless `with_key`. Not on
 * the writer. */
void test_device_let(TestDevice *device);
void test_device_make_id(TestDevice *device, char id[BH_ID_LEN + 1]);
/* Seals a body as the next envelope of the chain. */
BhEntryText *test_device_seal(TestDevice *device, const char *body, const char *openings);
/* The next entry: one operation; `set` is stolen; `was` NULL or one entry id for every key. */
BhEntryText *test_device_entry(TestDevice *device, const char *record, const char *kind,
                               json_t *set, const char *was);
/* An entry that makes a complete enterprise. */
BhEntryText *test_device_enterprise(TestDevice *device, const char *record, const char *name,
                                    const char *area);
/* The body text of such an entry, without sealing it; g_free. */
char *test_device_body(TestDevice *device, const char *entry_id, const char *record,
                       const char *kind, json_t *set, const char *was, char **openings);
void test_device_new_incarnation(TestDevice *device);

typedef struct {
  long status; /* 0: no answer */
  json_t *json;
  GString *body;
  GHashTable *headers; /* lower case */
  gsize bytes_out;     /* with headers */
  gsize bytes_in;
} Answer;

void answer_free(Answer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answer, answer_free)
/* Fails the test naming both and what the hub said. */
void assert_status(const Answer *answer, long status);
/* Sends; `headers` is NULL or "Name: value" lines, NULL-terminated. `device` NULL: no token. */
Answer *test_send(HubFixture *fixture, TestDevice *device, const char *method, const char *path,
                  const char *const *headers, const void *body, gssize len);
Answer *test_push_text(TestDevice *device, const char *text, gssize len);
/* Pushes entries (freed), NULL-terminated. */
Answer *test_push(TestDevice *device, BhEntryText *first, ...) G_GNUC_NULL_TERMINATED;
/* All pages of the feed from `cursor` (NULL: the beginning) as one object. */
json_t *test_pull(TestDevice *device, const char *cursor);
/* The snapshot of a record in a pull, borrowed; NULL when it is not there. */
json_t *test_find_record(const json_t *changes, const char *id);
const char *test_error_code(const Answer *answer);
/* Rows of the first head of a key. */
json_t *test_head_value(const json_t *snapshot, const char *key);

/* The id of a request is random: makes it the same in every answer, so that answers compare. */
void test_level_request(GString *body);
