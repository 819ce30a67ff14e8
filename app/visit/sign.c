/* Signs the record of a visit and ends it, or signs an order and records its service. The tap fixes
 * who signs what; answers of the store only show what is on disk. Start at on_visit and
 * on_pad_save. */
#include "app/visit/sign.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/forms/confirm.h"
#include "app/forms/signature-pad.h"
#include "app/user-error.h"
#include "app/visit/documents.h"
#include "app/visit/finish.h"
#include "app/visit/missing-glyphs.h"
#include "app/visit/participants.h"
#include "app/visit/signing.h"
#include "app/visit/visit-page.h"
#include "schema/error.h"
#include "schema/signed-text.h"
#include "schema/workflow.h"

struct _BhSignPage {
  BhPage parent;
  char *inspection;
  char *document; /* id of the order that is signed for; NULL: the record of the visit is signed */
  json_t *visit;
  char *shown_text;
  char *shown_sha256;
  GtkWidget *shown;
  GtkWidget *shown_hash;
  GtkWidget *changes_box;
  GtkWidget *changes;
  GtkWidget *signers;
  GtkWidget *pad_box;
  GtkWidget *pad_for;
  GtkWidget *pad_name;
  GtkWidget *pad_post;
  GtkWidget *pad;
  GtkWidget *pad_undo;
  GtkWidget *pad_clear;
  GtkWidget *pad_save;
  GtkWidget *refuse;
  GtkWidget *refuse_box;
  GtkWidget *refuse_reason;
  GtkWidget *refuse_witness;
  GtkWidget *refuse_save;
  GtkWidget *message;
  GtkWidget *done;
  GtkWidget *canvas;
  GtkWidget *question;
  BhConfirm *confirm;
  gboolean asks_about_text; /* the open question is about missing glyphs in the shown text */
  GHashTable *accepted;     /* lines of missing-glyphs.h that may be printed with placeholders */
  char *role;               /* role in which the present person signs */
  char *staff; /* staff id of the person who signs now; NULL for people who are not staff */
};

G_DEFINE_FINAL_TYPE(BhSignPage, bh_sign_page, BH_TYPE_PAGE)

static void bh_sign_page_finalize(GObject *object)
{
  BhSignPage *self = BH_SIGN_PAGE(object);
  g_free(self->inspection);
  g_free(self->document);
  json_decref(self->visit);
  g_free(self->shown_text);
  g_free(self->shown_sha256);
  g_hash_table_unref(self->accepted);
  g_free(self->role);
  g_free(self->staff);
  G_OBJECT_CLASS(bh_sign_page_parent_class)->finalize(object);
}

static void show_message(BhSignPage *self, const char *text)
{
  gtk_label_set_text(GTK_LABEL(self->message), text != NULL ? text : "");
  gtk_widget_set_visible(self->message, text != NULL && *text != '\0');
  if (text != NULL && *text != '\0')
    bh_part_bring_into_view(self->message);
}

static gboolean is_for_shown(BhSignPage *self, const json_t *signature)
{
  return g_strcmp0(bh_json_string_or(signature, "shown_sha256", NULL), self->shown_sha256) == 0;
}

static const char *get_signed_record(BhSignPage *self)
{
  return self->document != NULL ? self->document : self->inspection;
}

/* The last signature given to the shown text; otherwise the last one given to an earlier text. */
static const json_t *find_signature(BhSignPage *self, const char *role, const char *staff)
{
  const json_t *found = NULL;
  gsize i;
  json_t *row;
  json_array_foreach(
      json_object_get(self->visit, self->document != NULL ? "receipts" : "signatures"), i, row) {
    const json_t *values = json_object_get(row, "values");
    if (strcmp(bh_json_string_or(values, "parent", ""), get_signed_record(self)) == 0 &&
        strcmp(bh_json_string_or(values, "role", ""), role) == 0 &&
        (staff == NULL || g_strcmp0(bh_json_string_or(values, "staff", NULL), staff) == 0) &&
        (is_for_shown(self, values) || found == NULL || !is_for_shown(self, found)))
      found = values;
  }
  return found;
}

