/* The collector's window over a real store, with the store's answers in the test's hands: held
 * back, let go one at a time, in any order, twice, as an error, or never. Main thread. */
#pragma once

#include "app/window.h"
#include "tests/sync/device/fixture.h"

typedef struct {
  Fixture *fixture;
  BhWorker *worker;
  BhSession *session;
  BhWindow *window;
  GPtrArray *late;  /* BhLateAnswer*, oldest first; NULL where it was let go */
  guint answers;    /* that the store gave so far but to "status", held ones too */
  const char *held; /* method whose answers are held, "*": all; NULL: all come at once */
} World;

/* Two people (Li, Wang), two lists of four items in two sections, two enterprises, and Li's
 * inspection of the first with Wang, on site and returned. The window shows the face tiles. */
World *world_new(void);
/* Both people have their PINs (PIN_OF_LI, PIN_OF_WANG) and save nothing before they signed in. */
World *world_new_with_pins(void);
void world_free(World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

#define INSPECTION 0xc0 /* test_id numbers of the records */
#define CHECKLIST 0xc1
#define REVIEW 0xd0     /* open, of the inspection */
#define ENTERPRISE 0xd1 /* another one: 样例甲餐馆 */
#define CHECKLIST_OF_FIRE 0xd2

/* Li is signed in and sees `page` (taken over). */
void world_show(World *world, BhPage *page);
/* The store has nothing to do any more, and what it answered has arrived or is held. */
void world_settle(World *world);

/* Answers of `method` (bh_late_answer_get_name; "*": of all but "status") are held from now on;
 * NULL: none. */
void world_hold(World *world, const char *method);
/* Number of answers held since world_new. */
guint world_count_held(World *world);
/* Lets all of them arrive, the newest first when `backwards`, and what they lead to. */
void world_deliver_all(World *world, gboolean backwards);
/* Lets the held answer arrive; with `code` ≥ 0 it is that error. It stays and can come again. */
void world_deliver(World *world, guint number, int code);

/* The control with this id on what is shown, fails when there is none; NULL-safe look. */
GtkWidget *world_find(World *world, const char *id);
GtkWidget *world_look(World *world, const char *id);
/* As a finger does: FALSE when the control takes no taps. */
gboolean world_tap(World *world, const char *id);
/* As if the tap had been on its way already: even where no tap is taken. */
void world_force(World *world, const char *id);
void world_type(World *world, const char *id, const char *text);
const char *world_text(World *world, const char *id);
/* What the strip at the bottom says; "" when it is hidden. */
const char *world_said(World *world);
/* A call of service.h past the window, as another program makes it; `params` stolen, new reference.
 */
json_t *world_call(World *world, const char *method, json_t *params);
/* The hub sends a snapshot of one record; `set` stolen. */
void world_pull(World *world, guint id, const char *kind, json_t *set);
/* Callback of bh_worker_run_async that sets the gboolean in `data`. */
void world_on_reached(GObject *source, GAsyncResult *result, gpointer data);
/* Rows of a kind below the inspection, as bh_device_list gives them; new reference. */
json_t *world_list(World *world, const char *kind);
/* A value of the inspection; new reference, NULL when there is none. */
json_t *world_value(World *world, const char *key);
