/* Time on a device whose clock may be wrong: the hub's signed time, carried on by the boot clock.
 */
#include <string.h>

#include "schema/civil.h"
#include "sync/device/store/core.h"
#include "sync/wire/limits.h"

#define GOOD_CLOCK_MS (60 * 1000)

static gboolean is_hub_time_of_this_boot(BhDevice *device, const char *boot_id)
{
  return device->hub_ms > 0 && strcmp(device->hub_boot_id, boot_id) == 0;
}

void bh_device_read_clock(BhDevice *device, BhEntryClock *clock)
{
  const BhClock *source = device->clock;

  memset(clock, 0, sizeof *clock);
  clock->wall_ms = source->wall_ms(source->data);
  clock->boot_ms = source->boot_ms(source->data);
  g_strlcpy(clock->boot_id, source->boot_id(source->data), sizeof clock->boot_id);
  /* A clock that is earlier than a known time is wrong: without a battery it starts in the past. */
  clock->quality = clock->wall_ms < BH_CLOCK_FLOOR_MS || clock->wall_ms < device->hub_ms ||
                           clock->wall_ms < device->last_ms - GOOD_CLOCK_MS
                       ? BH_CLOCK_QUALITY_BAD
                       : BH_CLOCK_QUALITY_UNSURE;
  clock->hub_ms = device->hub_ms;
  g_strlcpy(clock->hub_sig, device->hub_sig, sizeof clock->hub_sig);
  if (!is_hub_time_of_this_boot(device, clock->boot_id))
    return;
  clock->hub_boot_ms = device->hub_boot_ms;
  gint64 hub_now = device->hub_ms + (clock->boot_ms - device->hub_boot_ms);
  clock->quality =
      ABS(hub_now - clock->wall_ms) <= GOOD_CLOCK_MS ? BH_CLOCK_QUALITY_GOOD : BH_CLOCK_QUALITY_BAD;
}

gint64 bh_device_now_ms(BhDevice *device)
{
  const BhClock *clock = device->clock;

  if (is_hub_time_of_this_boot(device, clock->boot_id(clock->data)))
    return device->hub_ms + (clock->boot_ms(clock->data) - device->hub_boot_ms);
  return MAX(clock->wall_ms(clock->data), device->hub_ms);
}

gint64 bh_device_get_id_ms(gpointer data)
{
  BhDevice *device = data;
  const BhClock *clock = device->clock;
  gint64 wall_ms = clock->wall_ms(clock->data);
  gint64 boot_ms = clock->boot_ms(clock->data);
  if (device->hub_ms == 0)
    return wall_ms;
  /* In a later boot, at least the time since its start has passed. */
  gint64 least_ms = is_hub_time_of_this_boot(device, clock->boot_id(clock->data))
                        ? device->hub_ms + (boot_ms - device->hub_boot_ms)
                        : device->hub_ms + boot_ms;
  return wall_ms < least_ms || wall_ms > least_ms + BH_ID_TRUST_MS ? least_ms : wall_ms;
}

char *bh_device_dup_today(BhDevice *device)
{
  BhDate date = bh_date_from_ms(bh_device_now_ms(device));
  return bh_date_format(&date);
}