static gboolean has_mode(BhSignPage *self, const char *mode)
{
  const json_t *modes = json_object_get(bh_visit_get_values(self->visit, "inspection"), "modes");
  return bh_json_has_name(modes, mode);
}

/* --- missing glyphs --- */

typedef void (*ContinueFunc)(BhSignPage *self);

typedef struct {
  char *lines;
  ContinueFunc proceed;
  /* The missing glyphs are in the shown text, not in what is typed on this page. */
  gboolean is_text;
} MissingGlyphs;

static void missing_glyphs_free(gpointer data)
{
  MissingGlyphs *missing_glyphs = data;
  g_free(missing_glyphs->lines);
  g_free(missing_glyphs);
}

static void on_missing_glyphs_answered(gpointer owner, gboolean yes, const char *reason,
                                       gpointer data)
{
  (void)reason;
  BhSignPage *self = owner;
  MissingGlyphs *missing_glyphs = data;
  self->asks_about_text = FALSE;
  if (!yes) {
    if (missing_glyphs->is_text) /* the text is corrected on the page where it was typed */
      bh_page_close(BH_PAGE(self));
    return;
  }
  g_hash_table_add(self->accepted, g_strdup(missing_glyphs->lines));
  missing_glyphs->proceed(self);
}

/* TRUE when fonts can draw all of `texts` ({field: text} or frozen fields), or a person agreed to
 * placeholders. Otherwise asks, and calls `proceed` when the answer is yes. */
static gboolean check_glyphs(BhSignPage *self, const json_t *texts, ContinueFunc proceed)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  g_autofree char *lines = bh_missing_glyphs_dup_lines(texts, bh_session_get_kinds(session),
                                                       bh_session_get_lang(session), NULL);
  if (*lines == '\0' || g_hash_table_contains(self->accepted, lines))
    return TRUE;
  MissingGlyphs *missing_glyphs = g_new0(MissingGlyphs, 1);
  missing_glyphs->lines = g_strdup(lines);
  missing_glyphs->proceed = proceed;
  missing_glyphs->is_text = self->asks_about_text = json_object_get(texts, "paper") != NULL;
  g_autofree char *question = bh_missing_glyphs_dup_question(lines);
  bh_confirm_ask(self->confirm, question, NULL, _("Print 〓 there"), _("Go back and correct"),
                 on_missing_glyphs_answered, self, missing_glyphs, missing_glyphs_free);
  return FALSE;
}

/* --- who signs --- */

static void close_pad(BhSignPage *self)
{
  gtk_widget_hide(self->pad_box);
  gtk_widget_hide(self->refuse_box);
  bh_signature_pad_clear(BH_SIGNATURE_PAD(self->canvas));
}

static void on_signer(GtkButton *row, BhSignPage *self)
{
  g_free(self->role);
  g_free(self->staff);
  self->role = g_strdup(g_object_get_data(G_OBJECT(row), "bh-role"));
  self->staff = g_strdup(bh_part_get_record(GTK_WIDGET(row)));
  const char *title = g_object_get_data(G_OBJECT(row), "bh-title");
  gboolean staff = self->staff != NULL && *self->staff != '\0';
  gtk_label_set_text(GTK_LABEL(self->pad_for), title);
  gtk_widget_set_visible(self->pad_name, !staff);
  gtk_widget_set_visible(self->pad_post, !staff);
  const char *preset = strcmp(self->role, "enterprise") == 0
                           ? bh_json_string_or(bh_visit_get_values(self->visit, "enterprise"),
                                               "main_responsible_person", "")
                           : g_object_get_data(G_OBJECT(row), "bh-name");
  gtk_entry_set_text(GTK_ENTRY(self->pad_name), preset);
  gtk_entry_set_text(GTK_ENTRY(self->pad_post), "");
  gtk_widget_set_visible(self->refuse, strcmp(self->role, "enterprise") == 0);
  gtk_widget_hide(self->refuse_box);
  bh_signature_pad_clear(BH_SIGNATURE_PAD(self->canvas));
  gtk_widget_show(self->pad_box);
  bh_part_bring_into_view(self->pad_box);
}

