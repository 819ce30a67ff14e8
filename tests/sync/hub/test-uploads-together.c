/* Many photos at once wait for the disk together, and other requests do not wait for them. */
#include "photo.h"

#include <string.h>

#include "sync/hub/devices/uploads.h"
#include "sync/hub/log/file-path.h"

#define PHOTOS 12 /* far more than the server has threads */
#define PATIENCE_US (20 * G_USEC_PER_SEC)

typedef struct {
  Photo *photos[PHOTOS];
  GThread *threads[PHOTOS];
  GMutex lock;
  GCond wake;
  gboolean may_go_on; /* the writer is blocked by the scene until then; under the lock */
} Scene;

static gboolean hold_writer(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub, (void)db, (void)error;
  Scene *scene = data;
  g_mutex_lock(&scene->lock);
  while (!scene->may_go_on)
    g_cond_wait(&scene->wake, &scene->lock);
  g_mutex_unlock(&scene->lock);
  return TRUE;
}

static void release_writer(Scene *scene)
{
  g_mutex_lock(&scene->lock);
  scene->may_go_on = TRUE;
  g_cond_signal(&scene->wake);
  g_mutex_unlock(&scene->lock);
}

static gpointer send_photo(gpointer data)
{
  Photo *photo = data;
  return photo_create_with(photo, photo->sha, photo->size, photo->bytes, photo->size, photo->bytes);
}

static int count_in_place(const HubFixture *fixture, const Scene *scene)
{
  int count = 0;
  for (int i = 0; i < PHOTOS; i++) {
    g_autofree char *path = bh_file_path_make(fixture->dir, scene->photos[i]->sha);
    count += g_file_test(path, G_FILE_TEST_EXISTS);
  }
  return count;
}

/* Nothing is asserted until the writer is free again, because a failure could not stop the fixture.
 */
static void test_photos_that_come_at_once_share_a_commit_and_block_nobody(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = {0};
  guint64 commits[2], pieces[2];
  long other = 0;
  g_mutex_init(&scene.lock);
  g_cond_init(&scene.wake);
  for (int i = 0; i < PHOTOS; i++)
    scene.photos[i] = photo_declare(fixture, 2500);
  TestDevice *reader = test_device_new(fixture, fixture->township);
  bh_hub_count_commits(fixture->hub, &commits[0], &pieces[0]);
  bh_hub_submit(fixture->hub, hold_writer, NULL, &scene);
  for (int i = 0; i < PHOTOS; i++)
    scene.threads[i] = g_thread_new("photo", send_photo, scene.photos[i]);

  gint64 until_us = g_get_monotonic_time() + PATIENCE_US;
  while (count_in_place(fixture, &scene) < PHOTOS && g_get_monotonic_time() < until_us)
    g_usleep(2000);
  int in_place = count_in_place(fixture, &scene);
  if (in_place == PHOTOS) {
    g_autofree char *path = g_strconcat("/v1/head?incarnation=", reader->signer->incarnation, NULL);
    g_autoptr(Answer) head = test_send(fixture, reader, "GET", path, NULL, NULL, -1);
    other = head->status;
  }
  release_writer(&scene);

  for (int i = 0; i < PHOTOS; i++) {
    g_autoptr(Answer) answer = g_thread_join(scene.threads[i]);
    assert_status(answer, 201);
    assert_string_equal(answer_header(answer, "upload-offset"), "2500");
    photo_free(scene.photos[i]);
  }
  assert_int_equal(in_place, PHOTOS);
  assert_int_equal(other, 200);
  bh_hub_count_commits(fixture->hub, &commits[1], &pieces[1]);
  assert_int_equal(pieces[1] - pieces[0], PHOTOS + 1);
  /* One commit for the piece that blocked the writer, one for all others; a late one has its own.
   */
  assert_in_range(commits[1] - commits[0], 1, 3);
  test_device_free(reader);
  g_mutex_clear(&scene.lock);
  g_cond_clear(&scene.wake);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_photos_that_come_at_once_share_a_commit_and_block_nobody,
                                      set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
