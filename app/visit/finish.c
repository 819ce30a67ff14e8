/* Makes the documents of a signed visit and shows those that exist. documents.c does the work.
 * Start at on_visit and on_make. */
#include "app/visit/finish.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/forms/confirm.h"
#include "app/forms/form-view.h"
#include "app/unsaved-record.h"
#include "app/user-error.h"
#include "app/visit/documents.h"
#include "app/visit/missing-glyphs.h"
#include "app/visit/orders.h"
#include "app/visit/sign.h"
#include "app/visit/visit-page.h"
#include "schema/error.h"
#include "schema/workflow.h"

struct _BhFinishPage {
  BhPage parent;
  char *inspection;
  json_t *visit;
  GtkWidget *problems;
  GtkWidget *dates_box;
  GtkWidget *dates_text;
  GtkWidget *confirmers;
  GtkWidget *authority;
  GtkWidget *begun; /* says that an order is issued as it was written */
  GtkWidget *documents;
  GtkWidget *message;
  GtkWidget *make;
  GtkWidget *home;
  GtkWidget *question;
  BhConfirm *confirm;
  gboolean allow_placeholders; /* a person agreed to print placeholders when the documents are made
                                  next */
  BhUnsavedRecord *draft;      /* draft of the order's fields */
  json_t *draft_values;        /* {key: value} of `draft`; NULL until the draft is loaded */
  BhFormView *form;            /* fields of an order that is to be written; NULL: none */
};

G_DEFINE_FINAL_TYPE(BhFinishPage, bh_finish_page, BH_TYPE_PAGE)

static void bh_finish_page_finalize(GObject *object)
{
  BhFinishPage *self = BH_FINISH_PAGE(object);
  g_free(self->inspection);
  bh_unsaved_record_free(self->draft);
  json_decref(self->draft_values);
  json_decref(self->visit);
  G_OBJECT_CLASS(bh_finish_page_parent_class)->finalize(object);
}

static void show_message(BhFinishPage *self, const char *text)
{
  gtk_label_set_text(GTK_LABEL(self->message), text != NULL ? text : "");
  gtk_widget_set_visible(self->message, text != NULL && *text != '\0');
  if (text != NULL && *text != '\0')
    bh_part_bring_into_view(self->message);
}

static gboolean is_clock_poor(BhFinishPage *self)
{
  return !bh_session_is_clock_good(bh_page_get_session(BH_PAGE(self)));
}

/* --- documents that stand ready --- */

static void on_path(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  const char *path = json_string_value(result);
  if (error != NULL || path == NULL) {
    bh_page_say(page, _("This file is not on this device"));
    return;
  }
  /* Files in the store are named by their hash without a suffix. A viewer needs the suffix ".pdf",
   * so it gets a copy. */
  g_autofree char *name = g_path_get_basename(path);
  g_autofree char *copy = g_strdup_printf("%s/bihuan-%.12s.pdf", g_get_user_runtime_dir(), name);
  g_autoptr(GFile) from = g_file_new_for_path(path);
  g_autoptr(GFile) to = g_file_new_for_path(copy);
  g_autoptr(GError) copy_error = NULL;
  if (!g_file_copy(from, to, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &copy_error)) {
    bh_page_say_error(page, copy_error);
    return;
  }
  g_autofree char *uri = g_file_get_uri(to);
  if (!gtk_show_uri_on_window(GTK_WINDOW(bh_page_get_host(page)), uri, GDK_CURRENT_TIME,
                              &copy_error))
    bh_page_say(page, _("No program to show or print PDF files is installed"));
}

static void on_document(GtkButton *row, BhFinishPage *self)
{
  const char *sha256 = bh_part_get_record(GTK_WIDGET(row));
  if (sha256 != NULL && *sha256 != '\0')
    bh_page_ask(BH_PAGE(self), "path", bh_call_find_file(sha256), on_path, NULL, NULL);
}

static void on_receipt(GtkButton *button, BhFinishPage *self)
{
  bh_page_open(BH_PAGE(self),
               bh_sign_page_new_order(self->inspection, bh_part_get_record(GTK_WIDGET(button))));
}

