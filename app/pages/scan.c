/* Looks up a scanned code, records the scan, and opens the enterprise. Start at look_up. */
#include "app/pages/scan.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/devices/location.h"
#include "app/forms/scan-view.h"
#include "app/visit/enterprise.h"
#include "app/visit/find.h"
#include "schema/error.h"
#include "schema/plaque.h"
#include "schema/uscc.h"

struct _BhScanPage {
  BhPage parent;
  GtkWidget *message;
  GtkWidget *scanner;
  GtkWidget *blank_box;
  GtkWidget *blank_text;
  GtkWidget *bind;
  GtkWidget *by_name;
  GtkWidget *view;
  char *blank;   /* text of the blank plaque that is shown; NULL without one */
  gint64 serial; /* serial of the blank plaque that is shown */
  json_t *fix;   /* position of the device as a place value; NULL until the receiver has answered */
  char *initial_code; /* code that is looked up when the page is loaded; NULL: none */
};

G_DEFINE_FINAL_TYPE(BhScanPage, bh_scan_page, BH_TYPE_PAGE)

static void bh_scan_page_finalize(GObject *object)
{
  BhScanPage *self = BH_SCAN_PAGE(object);
  g_free(self->blank);
  g_free(self->initial_code);
  json_decref(self->fix);
  G_OBJECT_CLASS(bh_scan_page_parent_class)->finalize(object);
}

static void show_message(BhScanPage *self, const char *text)
{
  gtk_label_set_text(GTK_LABEL(self->message), text != NULL ? text : "");
  gtk_widget_set_visible(self->message, text != NULL);
}

/* A code that is being looked up. */
typedef struct {
  char *code;
  char *means; /* how the code was read: "camera", "picture", "scanner" or "typed" */
} Scan;

static void scan_free(gpointer data)
{
  Scan *scan = data;
  g_free(scan->code);
  g_free(scan->means);
  g_free(scan);
}

/* Saves who read which code, when, where and how, in the background. `id` receives the
 * record id of the scan. */
static void keep_scan(BhScanPage *self, const Scan *scan, const char *outcome,
                      const char *enterprise, const json_t *serial, char id[BH_ID_LEN + 1])
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  json_t *set = json_pack("{s:I, s:s?, s:s, s:s}", "scanned_at",
                          (json_int_t)bh_session_now_ms(session), "scanned_by",
                          bh_session_get_actor(session), "means", scan->means, "outcome", outcome);
  const BhKind *kind = bh_session_find_kind(session, "scan");
  const char *subject =
      kind != NULL ? bh_kind_find_subject(bh_session_get_kinds(session), kind) : NULL;
  if (enterprise != NULL && subject != NULL)
    json_object_set_new(set, subject, json_string(enterprise));
  if (json_is_integer(serial))
    json_object_set(set, "serial", (json_t *)serial);
  if (enterprise == NULL && !json_is_integer(serial))
    json_object_set_new(set, "code", json_string(scan->code));
  if (self->fix != NULL)
    json_object_set(set, "position", self->fix);
  bh_session_make_id(session, id);
  bh_page_post(BH_PAGE(self), bh_call_save_one(id, "scan", set), NULL, NULL, NULL);
}

static void refuse(BhScanPage *self, const Scan *scan, const GError *error)
{
  char id[BH_ID_LEN + 1];
  if (g_error_matches(error, BH_ERROR, BH_ERROR_SIGNATURE)) {
    keep_scan(self, scan, "forged", NULL, NULL, id);
    show_message(self, _("Forged: this code was not issued by your hub. Do not rely on it; choose "
                         "the enterprise by name and report the plaque."));
  } else if (g_error_matches(error, BH_ERROR, BH_ERROR_REVOKED)) {
    keep_scan(self, scan, "revoked", NULL, NULL, id);
    show_message(self,
                 _("This plaque was revoked. Do not rely on it; choose the enterprise by name "
                   "and report the plaque."));
  } else if (g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND)) {
    keep_scan(self, scan, "unknown", NULL, NULL, id);
    show_message(self, _("No enterprise on this device has this code. Compare what was typed, or "
                         "choose the enterprise by name."));
  } else if (g_error_matches(error, BH_ERROR, BH_ERROR_UNKNOWN)) {
    keep_scan(self, scan, "foreign", NULL, NULL, id);
    show_message(self, _("Another hub issued this code; it cannot be verified here. Choose the "
                         "enterprise by name."));
  } else if (g_error_matches(error, BH_ERROR, BH_ERROR_INVALID)) {
    show_message(self, _("The check digits of this code are wrong; please compare it again"));
  } else {
    show_message(self, _("This is not one of our enterprise codes"));
  }
}

static void show_blank(BhScanPage *self, const char *code_text, gint64 serial)
{
  g_free(self->blank);
  self->blank = g_strdup(code_text);
  self->serial = serial;
  g_autofree char *code = bh_plaque_short_code((guint32)serial);
  g_autofree char *text = g_strdup_printf(_("Blank plaque %s: genuine, not bound yet"), code);
  gtk_label_set_text(GTK_LABEL(self->blank_text), text);
  gtk_widget_show(self->blank_box);
  bh_scan_view_stop(BH_SCAN_VIEW(self->view));
}

/* How the enterprise was found, to be passed to the next page. Only a code that was read from the
 * plaque itself proves that somebody was there; a typed code does not. */
