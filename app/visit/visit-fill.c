/* Fills in unanswered items. Runs on the store's thread. */
#include "app/visit/visit-fill.h"

#include "schema/checklist.h"

struct _BhVisitFill {
  char *author;
  char *inspection;
  GPtrArray *items; /* char *: numbers of the items to fill in */
};

BhVisitFill *bh_visit_fill_new(const char *author, const char *inspection)
{
  BhVisitFill *fill = g_new0(BhVisitFill, 1);
  fill->author = g_strdup(author);
  fill->inspection = g_strdup(inspection);
  fill->items = g_ptr_array_new_with_free_func(g_free);
  return fill;
}

void bh_visit_fill_free(gpointer data)
{
  BhVisitFill *fill = data;
  g_free(fill->author);
  g_free(fill->inspection);
  g_ptr_array_unref(fill->items);
  g_free(fill);
}

void bh_visit_fill_add(BhVisitFill *fill, const char *item_no)
{
  g_ptr_array_add(fill->items, g_strdup(item_no));
}

static json_t *dup_unanswered(BhDevice *device, const BhVisitFill *fill, GError **error)
{
  g_autoptr(json_t) record = bh_device_get(device, fill->inspection, error);
  if (record == NULL)
    return NULL;
  const json_t *values = json_object_get(record, "values");
  json_t *set = json_object();
  for (guint i = 0; i < fill->items->len; i++) {
    g_autofree char *key = bh_answer_dup_key(g_ptr_array_index(fill->items, i));
    const json_t *value = json_object_get(values, key);
    if (value == NULL || json_is_null(value))
      json_object_set_new(
          set, key,
          json_pack("{s:s, s:b}", "answer", bh_answer_code(BH_ANSWER_UNCHECKED), "bulk", 1));
  }
  return set;
}

void bh_visit_fill_run(BhDevice *device, GTask *task, gpointer data)
{
  const BhVisitFill *fill = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) set = dup_unanswered(device, fill, &error);
  gsize filled = json_object_size(set);
  if (filled > 0) {
    g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:O}]", "record", fill->inspection, "kind",
                                      "inspection", "set", set);
    g_free(bh_device_save(device, fill->author, ops, 0, &error));
  }
  if (error != NULL)
    g_task_return_error(task, g_steal_pointer(&error));
  else
    g_task_return_pointer(task, json_pack("{s:I}", "filled", (json_int_t)filled),
                          (GDestroyNotify)json_decref);
}