/* Adds the button that opens the signing of an issued order. */
static void add_receipt_button(BhFinishPage *self, const char *order, guint number)
{
  g_autofree char *id = number > 1 ? g_strdup_printf("receipt-%u", number) : g_strdup("receipt");
  GtkWidget *button = bh_part_button(id, _("Sign for receipt …"), "suggested-action");
  bh_part_set_record(button, order);
  g_signal_connect(button, "clicked", G_CALLBACK(on_receipt), self);
  gtk_container_add(GTK_CONTAINER(self->documents), button);
}

/* Lists the documents. TRUE when the record of the visit has a PDF. */
static gboolean show_documents(BhFinishPage *self)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const BhKind *kind = bh_session_find_kind(session, "document");
  bh_part_clear(self->documents);
  gboolean has_record = FALSE;
  guint ready = 0, orders = 0;
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(self->visit, "documents"), i, row) {
    const json_t *values = json_object_get(row, "values");
    const char *state = bh_json_string_or(values, "state", "");
    const char *issued = bh_json_string_or(values, "pdf", "");
    const char *pdf = bh_json_string_or(values, "served_pdf", issued);
    const char *type = bh_json_string_or(values, "doc_type", "");
    BhPaperType paper = {0};
    gboolean known = bh_paper_type_find(bh_session_get_kinds(session), type, &paper);
    ready += *pdf != '\0';
    has_record |= known && *pdf != '\0' && paper.names == NULL;
    orders += known && paper.names != NULL;
    g_autofree char *id = orders > 1 ? g_strdup_printf("document-%s-%u", type, orders)
                                     : g_strdup_printf("document-%s", type);
    GtkWidget *button = bh_part_row(
        id, bh_json_string_or(values, "title", ""), bh_json_string_or(values, "number", ""),
        bh_kind_get_state_label(kind, state, bh_session_get_lang(session)), pdf);
    g_signal_connect(button, "clicked", G_CALLBACK(on_document), self);
    gtk_container_add(GTK_CONTAINER(self->documents), button);
    if (known && paper.receipt != NULL && strcmp(state, paper.receipt) != 0 &&
        bh_workflow_find(paper.kind, state, paper.receipt) != NULL)
      add_receipt_button(self, bh_json_string_or(row, "id", ""), orders);
  }
  if (ready > 0)
    gtk_container_add(GTK_CONTAINER(self->documents),
                      bh_part_label(_("Tap a document to show, share or print it"), "dim"));
  return has_record;
}

/* --- what the order needs --- */

static gboolean wants_order(BhFinishPage *self)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const BhKindSet *kinds = bh_session_get_kinds(session);
  BhDate today = bh_session_today(session);
  return bh_orders_are_pending(self->visit, kinds) &&
         bh_visit_check_order_authority(self->visit, kinds, &today) == BH_ORDER_ALLOWED;
}

/* Whether a new order has to be written. One that was begun before is issued as it stands. */
static gboolean writes_order(BhFinishPage *self)
{
  const BhKindSet *kinds = bh_session_get_kinds(bh_page_get_session(BH_PAGE(self)));
  g_autoptr(GPtrArray) left = bh_orders_list_without_order(self->visit, kinds);
  return left->len > 0 && wants_order(self);
}

static char *dup_common(const GPtrArray *rows, const char *key, gboolean latest)
{
  const char *found = NULL;
  for (guint i = 0; i < rows->len; i++) {
    const json_t *values = json_object_get(g_ptr_array_index(rows, i), "values");
    const char *value = bh_json_string_or(values, key, NULL);
    if (value != NULL && (found == NULL || (latest && strcmp(value, found) > 0)))
      found = value;
  }
  return g_strdup(found != NULL ? found : "");
}

static void on_changed(BhFormView *form, const char *key, BhFinishPage *self)
{
  bh_unsaved_record_set(self->draft, BH_PAGE(self), key, bh_form_view_get_value(form, key));
}