static void add_signer(BhSignPage *self, const char *role, const char *staff, const char *title,
                       const char *name)
{
  const json_t *signature = find_signature(self, role, staff);
  gboolean is_current = signature != NULL && is_for_shown(self, signature);
  gboolean refused = json_is_true(json_object_get(signature, "refused"));
  const char *badge = signature == NULL ? _("Not signed")
                      : !is_current     ? refused ? _("Refused (old text)") : _("Signed (old text)")
                          : refused ? _("Refused")
                                        : _("Signed");
  g_autoptr(GList) before = gtk_container_get_children(GTK_CONTAINER(self->signers));
  g_autofree char *id = g_strdup_printf("signer-%s-%u", role, g_list_length(before) + 1);
  GtkWidget *row = bh_part_row(id, title, name, badge, staff);
  bh_part_set_class(row, "good", is_current && !refused);
  g_object_set_data_full(G_OBJECT(row), "bh-role", g_strdup(role), g_free);
  g_object_set_data_full(G_OBJECT(row), "bh-name", g_strdup(name), g_free);
  g_autofree char *heading =
      *name != '\0' ? g_strdup_printf("%s · %s", title, name) : g_strdup(title);
  g_object_set_data_full(G_OBJECT(row), "bh-title", g_steal_pointer(&heading), g_free);
  g_signal_connect(row, "clicked", G_CALLBACK(on_signer), self);
  gtk_container_add(GTK_CONTAINER(self->signers), row);
}

static void on_participants(BhSignPage *self)
{
  bh_page_open(BH_PAGE(self), bh_participants_page_new(self->inspection));
}

/* Adds the button that opens the participants: to add inspectors, and for an expert's opinion. */
static void add_participants_button(BhSignPage *self)
{
  GtkWidget *button =
      bh_part_button("participants", _("Add inspectors; opinions of experts"), NULL);
  g_signal_connect_swapped(button, "clicked", G_CALLBACK(on_participants), self);
  gtk_container_add(GTK_CONTAINER(self->signers), button);
}

static void show_signers(BhSignPage *self)
{
  bh_part_clear(self->signers);
  const json_t *inspection = bh_visit_get_values(self->visit, "inspection");
  const char *lead = bh_json_string_or(inspection, "lead", NULL);
  if (lead != NULL)
    add_signer(self, "inspector", lead, _("Inspector"), bh_visit_get_staff_name(self->visit, lead));
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(self->visit, "participants"), i, row) {
    const json_t *values = json_object_get(row, "values");
    const char *staff = bh_json_string_or(values, "staff", NULL);
    if (strcmp(bh_json_string_or(values, "role", ""), "expert") == 0) {
      /* An expert of the pool is staff, but signs for the opinion and is no second inspector. */
      if (self->document == NULL)
        add_signer(self, "expert", staff, _("Expert"),
                   staff != NULL ? bh_visit_get_staff_name(self->visit, staff)
                                 : bh_json_string_or(values, "name", ""));
    } else if (staff != NULL && g_strcmp0(staff, lead) != 0) {
      add_signer(self, "second_inspector", staff, _("Second inspector"),
                 bh_visit_get_staff_name(self->visit, staff));
    }
  }
  if (!has_mode(self, "covert") && !has_mode(self, "remote"))
    add_signer(self, "enterprise", NULL, _("Representative of the enterprise"), "");
  if (self->document == NULL)
    add_participants_button(self);
}

