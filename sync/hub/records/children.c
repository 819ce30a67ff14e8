/* Cache of the children of records, for rules that ask for them. A list of children is read once,
 * shared by all rules of the piece and updated when the piece changes a child. Lists longer than
 * the limits are not read. Start at bh_records_share_children. */
#include "sync/hub/records/internal.h"
#include "sync/index/index.h"

#include <string.h>

/* The children of one kind under one parent. */
typedef struct {
  /* values of the children, an array in the order of `place`; NULL: not read, as the limit is
   * exceeded */
  json_t *values;
  GHashTable *place; /* BhHubRecord* → index in `values` + 1 */
  GPtrArray *stale;  /* BhHubRecord* whose values changed since they were added to `values` */
} Family;

static void family_free(gpointer data)
{
  Family *family = data;
  json_decref(family->values);
  g_hash_table_unref(family->place);
  g_ptr_array_unref(family->stale);
  g_free(family);
}

void bh_records_children_init(BhRecords *records)
{
  records->families = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, family_free);
  records->changed =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
}

void bh_records_children_clear(BhRecords *records)
{
  g_hash_table_unref(records->families);
  g_hash_table_unref(records->changed);
}

void bh_records_limit_children(BhRecords *records, BhChildWork *work, guint read_max,
                               guint seen_max)
{
  records->work = work;
  records->read_max = read_max;
  records->seen_max = seen_max;
}

static char *name_family(const char *parent, const char *kind)
{
  return g_strconcat(parent, " ", kind, NULL);
}

static const char *get_parent(const BhRecords *records, const BhHubRecord *record)
{
  const BhKind *kind = bh_kind_set_find(records->kinds, record->row.kind);
  const char *field = kind != NULL ? bh_kind_get_parent_field(kind) : NULL;
  return field != NULL ? bh_record_get_string(record->record, field) : NULL;
}

void bh_records_leave_family(BhRecords *records, BhHubRecord *record)
{
  const char *parent = get_parent(records, record);
  if (parent == NULL)
    return;
  g_autofree char *name = name_family(parent, record->row.kind);
  g_hash_table_remove(records->families, name);
  GPtrArray *changed = g_hash_table_lookup(records->changed, parent);
  if (changed != NULL)
    g_ptr_array_remove(changed, record);
  record->is_listed = FALSE;
}

static void family_add(Family *family, BhHubRecord *record)
{
  if (g_hash_table_contains(family->place, record))
    return;
  json_array_append(family->values, bh_records_values_of(record));
  g_hash_table_insert(family->place, record,
                      GUINT_TO_POINTER((guint)json_array_size(family->values)));
}

void bh_records_join_family(BhRecords *records, BhHubRecord *record)
{
  const char *parent = get_parent(records, record);
  if (parent == NULL)
    return;
  GPtrArray *changed = g_hash_table_lookup(records->changed, parent);
  if (changed == NULL) {
    changed = g_ptr_array_new();
    g_hash_table_insert(records->changed, g_strdup(parent), changed);
  }
  if (!record->is_listed) {
    g_ptr_array_add(changed, record);
    record->is_listed = TRUE;
  }
  g_autofree char *name = name_family(parent, record->row.kind);
  Family *family = g_hash_table_lookup(records->families, name);
  if (family == NULL || family->values == NULL)
    return;
  if (g_hash_table_contains(family->place, record))
    g_ptr_array_add(family->stale, record);
  else
    family_add(family, record);
}

/* Reads the stored children, and adds children that this piece made or moved to this parent. A list
 * over the limit is left unread (`values` NULL); rules then treat it as unknown. */