static void show_order(BhFinishPage *self)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  g_autoptr(GPtrArray) rows = bh_visit_list_orderable(self->visit, bh_session_get_kinds(session));
  BhDate today = bh_session_today(session);
  BhOrderAuthority right =
      bh_visit_check_order_authority(self->visit, bh_session_get_kinds(session), &today);
  gtk_label_set_text(GTK_LABEL(self->authority),
                     right == BH_ORDER_NO_CERTIFICATE
                         ? _("The lead has no valid certificate and may not order rectification: "
                             "the record is made, and the hazards are referred to the competent "
                             "department instead.")
                         : _("This unit has no authority to order rectification: the record is "
                             "made, and the hazards are referred to the competent department "
                             "instead."));
  gtk_widget_set_visible(self->authority, rows->len > 0 && right != BH_ORDER_ALLOWED);
  gtk_widget_set_visible(self->begun, wants_order(self) && !writes_order(self));
  if (self->form != NULL && !writes_order(self)) {
    self->form = NULL;
    bh_part_clear(self->problems);
  }
  if (!writes_order(self) || self->form != NULL)
    return;
  self->form = bh_form_view_new(session, bh_session_find_kind(session, "document"), "issue", NULL);
  g_autofree char *basis = dup_common(rows, "legal_basis", FALSE);
  g_autofree char *deadline = dup_common(rows, "deadline", TRUE);
  g_autoptr(json_t) values = json_object();
  if (*basis != '\0')
    json_object_set_new(values, "legal_basis", json_string(basis));
  if (*deadline != '\0')
    json_object_set_new(values, "deadline", json_string(deadline));
  const char *key;
  json_t *value;
  json_object_foreach(self->draft_values, key, value) {
    if (json_is_null(value))
      json_object_del(values, key);
    else
      json_object_set(values, key, value);
  }
  bh_form_view_load(self->form, values);
  g_signal_connect(self->form, "changed", G_CALLBACK(on_changed), self);
  gtk_container_add(GTK_CONTAINER(self->problems), bh_part_heading(_("Order to rectify")));
  gtk_container_add(GTK_CONTAINER(self->problems), GTK_WIDGET(self->form));
}

static void show_dates(BhFinishPage *self)
{
  gboolean poor = is_clock_poor(self);
  gtk_widget_set_visible(self->dates_box, poor);
  g_autoptr(GList) existing = gtk_container_get_children(GTK_CONTAINER(self->confirmers));
  if (!poor || existing != NULL)
    return;
  g_autofree char *now_text = bh_time_format(bh_session_now_ms(bh_page_get_session(BH_PAGE(self))));
  g_autofree char *text = g_strdup_printf(
      _("The device says it is %s, but its clock was not checked. Two officers confirm date and "
        "time:"),
      now_text);
  gtk_label_set_text(GTK_LABEL(self->dates_text), text);
  const char *id;
  json_t *values;
  guint number = 0;
  json_object_foreach(json_object_get(self->visit, "staff"), id, values) {
    g_autofree char *name = g_strdup_printf("confirm-%u", ++number);
    GtkWidget *check = bh_part_check(name, bh_json_string_or(values, "name", ""), FALSE);
    bh_part_set_record(check, id);
    gtk_container_add(GTK_CONTAINER(self->confirmers), check);
  }
}

static GPtrArray *list_confirmers(BhFinishPage *self)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GList) checks = gtk_container_get_children(GTK_CONTAINER(self->confirmers));
  for (GList *l = checks; l != NULL; l = l->next)
    if (GTK_IS_TOGGLE_BUTTON(l->data) && gtk_toggle_button_get_active(l->data))
      g_ptr_array_add(ids, g_strdup(bh_part_get_record(l->data)));
  return ids;
}

static void on_visit(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhFinishPage *self = BH_FINISH_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  BhPaperType record, order;
  g_autoptr(GError) old_kinds = NULL;
  if (!bh_documents_find_types(bh_session_get_kinds(bh_page_get_session(page)), &record, &order,
                               &old_kinds)) {
    bh_page_say_error(page, old_kinds);
    return;
  }
  json_decref(self->visit);
  self->visit = json_incref(result);
  gboolean has_record = show_documents(self);
  gboolean complete = has_record && !wants_order(self);
  if (!complete) {
    show_order(self);
    show_dates(self);
  } else {
    gtk_widget_hide(self->begun);
    gtk_widget_hide(self->dates_box);
    gtk_widget_hide(self->problems);
  }
  gtk_widget_set_visible(self->make, !complete);
  gtk_widget_set_visible(self->home, TRUE);
}