/* Values of the order that is signed for; NULL when it is not in the visit. */
static const json_t *get_order(BhSignPage *self)
{
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(self->visit, "documents"), i, row) {
    if (strcmp(bh_json_string_or(row, "id", ""), self->document) == 0)
      return json_object_get(row, "values");
  }
  return NULL;
}

/* The frozen fields that people sign: those that the record of the visit would have if it were made
 * now, or those of the order. A new reference. */
static json_t *dup_facts(BhSignPage *self, BhSession *session, GError **error)
{
  if (self->document == NULL)
    return bh_documents_freeze_to_sign(self->visit, bh_session_get_kinds(session), self->inspection,
                                       bh_session_now_ms(session), error);
  const json_t *order = get_order(self);
  if (order != NULL)
    return json_incref(json_object_get(order, "frozen"));
  g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "document: %s is not in this visit",
              self->document);
  return NULL;
}

static void allow_signing(BhSignPage *self)
{
  gtk_widget_set_sensitive(self->signers, TRUE);
  gtk_widget_set_sensitive(self->done, TRUE);
}

/* The text that people sign; g_free. Disables signing when the text cannot be made. */
static char *dup_shown_text(BhSignPage *self, BhSession *session)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) frozen = dup_facts(self, session, &error);
  /* The open question was about the text that was shown before, so it is closed. */
  if (self->asks_about_text)
    bh_confirm_close(self->confirm);
  self->asks_about_text = FALSE;
  /* A text that cannot be printed is not signed, because nobody could see later what was signed.
   * Placeholders need consent. */
  gboolean ready = frozen != NULL && check_glyphs(self, frozen, allow_signing);
  gtk_widget_set_sensitive(self->signers, ready);
  gtk_widget_set_sensitive(self->done, ready);
  if (g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT)) {
    g_clear_error(&error);
    bh_documents_set_too_long_error(self->visit, &error);
  }
  if (frozen == NULL) {
    g_autofree char *text = bh_session_dup_error_text(session, error);
    show_message(self, text);
  }
  return frozen != NULL ? bh_signed_text_make(frozen) : g_strdup("");
}

/* Shows how the text differs from the one that was signed before. */
static void show_changes(BhSignPage *self)
{
  const json_t *inspection = bh_visit_get_values(self->visit, "inspection");
  const json_t *before = json_object_get(inspection, "signed_facts");
  gboolean changed =
      self->document == NULL && json_is_object(before) &&
      g_strcmp0(bh_json_string_or(inspection, "signed_sha256", NULL), self->shown_sha256) != 0;
  gtk_widget_set_visible(self->changes_box, changed);
  if (!changed)
    return;
  g_autofree char *old = bh_signed_text_make(before);
  g_autofree char *text = bh_signed_text_dup_changes(old, self->shown_text);
  gtk_label_set_text(GTK_LABEL(self->changes), text);
}

/* Removes the strokes on the pad, because they were drawn under the text that was shown before. */
static void drop_strokes(BhSignPage *self)
{
  BhSignaturePad *pad = BH_SIGNATURE_PAD(self->canvas);
  if (!gtk_widget_get_visible(self->pad_box) || bh_signature_pad_is_empty(pad))
    return;
  bh_signature_pad_clear(pad);
  show_message(self, _("The text above has changed; read it again before you sign"));
}

