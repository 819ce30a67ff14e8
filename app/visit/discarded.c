/* Stores discarded drafts again when the person wants them back. Discards nothing: hazard.c does.
 * Start at on_undo. */
#include "app/visit/discarded.h"

#include <glib/gi18n.h>

struct _BhDiscarded {
  BhPage *page; /* the page on which `show` shows restored pictures; weak. NULL: nothing to show */
  BhDiscardedShow show;
  BhSession *session;
  char *author;
  char *record;
  json_t *changed;
  json_t *photos; /* the discarded picture drafts: id of the draft → its values */
};

BhDiscarded *bh_discarded_new(BhPage *page, const char *record, json_t *changed, json_t *photos,
                              BhDiscardedShow show)
{
  BhDiscarded *self = g_rc_box_new0(BhDiscarded);
  if (show != NULL)
    g_set_weak_pointer(&self->page, page);
  self->show = show;
  self->session = g_object_ref(bh_page_get_session(page));
  self->author = g_strdup(bh_session_get_actor(self->session));
  self->record = g_strdup(record);
  self->changed = changed;
  self->photos = photos;
  return self;
}

static void clear(gpointer data)
{
  BhDiscarded *self = data;
  g_clear_weak_pointer(&self->page);
  g_object_unref(self->session);
  g_free(self->author);
  g_free(self->record);
  json_decref(self->changed);
  json_decref(self->photos);
}

void bh_discarded_release(gpointer discarded)
{
  g_rc_box_release_full(discarded, clear);
}

const json_t *bh_discarded_get_photos(const BhDiscarded *self)
{
  return self->photos;
}

static void on_undo(gpointer data)
{
  const BhDiscarded *self = data;
  const char *id;
  json_t *values;
  json_t *drafts = json_array();
  if (json_object_size(self->changed) > 0)
    json_array_append_new(drafts, json_pack("{s:s, s:s, s:O}", "record", self->record, "kind",
                                            "hazard", "set", self->changed));
  json_object_foreach(self->photos, id, values) {
    json_array_append_new(
        drafts, json_pack("{s:s, s:s, s:O}", "record", id, "kind", "file", "set", values));
    if (self->page != NULL)
      self->show(self->page, id, values);
  }
  BhCall *put = bh_call_put_drafts(drafts);
  bh_call_set_author(put, self->author);
  bh_session_call(self->session, put, self->session, NULL, NULL, NULL, NULL);
  bh_session_refresh_status(self->session);
  bh_session_note_records_changed(self->session);
}

void bh_discarded_offer_undo(BhDiscarded *self, BhPage *page, const char *text)
{
  bh_page_host_say_undo(bh_page_get_host(page), text, _("Undo"), on_undo, g_rc_box_acquire(self),
                        bh_discarded_release);
}
