/* A real hub in a temporary directory, served over TLS on a loopback port, and devices that talk to
 * it with libcurl and the hub's pinned key. Every unexpected result fails the test. */
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
  gboolean is_kept;              /* do not remove the folder */
  BhClock clock;
} HubFixture;

/* Returns the id of a person in the samples ("staff-li"). */
void test_sample_id(const char *name, char id[BH_ID_LEN + 1]);
/* Releases a covert visit to everybody, or hides it again, as the office does. */
void test_set_released(HubFixture *fixture, const char *visit, gboolean released);
/* Makes an inspector of a unit. */
void test_add_inspector(HubFixture *fixture, const char *unit, char id[BH_ID_LEN + 1]);

/* SQL that undoes the migrations of a hub's store from 0008 on, for tests of older stores. Add
 * each new migration here. */
#define UNDO_FROM_0013                                                                             \
  "DROP INDEX record_code; DROP TRIGGER ahead_arrived; DROP TABLE ahead; DELETE FROM counter "     \
  "WHERE name = 'settings';"                                                                       \
  "DROP TABLE sealed; DROP TABLE access_reason;"                                                   \
  "DROP TABLE due_pending; DROP INDEX record_setting; DROP TABLE number_block; DROP TABLE "        \
  "number_used; DROP TABLE number_chain;"                                                          \
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

/* Makes every write of this process to a file fail, or succeed again. */
void test_fill_disk(gboolean full);

/* For cmocka: makes a hub as the state of one test. */
int set_up(void **state);
/* For cmocka: frees that hub. */
int tear_down(void **state);

/* A served hub with the sample data. hub_fixture_free. */
HubFixture *hub_fixture_new(void);
/* A hub without a server, for tests that need only the store. */
HubFixture *hub_fixture_new_store(void);
/* Opens or makes a store in a directory that is not removed. */
HubFixture *hub_fixture_keep_store(const char *dir);
void hub_fixture_free(HubFixture *fixture);
/* Stops the server and closes the store; hub_fixture_start opens it again. */
void hub_fixture_stop(HubFixture *fixture);
/* Opens the store and starts the server again. */
void hub_fixture_start(HubFixture *fixture);
/* Stops the hub, changes its store by `sql` and starts it again. */
void hub_fixture_change_store(HubFixture *fixture, const char *sql);

typedef struct {
  HubFixture *fixture;
  BhSigner *signer;
  char *token;
  char unit[BH_ID_LEN + 1];
  /* The hub accepts entries of this person without the person's signature. */
  char let[BH_ID_LEN + 1];
  /* Entries are signed with person_key; without a signature of the person if that is all 0. */
  gboolean with_key;
  guint8 person_key[BH_SECRET_KEY_SIZE];
  /* The actor of entries: an inspector of the unit, unless a test sets another person. */
  char actor[BH_ID_LEN + 1];
  char kinds[BH_HASH_HEX_LEN + 1];
  gint64 seq;
  char prev[BH_HASH_HEX_LEN + 1];
  BhIdSource ids;
  char last_entry[BH_ID_LEN + 1];
  gint64 skew_ms;    /* added to its clock */
  BhEntryClock says; /* its hub_ms, hub_boot_ms and hub_sig are put into the entries */
  void *kept;        /* CURL handle of a kept connection; NULL: a new connection for each request */
} TestDevice;

TestDevice *test_device_new(HubFixture *fixture, const char *unit);
void test_device_free(TestDevice *device);
/* Uses one connection for all requests from now on; they must come from one thread at a time. */
void test_device_keep_connection(TestDevice *device);
/* Sets the PIN of a person at the hub. */
void test_set_pin(HubFixture *fixture, const char *staff, const char *pin);
/* Opens the signing key of a person with the PIN. */
void test_open_key(HubFixture *fixture, const char *staff, const char *pin,
                   guint8 key[BH_SECRET_KEY_SIZE]);
/* Makes the hub accept entries of the device's actor without a signature of the person, unless
 * `with_key`. Not on the writer thread. */
void test_device_let(TestDevice *device);
void test_device_make_id(TestDevice *device, char id[BH_ID_LEN + 1]);
/* Makes the next entry of the chain from a body. */
BhEntryText *test_device_seal(TestDevice *device, const char *body, const char *openings);
/* Makes the next entry, with one operation. `set` is stolen. `was`: NULL, or one entry id for
 * every key. */
BhEntryText *test_device_entry(TestDevice *device, const char *record, const char *kind,
                               json_t *set, const char *was);
/* Makes an entry that makes an enterprise with all required fields. */
BhEntryText *test_device_enterprise(TestDevice *device, const char *record, const char *name,
                                    const char *area);
/* Returns the text of such a body, which is not sealed; g_free. */
char *test_device_body(TestDevice *device, const char *entry_id, const char *record,
                       const char *kind, json_t *set, const char *was, char **openings);
void test_device_new_incarnation(TestDevice *device);

typedef struct {
  long status; /* HTTP status; 0: no answer */
  json_t *json;
  GString *body;
  GHashTable *headers; /* names in lower case */
  gsize bytes_out;     /* bytes sent, headers included */
  gsize bytes_in;
} Answer;

void answer_free(Answer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answer, answer_free)
/* Fails the test with both statuses and the answer of the hub. */
void assert_status(const Answer *answer, long status);
/* Sends a request. `headers`: NULL, or "Name: value" lines, NULL-terminated. `device` NULL: without
 * a token. */
Answer *test_send(HubFixture *fixture, TestDevice *device, const char *method, const char *path,
                  const char *const *headers, const void *body, gssize len);
Answer *test_push_text(TestDevice *device, const char *text, gssize len);
/* Pushes entries (NULL-terminated) and frees them. */
Answer *test_push(TestDevice *device, BhEntryText *first, ...) G_GNUC_NULL_TERMINATED;
/* Pulls all pages of the feed from `cursor` (NULL: from the beginning) as one object. */
json_t *test_pull(TestDevice *device, const char *cursor);
/* Returns the snapshot of a record in a pull, borrowed; NULL when the pull does not contain it. */
json_t *test_find_record(const json_t *changes, const char *id);
const char *test_error_code(const Answer *answer);
/* Returns the value of the first head of a key. */
json_t *test_head_value(const json_t *snapshot, const char *key);

/* Replaces the random request id in an answer by a fixed one, so that answers can be compared. */
void test_level_request(GString *body);
