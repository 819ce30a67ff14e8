/* The collector's window over a real store, for tests that hold back the store's answers and
 * deliver them one at a time, in any order, twice, as an error, or never. Main thread. */
#pragma once

#include "app/window.h"
#include "tests/sync/device/fixture.h"

typedef struct {
  Fixture *fixture;
  BhWorker *worker;
  BhSession *session;
  BhWindow *window;
  GPtrArray *late;  /* BhLateAnswer*: all answers that were held so far, oldest first */
  guint answers;    /* number of answers so far, held ones included, except those to "status" */
  const char *held; /* as `method` of world_hold */
} World;

/* Two people (Li, Wang), two checklists of four items in two sections, two enterprises, and Li's
 * inspection of the first enterprise with Wang, which is on site and was returned by a review. The
 * window shows the sign-in page. Free with world_free. */
World *world_new(void);
/* Like world_new, but Li and Wang have PINs (PIN_OF_LI, PIN_OF_WANG): the store refuses their
 * entries until they sign in. */
World *world_new_with_pins(void);
void world_free(World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

#define INSPECTION 0xc0 /* numbers of the records, from which test_id makes their ids */
#define CHECKLIST 0xc1
#define REVIEW 0xd0     /* an open review of the inspection */
#define ENTERPRISE 0xd1 /* an enterprise that is not visited: 样例甲餐馆 */
#define CHECKLIST_OF_FIRE 0xd2

/* Makes Li the actor and opens `page` (taken over). */
void world_show(World *world, BhPage *page);
/* Waits until the store has nothing to do and its answers were delivered or held. */
void world_settle(World *world);

/* From now on holds the answers whose bh_late_answer_get_name is `method`; "*": all answers except
 * "status"; NULL: none. */
void world_hold(World *world, const char *method);
/* Number of answers held since world_new. */
guint world_count_held(World *world);
/* Delivers all held answers, the newest first when `backwards`, and then the held answers that
 * result from these. */
void world_deliver_all(World *world, gboolean backwards);
/* Delivers the held answer `number` (from 0); with `code` ≥ 0 the page gets an error with that code
 * instead. The same answer can be delivered again. */
void world_deliver(World *world, guint number, int code);

/* The visible control with this id: world_find fails the test without one, world_try_find returns
 * NULL. */
GtkWidget *world_find(World *world, const char *id);
GtkWidget *world_try_find(World *world, const char *id);
/* Taps a control. FALSE when the control accepts no taps now. */
gboolean world_tap(World *world, const char *id);
/* Taps a control also when it accepts no taps, as a tap that was on its way does. */
void world_force_tap(World *world, const char *id);
void world_type(World *world, const char *id, const char *text);
const char *world_get_text(World *world, const char *id);
/* Text of the toast; "" when it is hidden. */
const char *world_get_toast(World *world);
/* Calls a method of service.h as another program does; `params` is taken over, new reference. */
json_t *world_call(World *world, const char *method, json_t *params);
/* Stores a snapshot of one record as if the hub had sent it; `set` is taken over. */
void world_pull(World *world, guint id, const char *kind, json_t *set);
/* Callback of bh_worker_run_async that sets the gboolean in `data`. */
void world_on_reached(GObject *source, GAsyncResult *result, gpointer data);
/* Rows of a kind below the inspection, as bh_device_list gives them; new reference. */
json_t *world_list(World *world, const char *kind);
/* A value of the inspection; new reference, NULL when there is none. */
json_t *world_value(World *world, const char *key);