static void bh_finish_page_refresh(BhPage *page)
{
  if (BH_FINISH_PAGE(page)->draft_values == NULL)
    return; /* the draft is not loaded yet: when it is, the page asks the store for the visit */
  bh_visit_ask(page, BH_FINISH_PAGE(page)->inspection, on_visit);
}

/* --- making them --- */

static void make_documents(BhDevice *device, GTask *task, gpointer data)
{
  g_autoptr(GError) error = NULL;
  json_t *made = bh_documents_make(device, data, &error);
  if (made != NULL)
    g_task_return_pointer(task, made, (GDestroyNotify)json_decref);
  else
    g_task_return_error(task, g_steal_pointer(&error));
}

static void free_request(gpointer data)
{
  bh_documents_request_free(data);
}

static void on_make(BhFinishPage *self);

static void on_missing_glyphs_answered(gpointer owner, gboolean yes, const char *reason,
                                       gpointer data)
{
  (void)reason;
  (void)data;
  BhFinishPage *self = owner;
  gtk_widget_show(self->make);
  if (!yes)
    return;
  self->allow_placeholders = TRUE;
  on_make(self);
}

static void ask_about_missing_glyphs(BhFinishPage *self, const char *lines)
{
  g_autofree char *question = bh_missing_glyphs_dup_question(lines);
  gtk_widget_hide(self->make);
  bh_confirm_ask(self->confirm, question, NULL, _("Print 〓 there"), _("Go back and correct"),
                 on_missing_glyphs_answered, self, NULL, NULL);
}

/* Whether a document of the result waits for the legal review. */
static gboolean some_wait(const json_t *result)
{
  gsize i;
  json_t *document;
  json_array_foreach(json_object_get(result, "documents"), i, document) {
    if (json_is_true(json_object_get(document, "waits")))
      return TRUE;
  }
  return FALSE;
}

static void on_made(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhFinishPage *self = BH_FINISH_PAGE(page);
  bh_session_sync_now(bh_page_get_session(page));
  bh_finish_page_refresh(page);
  if (error == NULL) {
    /* The order contains the values of the draft now. */
    bh_unsaved_record_discard(self->draft, page);
    show_message(self, NULL);
    bh_page_say(page, some_wait(result)
                          ? _("The legal review decides first: the order is issued after it")
                          : _("The documents are ready"));
    return;
  }
  if (g_error_matches(error, BH_USER_ERROR, BH_USER_ERROR_MISSING_GLYPHS)) {
    ask_about_missing_glyphs(self, error->message);
    return;
  }
  /* The message of BH_ERROR_INVALID has the problems that the kinds declare; their texts are
   * written for people. */
  g_autofree char *text = g_error_matches(error, BH_ERROR, BH_ERROR_INVALID)
                              ? g_strdup(error->message)
                              : bh_session_dup_error_text(bh_page_get_session(page), error);
  g_warning("documents: %s", error->message);
  show_message(self, text);
}