static void on_visit(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhSignPage *self = BH_SIGN_PAGE(page);
  BhSession *session = bh_page_get_session(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  json_decref(self->visit);
  self->visit = json_incref(result);
  g_autofree char *before = g_steal_pointer(&self->shown_sha256);
  g_free(self->shown_text);
  self->shown_text = dup_shown_text(self, session);
  self->shown_sha256 = bh_hash_hex(self->shown_text, strlen(self->shown_text));
  if (g_strcmp0(before, self->shown_sha256) != 0)
    drop_strokes(self);
  g_autofree char *shown = g_strchomp(g_strdup(self->shown_text));
  gtk_label_set_text(GTK_LABEL(self->shown), shown);
  g_autofree char *hash =
      g_strdup_printf(_("Digest of this text (SHA-256): %.16s…"), self->shown_sha256);
  gtk_label_set_text(GTK_LABEL(self->shown_hash), hash);
  show_changes(self);
  show_signers(self);
  gtk_widget_set_sensitive(self->done, gtk_widget_get_sensitive(self->signers));
}

/* Reads the visit again. The button that ends the visit keeps its state until the answer arrives,
 * because records may change while somebody taps the button. */
static void bh_sign_page_refresh(BhPage *page)
{
  bh_visit_ask(page, BH_SIGN_PAGE(page)->inspection, on_visit);
}

/* Reads the visit with its signatures and disables the end of the visit until they are known,
 * because the signatures decide how the visit ends. */
static void load_signatures(BhPage *page)
{
  gtk_widget_set_sensitive(BH_SIGN_PAGE(page)->done, FALSE);
  bh_sign_page_refresh(page);
}

/* --- a signature --- */

static void on_signed(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  (void)data;
  BhSignPage *self = BH_SIGN_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    bh_sign_page_refresh(page);
    return;
  }
  close_pad(self);
  show_message(self, NULL);
  load_signatures(page);
}

/* The person who signs now; borrows from the page. */
static BhSigningRequest get_signer(BhSignPage *self)
{
  gboolean staff = self->staff != NULL && *self->staff != '\0';
  return (BhSigningRequest){
      .inspection = self->inspection,
      .document = self->document,
      .shown_sha256 = self->shown_sha256,
      .role = self->role,
      .staff = self->staff,
      .name = staff ? bh_visit_get_staff_name(self->visit, self->staff)
                    : gtk_entry_get_text(GTK_ENTRY(self->pad_name)),
      .post = staff ? "" : gtk_entry_get_text(GTK_ENTRY(self->pad_post)),
  };
}

static void save_signature(BhSignPage *self, const BhSigningRequest *signer, GBytes *png)
{
  gpointer signing = bh_signing_new(bh_page_get_session(BH_PAGE(self)), signer, png);
  bh_page_submit_run(BH_PAGE(self), bh_signing_run, signing, bh_signing_free, on_signed, NULL,
                     NULL);
}

static void on_pad_save(BhSignPage *self)
{
  gboolean staff = self->staff != NULL && *self->staff != '\0';
  BhSignaturePad *canvas = BH_SIGNATURE_PAD(self->canvas);
  if (!bh_signature_pad_is_empty(canvas) && !bh_signature_pad_has_name(canvas)) {
    show_message(self, _("A dot is not a signature: please write the name"));
    return;
  }
  GBytes *png = bh_signature_pad_dup_png(BH_SIGNATURE_PAD(self->canvas));
  if (png == NULL) {
    show_message(self, _("Please sign on the pad first"));
    return;
  }
  if (!staff && *gtk_entry_get_text(GTK_ENTRY(self->pad_name)) == '\0') {
    show_message(self, _("Please give the name of the signer"));
    g_bytes_unref(png);
    return;
  }
  BhSigningRequest signer = get_signer(self);
  g_autoptr(json_t) texts = json_pack("{s:s, s:s}", "name", signer.name, "post", signer.post);
  if (!staff && !check_glyphs(self, texts, on_pad_save)) {
    g_bytes_unref(png);
    return;
  }
  save_signature(self, &signer, png);
}

static void on_pad_undo(BhSignPage *self)
{
  bh_signature_pad_undo(BH_SIGNATURE_PAD(self->canvas));
}

static void on_pad_clear(BhSignPage *self)
{
  bh_signature_pad_clear(BH_SIGNATURE_PAD(self->canvas));
}

static void on_refuse(BhSignPage *self)
{
  gtk_widget_show(self->refuse_box);
  gtk_widget_grab_focus(self->refuse_reason);
  bh_part_bring_into_view(self->refuse_box);
}

/* --- the end of the visit --- */

