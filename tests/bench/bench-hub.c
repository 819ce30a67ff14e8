#include "bench-hub.h"

#include <string.h>
#include <time.h>

#include "sync/hub/log/log.h"
#include "sync/hub/log/person-store.h"

#define PIN "246810"

Span bench_now(void)
{
  struct timespec cpu;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  return (Span){.wall = (double)g_get_monotonic_time() / 1e6,
                .cpu = (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9};
}

Span bench_since(Span start)
{
  Span end = bench_now();
  return (Span){.wall = end.wall - start.wall, .cpu = end.cpu - start.cpu};
}

gint64 bench_get_written(void)
{
  g_autofree char *text = NULL;
  assert_true(g_file_get_contents("/proc/self/io", &text, NULL, NULL));
  const char *at = strstr(text, "\nwrite_bytes: ");
  return at != NULL ? g_ascii_strtoll(at + strlen("\nwrite_bytes: "), NULL, 10) : 0;
}

void bench_get_counters(HubFixture *fixture, gint64 *position, gint64 *record)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  assert_true(bh_log_get_counter(db, "position", position, &error));
  assert_true(bh_log_get_counter(db, "record", record, &error));
  bh_hub_release_reader(fixture->hub, db);
}

static gboolean has_pin(HubFixture *fixture, const char *person)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autofree char *seal = bh_person_store_dup_seal(db, person, &error);
  bh_hub_release_reader(fixture->hub, db);
  return seal != NULL;
}

/* A new PIN would be a new key: it is set once for all devices on which the person acts. */
TestDevice *bench_device_new(HubFixture *fixture)
{
  TestDevice *device = test_device_new(fixture, fixture->township);
  device->with_key = TRUE;
  if (!has_pin(fixture, device->actor))
    test_set_pin(fixture, device->actor, PIN);
  test_open_key(fixture, device->actor, PIN, device->person_key);
  return device;
}

json_t *bench_visit(TestDevice *device, const char *enterprise)
{
  return json_pack("{s:s, s:[s], s:s, s:s, s:s}", "enterprise", enterprise, "modes", "routine",
                   "unit", device->unit, "lead", device->actor, "state", "on_site");
}

json_t *bench_finding(const char *visit, const char *enterprise, int n)
{
  g_autofree char *number = g_strdup_printf("2026-%05d", n);
  g_autofree char *summary = g_strdup_printf("主运输巷第%d架支护锚杆失效", n);
  return json_pack(
      "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "inspection", visit,
      "enterprise", enterprise, "number", number, "summary", summary, "description",
      "现场检查发现该处锚杆托盘松动脱落三根，顶板有离层迹象，未见设置警示和临时支护。", "level",
      "general", "place", "3105 综采工作面回风顺槽 420 米处", "found_by", "inspection", "item_no",
      "COAL-07", "demand", "立即停止该段作业，补打锚杆并加设临时支护，经验收合格后方可恢复。",
      "responsible_post", "生产副矿长", "deadline", "2026-12-05", "state", "found");
}
