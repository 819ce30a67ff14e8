/* A device store in a temporary directory, enrolled at a hub that exists only as JSON: clocks that
 * can be set, the shipped kinds, two people, an enterprise. */
#pragma once

#include "sync/device/store/outbox.h"
#include "tests/schema/support.h"

#define PIN_OF_LI "2468"
#define PIN_OF_WANG "1357"

typedef struct {
  gint64 wall_ms;
  gint64 boot_ms;
  char boot_id[BH_ID_LEN + 1];
} StoreClock;

typedef struct {
  char *dir;
  StoreClock time;
  BhClock clock;
  BhRandom random;
  TestRandom bytes;
  BhDevice *device;
  guint hub_entries; /* number of entry ids that the hub has made so far */
  char hub[BH_ID_LEN + 1];
  guint8 hub_key[BH_PUBLIC_KEY_SIZE], hub_secret[BH_SECRET_KEY_SIZE]; /* after fixture_enrol */
  char li[BH_ID_LEN + 1];                                             /* inspector */
  char wang[BH_ID_LEN + 1];                                           /* inspector */
  char unit[BH_ID_LEN + 1];
  char enterprise[BH_ID_LEN + 1];
} Fixture;

/* Makes an enrolled store with kinds, staff and the first records. */
Fixture *fixture_new(void);
void fixture_free(Fixture *fixture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)
/* Makes a store that is open but not enrolled. */
Fixture *fixture_new_bare(void);
void fixture_enrol(Fixture *fixture);
/* Closes the store and opens it again, as after a restart of the program (fixture_reopen) or of the
 * machine (fixture_reboot). */
void fixture_reopen(Fixture *fixture);
void fixture_reboot(Fixture *fixture);

/* Stores a sealed box with both people, who have no PIN. */
void fixture_give_staff(Fixture *fixture);
/* As fixture_give_staff, with the PINs PIN_OF_LI and PIN_OF_WANG. Nothing can be saved in a
 * person's name before that person signs in. */
void fixture_give_pins(Fixture *fixture);
/* Returns a snapshot as the hub sends it. One entry of the hub sets all of {key: value}. */
json_t *fixture_snapshot(Fixture *fixture, const char *id, const char *kind, json_t *set);
/* Applies a page of changes. Steals `records` (array of snapshots); members of `more` (stolen, may
 * be NULL) replace members of the page. */
void fixture_pull(Fixture *fixture, json_t *records, json_t *more);

/* Returns [{"record","kind","set"}], with `set` stolen. */
json_t *fixture_ops(const char *record, const char *kind, json_t *set);
/* Saves one operation by Li, `set` stolen; must succeed. Returns the entry id. */
char *fixture_save(Fixture *fixture, const char *record, const char *kind, json_t *set);
/* Saves `n` entries, each with another address of the enterprise. */
void fixture_save_addresses(Fixture *fixture, int n);
/* Saves an inspection on site, made by Li; fills `id`. */
void fixture_inspect(Fixture *fixture, char id[BH_ID_LEN + 1]);
/* The value of a key in a record; a new reference, NULL when it has none. */
json_t *fixture_value(Fixture *fixture, const char *record, const char *key);
#define assert_value(fixture, record, key, wanted)                                                 \
  do {                                                                                             \
    g_autoptr(json_t) found_value = fixture_value(fixture, record, key);                           \
    assert_non_null(found_value);                                                                  \
    assert_string_equal(json_string_value(found_value), wanted);                                   \
  } while (0)
gint64 fixture_status(Fixture *fixture, const char *counter);
/* Acknowledges own entries up to `seq` as the hub would. */
void fixture_acknowledge(Fixture *fixture, gint64 seq);
/* fixture_read_entry returns the own entry at `seq` of the current incarnation as it would be sent;
 * fixture_read_body returns its body, parsed. */
BhEntryText *fixture_read_entry(Fixture *fixture, gint64 seq);
BhBody *fixture_read_body(Fixture *fixture, gint64 seq);
/* Hash of the own envelope at `seq` of the current incarnation; g_free. */
char *fixture_hash(Fixture *fixture, gint64 seq);
/* Adds a picture of `size` bytes to a store, with other bytes for each `seed`. Returns the values
 * of the file's record. */
json_t *fixture_picture_of(BhDevice *device, gsize size, guint seed);
/* As fixture_picture_of, for the store of the fixture. Returns the hash. */
char *fixture_add_picture(Fixture *fixture, gsize size, guint seed);