/* State to which the step of this page leads. When the enterprise refused to sign and several steps
 * have this page, the step is taken that asks for the reason of the refusal. */
static const char *get_end_state(BhSignPage *self)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const BhKind *kind = bh_session_find_kind(session, "inspection");
  BhContext context = {.values = bh_visit_get_values(self->visit, "inspection")};
  const json_t *signature = find_signature(self, "enterprise", NULL);
  gboolean refused =
      is_for_shown(self, signature) && json_is_true(json_object_get(signature, "refused"));
  const char *end = NULL;
  g_autoptr(GPtrArray) open = bh_workflow_list_open(
      kind, bh_visit_get_running_state(bh_session_get_kinds(session)), &context);
  for (guint i = 0; i < open->len; i++) {
    const BhTransition *step = open->pdata[i];
    if (g_strcmp0(bh_transition_get_page(step), "sign") != 0)
      continue;
    gboolean asks_why = g_strv_contains(bh_transition_get_asks(step), "refusal_reason");
    if (end == NULL || asks_why == refused)
      end = bh_transition_get_to(step);
  }
  return end;
}

static json_t *dup_end_values(BhSignPage *self)
{
  const char *state = get_end_state(self);
  gint64 now_ms = bh_session_now_ms(bh_page_get_session(BH_PAGE(self)));
  return json_pack("{s:I, s:s, s:s}", "ended_at", (json_int_t)now_ms, "outcome", "carried_out",
                   "state", state != NULL ? state : "");
}

/* Adds a problem for each deadline that is missing or past, because nobody can agree on deadlines
 * after everybody has signed and left. */
static void add_order_problems(BhSignPage *self, GString *text)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  BhDate today = bh_session_today(session);
  if (bh_visit_check_order_authority(self->visit, bh_session_get_kinds(session), &today) !=
      BH_ORDER_ALLOWED)
    return;
  g_autoptr(GPtrArray) rows = bh_visit_list_orderable(self->visit, bh_session_get_kinds(session));
  for (guint i = 0; i < rows->len; i++) {
    const json_t *values = json_object_get(g_ptr_array_index(rows, i), "values");
    const char *deadline = bh_json_string_or(values, "deadline", "");
    gboolean missing = *bh_json_string_or(values, "demand", "") == '\0' || *deadline == '\0';
    BhDate last;
    gboolean past = bh_date_parse(deadline, &last, NULL) && bh_date_compare(&last, &today) < 0;
    if (!missing && !past)
      continue;
    g_autofree char *line = g_strdup_printf(missing ? _("· %s: demand or deadline is missing")
                                                    : _("· %s: the deadline is in the past"),
                                            bh_json_string_or(values, "summary", ""));
    g_string_append_printf(text, "%s%s", text->len > 0 ? "\n" : "", line);
  }
}

/* Problems with ending the visit that this page finds without the store, one line each; g_free. */
static char *dup_own_problems(BhSignPage *self)
{
  g_autoptr(GString) text = g_string_new(NULL);
  gsize drafts = json_array_size(json_object_get(self->visit, "drafts"));
  if (drafts > 0)
    g_string_append_printf(text, _("· %u hazards are still drafts; save or discard them"),
                           (guint)drafts);
  if (json_object_size(json_object_get(self->visit, "inspection_draft")) > 0)
    g_string_append_printf(
        text, "%s%s", text->len > 0 ? "\n" : "",
        _("· some text on the inspection page cannot be saved; its field says why"));
  add_order_problems(self, text);
  return g_string_free(g_steal_pointer(&text), FALSE);
}