static const char *get_found_by(const Scan *scan)
{
  g_autofree char *uscc = bh_uscc_normalize(scan->code);
  gboolean signed_code = bh_plaque_is_text(scan->code);
  if (signed_code && strcmp(scan->means, "typed") != 0)
    return strcmp(scan->means, "picture") == 0 ? "plaque_picture" : "plaque";
  return !signed_code && bh_uscc_check(uscc, NULL) ? "code" : "plaque_typed";
}

static void on_resolved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  const Scan *scan = data;
  BhScanPage *self = BH_SCAN_PAGE(page);
  gtk_widget_hide(self->blank_box);
  if (error != NULL) {
    refuse(self, scan, error);
    return;
  }
  show_message(self, NULL);
  const char *enterprise = bh_json_string_or(result, "record", NULL);
  const json_t *serial = json_object_get(json_object_get(result, "plaque"), "serial");
  char id[BH_ID_LEN + 1];
  if (enterprise != NULL) {
    keep_scan(self, scan, "known", enterprise, serial, id);
    bh_page_replace(page,
                    bh_enterprise_page_new(enterprise, bh_found_new(get_found_by(scan), NULL, id)));
  } else {
    keep_scan(self, scan, "blank", NULL, serial, id);
    show_blank(self, scan->code, json_integer_value(serial));
  }
}

static void look_up(BhScanPage *self, const char *code, const char *means)
{
  /* Codes are ignored while one is being looked up, because the camera reports the same code many
   * times a second. */
  if (bh_page_is_asking(BH_PAGE(self), "code"))
    return;
  if (strlen(code) > BH_PLAQUE_TEXT_MAX) {
    show_message(self, _("This is not one of our enterprise codes"));
    return;
  }
  if (gtk_widget_get_visible(self->blank_box) && g_strcmp0(code, self->blank) == 0)
    return;
  Scan *scan = g_new0(Scan, 1);
  scan->code = g_strdup(code);
  scan->means = g_strdup(means);
  /* The blank plaque that is shown is hidden, because the person has read another code since. */
  gtk_widget_hide(self->blank_box);
  bh_page_ask(BH_PAGE(self), "code", bh_call_find_code(code), on_resolved, scan, scan_free);
}

static void on_trouble(BhScanPage *self, const char *text)
{
  show_message(self, text);
}

static void on_bind(BhScanPage *self)
{
  bh_page_replace(BH_PAGE(self),
                  bh_find_page_new(&(BhFindTask){.plaque = self->blank, .serial = self->serial}));
}

static void on_by_name(BhPage *page)
{
  bh_page_replace(page, bh_find_page_new(&(BhFindTask){0}));
}

static void on_fix(GObject *source, GAsyncResult *result, gpointer data)
{
  (void)source;
  g_autoptr(BhScanPage) self = data;
  g_autoptr(json_t) fix = bh_location_ask_finish(result, NULL);
  if (fix != NULL)
    self->fix = g_steal_pointer(&fix);
}

static void bh_scan_page_load(BhPage *page)
{
  BhScanPage *self = BH_SCAN_PAGE(page);
  bh_location_ask_async(g_getenv("BIHUAN_GPSD_HOST"), g_getenv("BIHUAN_GPSD_PORT"),
                        bh_page_get_cancellable(page), on_fix, g_object_ref(self));
  bh_page_set_title(page, _("Scan a code"));
  self->view = bh_scan_view_new(bh_session_get_scan_image(bh_page_get_session(page)), TRUE);
  g_signal_connect_swapped(self->view, "code", G_CALLBACK(look_up), self);
  g_signal_connect_swapped(self->view, "trouble", G_CALLBACK(on_trouble), self);
  gtk_container_add(GTK_CONTAINER(self->scanner), self->view);
  if (self->initial_code != NULL)
    look_up(self, self->initial_code, "scanner");
  else
    bh_scan_view_start(BH_SCAN_VIEW(self->view));
}

static void bh_scan_page_leave(BhPage *page)
{
  bh_scan_view_stop(BH_SCAN_VIEW(BH_SCAN_PAGE(page)->view));
}

static gboolean bh_scan_page_code(BhPage *page, const char *code)
{
  look_up(BH_SCAN_PAGE(page), code, "scanner");
  return TRUE;
}

static void bh_scan_page_class_init(BhScanPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_scan_page_finalize;
  page_class->load = bh_scan_page_load;
  page_class->leave = bh_scan_page_leave;
  page_class->code = bh_scan_page_code;
  BH_PAGE_TEMPLATE(klass, "pages/scan");
  BH_PAGE_CHILD(klass, BhScanPage, message);
  BH_PAGE_CHILD(klass, BhScanPage, scanner);
  BH_PAGE_CHILD(klass, BhScanPage, blank_box);
  BH_PAGE_CHILD(klass, BhScanPage, blank_text);
  BH_PAGE_CHILD(klass, BhScanPage, bind);
  BH_PAGE_CHILD(klass, BhScanPage, by_name);
}

static void bh_scan_page_init(BhScanPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  g_signal_connect_swapped(self->bind, "clicked", G_CALLBACK(on_bind), self);
  g_signal_connect_swapped(self->by_name, "clicked", G_CALLBACK(on_by_name), self);
}

BhPage *bh_scan_page_new(void)
{
  return g_object_new(BH_TYPE_SCAN_PAGE, NULL);
}

BhPage *bh_scan_page_new_for_code(const char *code)
{
  BhScanPage *self = BH_SCAN_PAGE(bh_scan_page_new());
  self->initial_code = g_strdup(code);
  return BH_PAGE(self);
}