static void on_make(BhFinishPage *self)
{
  BhPage *page = BH_PAGE(self);
  BhSession *session = bh_page_get_session(page);
  if (self->visit == NULL)
    return;
  gboolean order = wants_order(self);
  const char *basis = "";
  const char *deadline = "";
  if (order && self->form != NULL) {
    if (!bh_form_view_validate(self->form))
      return;
    basis = bh_json_string_or(bh_form_view_get_values(self->form), "legal_basis", "");
    deadline = bh_json_string_or(bh_form_view_get_values(self->form), "deadline", "");
    if (*basis == '\0' || *deadline == '\0') {
      show_message(self, _("The order needs a legal basis and a deadline. A policy source is no "
                           "legal basis."));
      return;
    }
  }
  BhDate today = bh_session_today(session);
  BhDate last;
  if (order && bh_date_parse(deadline, &last, NULL) && bh_date_compare(&last, &today) < 0) {
    show_message(self, _("The deadline is in the past"));
    return;
  }
  g_autoptr(GPtrArray) confirmers = list_confirmers(self);
  if (is_clock_poor(self) && confirmers->len != 2) {
    show_message(self, _("Two officers confirm date and time first"));
    return;
  }
  BhDocumentsRequest *request = g_new0(BhDocumentsRequest, 1);
  request->author = g_strdup(bh_session_get_actor(session));
  request->lang = bh_session_get_lang(session);
  request->inspection = g_strdup(self->inspection);
  request->now_ms = bh_session_now_ms(session);
  request->order = order;
  request->form =
      order && self->form != NULL ? json_deep_copy(bh_form_view_get_values(self->form)) : NULL;
  request->allow_placeholders = self->allow_placeholders;
  self->allow_placeholders = FALSE;
  request->clock_poor = is_clock_poor(self);
  if (confirmers->len == 2) {
    request->confirmed_by = g_strdup(g_ptr_array_index(confirmers, 0));
    request->confirmed_by_second = g_strdup(g_ptr_array_index(confirmers, 1));
  }
  show_message(self, NULL);
  if (bh_page_submit_run(page, make_documents, request, free_request, on_made, NULL, NULL))
    bh_page_say(page, _("Making the documents …"));
}

static void on_home(BhPage *page)
{
  bh_page_host_go_home(bh_page_get_host(page));
}

static void on_draft(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  if (error != NULL)
    bh_page_say_error(page, error);
  BH_FINISH_PAGE(page)->draft_values = json_incref(result);
  bh_finish_page_refresh(page);
}

static void bh_finish_page_load(BhPage *page)
{
  bh_page_set_title(page, _("Documents"));
  bh_unsaved_record_load(BH_FINISH_PAGE(page)->draft, page, on_draft);
}

static void bh_finish_page_leave(BhPage *page)
{
  if (BH_FINISH_PAGE(page)->form != NULL)
    bh_form_view_flush(BH_FINISH_PAGE(page)->form);
}

static void bh_finish_page_class_init(BhFinishPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_finish_page_finalize;
  page_class->load = bh_finish_page_load;
  page_class->refresh = bh_finish_page_refresh;
  page_class->leave = bh_finish_page_leave;
  BH_PAGE_TEMPLATE(klass, "visit/finish");
  BH_PAGE_CHILD(klass, BhFinishPage, problems);
  BH_PAGE_CHILD(klass, BhFinishPage, dates_box);
  BH_PAGE_CHILD(klass, BhFinishPage, dates_text);
  BH_PAGE_CHILD(klass, BhFinishPage, confirmers);
  BH_PAGE_CHILD(klass, BhFinishPage, authority);
  BH_PAGE_CHILD(klass, BhFinishPage, begun);
  BH_PAGE_CHILD(klass, BhFinishPage, documents);
  BH_PAGE_CHILD(klass, BhFinishPage, message);
  BH_PAGE_CHILD(klass, BhFinishPage, make);
  BH_PAGE_CHILD(klass, BhFinishPage, home);
  BH_PAGE_CHILD(klass, BhFinishPage, question);
}

static void bh_finish_page_init(BhFinishPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  self->confirm = BH_CONFIRM(bh_confirm_new("missing_glyphs"));
  gtk_container_add(GTK_CONTAINER(self->question), GTK_WIDGET(self->confirm));
  g_signal_connect_swapped(self->make, "clicked", G_CALLBACK(on_make), self);
  g_signal_connect_swapped(self->home, "clicked", G_CALLBACK(on_home), self);
}

BhPage *bh_finish_page_new(const char *inspection)
{
  BhFinishPage *self = g_object_new(BH_TYPE_FINISH_PAGE, NULL);
  self->inspection = g_strdup(inspection);
  self->draft = bh_unsaved_record_new("document", "inspection", inspection, NULL);
  return BH_PAGE(self);
}