/* `data`: text of dup_own_problems from the time of the tap. */
static void on_ended(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  BhSignPage *self = BH_SIGN_PAGE(page);
  const char *lang = bh_session_get_lang(bh_page_get_session(page));
  const char *own_problems = data;
  if (error != NULL) {
    bh_page_say_error(page, error);
    bh_sign_page_refresh(page);
    return;
  }
  g_autoptr(GString) text = g_string_new(NULL);
  gsize i;
  json_t *problem;
  json_array_foreach(result, i, problem) {
    g_string_append_printf(text, "%s· %s", i > 0 ? "\n" : "", bh_json_string_or(problem, lang, ""));
  }
  if (*own_problems != '\0')
    g_string_append_printf(text, "%s%s", text->len > 0 ? "\n" : "", own_problems);
  show_message(self, text->str);
  if (text->len > 0)
    return;
  if (self->document != NULL)
    bh_page_close(page);
  else
    bh_page_replace(page, bh_finish_page_new(self->inspection));
}

static void end_visit(BhSignPage *self)
{
  BhPage *page = BH_PAGE(self);
  char *own_problems = dup_own_problems(self);
  json_t *end = dup_end_values(self);
  /* When the page itself has found problems, it only lets the store check the visit and does not
   * end it, so that all problems are shown together. */
  if (*own_problems != '\0')
    bh_page_submit(page, bh_call_check(self->inspection, "inspection", end), on_ended, own_problems,
                   g_free);
  else
    bh_page_submit_run(
        page, bh_visit_end_run,
        bh_visit_end_new(bh_page_get_session(page), self->inspection, self->shown_sha256, end),
        bh_visit_end_free, on_ended, own_problems, g_free);
}

/* --- the service of an order --- */

static void serve(BhDevice *device, GTask *task, gpointer request)
{
  g_autoptr(GError) error = NULL;
  json_t *result = bh_documents_serve(device, request, &error);
  if (result != NULL)
    g_task_return_pointer(task, result, (GDestroyNotify)json_decref);
  else
    g_task_return_error(task, g_steal_pointer(&error));
}

/* Saves the service of the order. `set`: values of the step, which say how the order was served;
 * taken over. */
static void serve_order(BhSignPage *self, json_t *set)
{
  BhPage *page = BH_PAGE(self);
  BhPaperType type;
  if (!bh_paper_type_find(bh_session_get_kinds(bh_page_get_session(page)),
                          bh_json_string_or(get_order(self), "doc_type", ""), &type) ||
      type.receipt == NULL) {
    g_autoptr(GError) error = NULL;
    bh_user_error_set_old_kinds(&error);
    bh_page_say_error(page, error);
    json_decref(set);
    return;
  }
  BhServiceRequest *request = g_new0(BhServiceRequest, 1);
  json_object_set_new(set, "state", json_string(type.receipt));
  json_object_set_new(set, "served_at", json_integer(bh_session_now_ms(bh_page_get_session(page))));
  request->author = g_strdup(bh_session_get_actor(bh_page_get_session(page)));
  request->inspection = g_strdup(self->inspection);
  request->document = g_strdup(self->document);
  request->set = set;
  bh_page_submit_run(page, serve, request, bh_service_request_free, on_ended, g_strdup(""), g_free);
}

static void on_refuse_save(BhSignPage *self)
{
  const char *reason = gtk_entry_get_text(GTK_ENTRY(self->refuse_reason));
  const char *witness = gtk_entry_get_text(GTK_ENTRY(self->refuse_witness));
  if (*reason == '\0' || *witness == '\0') {
    show_message(self, _("A refusal needs a reason and a witness"));
    return;
  }
  g_autoptr(json_t) texts =
      json_pack("{s:s, s:s}", "refusal_reason", reason, "refusal_witness", witness);
  if (!check_glyphs(self, texts, on_refuse_save))
    return;
  if (self->document != NULL) {
    serve_order(self, json_pack("{s:s, s:s, s:s}", "service_method", "refused",
                                "service_refusal_reason", reason, "service_witness", witness));
    return;
  }
  BhSigningRequest signer = get_signer(self);
  signer.refusal_reason = reason;
  signer.refusal_witness = witness;
  save_signature(self, &signer, NULL);
}

