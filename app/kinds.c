/* The kind sets of a session. Sets are never removed. */
#include "app/kinds.h"

#include <string.h>

struct _BhKinds {
  BhKindSet *newest; /* borrowed from `all` */
  GPtrArray *all;    /* never removed: a hub changes its forms only a few times a year */
};

static void unref_set(gpointer data)
{
  bh_kind_set_unref(data);
}

BhKinds *bh_kinds_new(void)
{
  BhKinds *self = g_new0(BhKinds, 1);
  self->all = g_ptr_array_new_with_free_func(unref_set);
  return self;
}

void bh_kinds_free(BhKinds *self)
{
  g_ptr_array_unref(self->all);
  g_free(self);
}

const BhKindSet *bh_kinds_get_newest(BhKinds *self)
{
  return self->newest;
}

static BhKindSet *find(BhKinds *self, const char *hash)
{
  for (guint i = 0; i < self->all->len; i++)
    if (strcmp(bh_kind_set_get_hash(self->all->pdata[i]), hash) == 0)
      return self->all->pdata[i];
  return NULL;
}

gboolean bh_kinds_add(BhKinds *self, BhKindSet *set)
{
  BhKindSet *known = find(self, bh_kind_set_get_hash(set));
  if (known != NULL)
    bh_kind_set_unref(set);
  else
    g_ptr_array_add(self->all, set);
  BhKindSet *previous = self->newest;
  self->newest = known != NULL ? known : set;
  return self->newest != previous;
}