static gboolean family_fill(BhRecords *records, Family *family, const char *parent,
                            const char *kind, GError **error)
{
  guint left = records->read_max - MIN(records->work->read, records->read_max);
  g_autoptr(GPtrArray) ids = bh_record_list_children(records->db, parent, kind, left, error);
  if (ids == NULL)
    return FALSE;
  if (ids->len > left)
    return TRUE;
  records->work->read += ids->len;
  family->values = json_array();
  for (guint i = 0; i < ids->len; i++) {
    BhHubRecord *record;
    if (!bh_records_find(records, ids->pdata[i], &record, error))
      return FALSE;
    if (record != NULL && g_strcmp0(get_parent(records, record), parent) == 0)
      family_add(family, record);
  }
  GPtrArray *changed = g_hash_table_lookup(records->changed, parent);
  for (guint i = 0; changed != NULL && i < changed->len; i++) {
    BhHubRecord *record = changed->pdata[i];
    if (strcmp(record->row.kind, kind) == 0)
      family_add(family, record);
  }
  return TRUE;
}

static void family_refresh(Family *family)
{
  for (guint i = 0; i < family->stale->len; i++) {
    BhHubRecord *record = family->stale->pdata[i];
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(family->place, record));
    json_array_set(family->values, place - 1, bh_records_values_of(record));
  }
  g_ptr_array_set_size(family->stale, 0);
}

json_t *bh_records_share_children(BhRecords *records, const char *parent, const char *kind)
{
  g_autofree char *name = name_family(parent, kind);
  g_autoptr(GError) error = NULL;
  Family *family = g_hash_table_lookup(records->families, name);
  if (family == NULL) {
    family = g_new0(Family, 1);
    family->place = g_hash_table_new(NULL, NULL);
    family->stale = g_ptr_array_new();
    g_hash_table_insert(records->families, g_strdup(name), family);
    if (!family_fill(records, family, parent, kind, &error)) {
      g_hash_table_remove(records->families, name);
      return NULL;
    }
  }
  gsize seen = family->values != NULL ? json_array_size(family->values) + 1 : 0;
  if (seen == 0 || records->work->seen + seen > records->seen_max) {
    records->work->is_over = TRUE;
    return NULL;
  }
  records->work->seen += (guint)seen;
  family_refresh(family);
  return json_incref(family->values);
}

static void add_if_referring(BhHubRecord *record, const char *field, const char *id, json_t *out)
{
  json_t *values = bh_records_values_of(record);
  if (bh_json_has_name(json_object_get(values, field), id))
    json_array_append(out, values);
}

/* Adds the records that the store has. FALSE when not all of them could be read. */
static gboolean add_stored(BhRecords *records, const GPtrArray *ids, const char *field,
                           const char *id, json_t *out)
{
  for (guint i = 0; i < ids->len; i++) {
    BhHubRecord *record;
    if (!bh_records_find(records, ids->pdata[i], &record, NULL))
      return FALSE;
    /* Changed records are added later. */
    if (record != NULL && !record->dirty)
      add_if_referring(record, field, id, out);
  }
  return TRUE;
}

/* The list is not kept for the next rule: records of any kind can begin or cease to refer. */
json_t *bh_records_list_referring(const char *id, const char *kind, const char *field,
                                  gboolean *complete, gpointer data)
{
  BhRecords *records = data;
  gboolean too_many = FALSE;
  g_autoptr(GPtrArray) ids =
      bh_index_list_referring(records->db, kind, field, id, BH_REFERRING_MAX, &too_many, NULL);
  guint most = ids != NULL ? ids->len + records->dirty->len + 1 : 0;
  if (ids == NULL || too_many || records->work->read + ids->len > records->read_max ||
      records->work->seen + most > records->seen_max) {
    records->work->is_over = TRUE;
    return NULL;
  }
  records->work->read += ids->len;
  records->work->seen += most;
  g_autoptr(json_t) out = json_array();
  if (!add_stored(records, ids, field, id, out))
    return NULL;
  for (guint i = 0; i < records->dirty->len; i++) {
    BhHubRecord *record = records->dirty->pdata[i];
    if (strcmp(record->row.kind, kind) == 0)
      add_if_referring(record, field, id, out);
  }
  *complete = TRUE;
  return g_steal_pointer(&out);
}