static void on_done(BhSignPage *self)
{
  if (self->visit == NULL)
    return;
  if (self->document != NULL)
    serve_order(self, json_pack("{s:s}", "service_method", "signed"));
  else
    end_visit(self);
}

static void bh_sign_page_load(BhPage *page)
{
  BhSignPage *self = BH_SIGN_PAGE(page);
  const char *done = self->document != NULL ? _("Record the service") : _("Finish the inspection");
  bh_page_set_title(page, self->document != NULL ? _("Sign for receipt") : _("Sign"));
  bh_part_button_set_text(self->done, done);
  load_signatures(page);
}

static void bh_sign_page_class_init(BhSignPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_sign_page_finalize;
  page_class->load = bh_sign_page_load;
  page_class->refresh = bh_sign_page_refresh;
  BH_PAGE_TEMPLATE(klass, "visit/sign");
  BH_PAGE_CHILD(klass, BhSignPage, shown);
  BH_PAGE_CHILD(klass, BhSignPage, shown_hash);
  BH_PAGE_CHILD(klass, BhSignPage, changes_box);
  BH_PAGE_CHILD(klass, BhSignPage, changes);
  BH_PAGE_CHILD(klass, BhSignPage, signers);
  BH_PAGE_CHILD(klass, BhSignPage, pad_box);
  BH_PAGE_CHILD(klass, BhSignPage, pad_for);
  BH_PAGE_CHILD(klass, BhSignPage, pad_name);
  BH_PAGE_CHILD(klass, BhSignPage, pad_post);
  BH_PAGE_CHILD(klass, BhSignPage, pad);
  BH_PAGE_CHILD(klass, BhSignPage, pad_undo);
  BH_PAGE_CHILD(klass, BhSignPage, pad_clear);
  BH_PAGE_CHILD(klass, BhSignPage, pad_save);
  BH_PAGE_CHILD(klass, BhSignPage, refuse);
  BH_PAGE_CHILD(klass, BhSignPage, refuse_box);
  BH_PAGE_CHILD(klass, BhSignPage, refuse_reason);
  BH_PAGE_CHILD(klass, BhSignPage, refuse_witness);
  BH_PAGE_CHILD(klass, BhSignPage, refuse_save);
  BH_PAGE_CHILD(klass, BhSignPage, question);
  BH_PAGE_CHILD(klass, BhSignPage, message);
  BH_PAGE_CHILD(klass, BhSignPage, done);
}

static void bh_sign_page_init(BhSignPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  self->accepted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  self->confirm = BH_CONFIRM(bh_confirm_new("missing_glyphs"));
  gtk_container_add(GTK_CONTAINER(self->question), GTK_WIDGET(self->confirm));
  self->canvas = bh_signature_pad_new();
  bh_part_identify(self->canvas, "canvas", _("Sign here"));
  gtk_container_add(GTK_CONTAINER(self->pad), self->canvas);
  g_signal_connect_swapped(self->pad_undo, "clicked", G_CALLBACK(on_pad_undo), self);
  g_signal_connect_swapped(self->pad_clear, "clicked", G_CALLBACK(on_pad_clear), self);
  g_signal_connect_swapped(self->pad_save, "clicked", G_CALLBACK(on_pad_save), self);
  g_signal_connect_swapped(self->refuse, "clicked", G_CALLBACK(on_refuse), self);
  g_signal_connect_swapped(self->refuse_save, "clicked", G_CALLBACK(on_refuse_save), self);
  g_signal_connect_swapped(self->done, "clicked", G_CALLBACK(on_done), self);
}

BhPage *bh_sign_page_new(const char *inspection)
{
  BhSignPage *self = g_object_new(BH_TYPE_SIGN_PAGE, NULL);
  self->inspection = g_strdup(inspection);
  return BH_PAGE(self);
}

BhPage *bh_sign_page_new_order(const char *inspection, const char *document)
{
  BhPage *page = bh_sign_page_new(inspection);
  BH_SIGN_PAGE(page)->document = g_strdup(document);
  return page;
}
