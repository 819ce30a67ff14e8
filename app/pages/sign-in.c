/* Tiles of people, then the PIN. The PIN is checked on the store's thread; its answer signs in the
 * person it was typed for, or nobody. Start at on_tile and check(). */
#include "app/pages/sign-in.h"

#include <glib/gi18n.h>
#include <handy.h>
#include <string.h>

#include "app/pages/home.h"
#include "schema/error.h"
#include "schema/person.h"

#define TILE_AVATAR_PX 64
#define PIN_SLOT "pin"

struct _BhSignInPage {
  BhPage parent;
  GtkStack *steps;
  GtkWidget *tiles;
  json_t *shown; /* the people of the tiles */
  GtkWidget *no_staff;
  GtkWidget *pin_step;
  GtkWidget *pin_avatar;
  GtkWidget *pin_name;
  GtkWidget *other_person;
  GtkWidget *pin_dots;
  GtkWidget *pin_message;
  GtkWidget *keypad;
  GString *pin;
  char *staff;
  char *name;
  gint64 locked_until_ms;
  guint countdown;
};

G_DEFINE_FINAL_TYPE(BhSignInPage, bh_sign_in_page, BH_TYPE_PAGE)

static void wipe_pin(BhSignInPage *self)
{
  memset(self->pin->str, 0, self->pin->allocated_len);
  g_string_truncate(self->pin, 0);
}

static void bh_sign_in_page_dispose(GObject *object)
{
  BhSignInPage *self = BH_SIGN_IN_PAGE(object);
  g_clear_handle_id(&self->countdown, g_source_remove);
  G_OBJECT_CLASS(bh_sign_in_page_parent_class)->dispose(object);
}

static void bh_sign_in_page_finalize(GObject *object)
{
  BhSignInPage *self = BH_SIGN_IN_PAGE(object);
  wipe_pin(self);
  g_string_free(self->pin, TRUE);
  g_free(self->staff);
  g_free(self->name);
  json_decref(self->shown);
  G_OBJECT_CLASS(bh_sign_in_page_parent_class)->finalize(object);
}

static void show_dots(BhSignInPage *self)
{
  g_autoptr(GString) dots = g_string_new(NULL);
  for (gsize i = 0; i < self->pin->len; i++)
    g_string_append(dots, "● ");
  gtk_label_set_text(GTK_LABEL(self->pin_dots), self->pin->len > 0 ? dots->str : _("PIN"));
}

static void show_message(BhSignInPage *self, const char *text)
{
  gtk_label_set_text(GTK_LABEL(self->pin_message), text != NULL ? text : "");
  gtk_widget_set_visible(self->pin_message, text != NULL);
}

/* The clock by which the store counts lock-outs; it also counts while the machine is suspended. */
static gint64 boot_ms(BhSignInPage *self)
{
  const BhClock *clock = bh_session_get_clock(bh_page_get_session(BH_PAGE(self)));
  return clock->boot_ms(clock->data);
}

static gboolean on_countdown(gpointer data)
{
  BhSignInPage *self = data;
  gint64 left_ms = self->locked_until_ms - boot_ms(self);
  gtk_widget_set_sensitive(self->keypad, left_ms <= 0);
  if (left_ms <= 0) {
    self->countdown = 0;
    show_message(self, NULL);
    return G_SOURCE_REMOVE;
  }
  g_autofree char *text = g_strdup_printf(_("Too many wrong PINs; locked for %d:%02d"),
                                          (int)(left_ms / 60000), (int)(left_ms / 1000 % 60));
  show_message(self, text);
  return G_SOURCE_CONTINUE;
}

static void start_countdown(BhSignInPage *self, gint64 wait_ms)
{
  self->locked_until_ms = boot_ms(self) + wait_ms;
  g_clear_handle_id(&self->countdown, g_source_remove);
  if (on_countdown(self))
    self->countdown = g_timeout_add_seconds(1, on_countdown, self);
}

/* --- the check, on the store's thread --- */

typedef struct {
  char *staff;
  char *pin;
} PinCheck;

/* The person whose PIN is checked; passed to the function that gets the answer. */
typedef struct {
  char *staff;
  char *name;
} Person;

static void person_free(gpointer data)
{
  Person *person = data;
  g_free(person->staff);
  g_free(person->name);
  g_free(person);
}

static void check_free(gpointer data)
{
  PinCheck *check = data;
  memset(check->pin, 0, strlen(check->pin));
  g_free(check->pin);
  g_free(check->staff);
  g_free(check);
}

/* Result: {"ok"}, or {"code","message","wait_ms","tries"}: a refused PIN is a result and not an
 * error, because an error cannot carry these details. */
static void check_pin(BhDevice *device, GTask *task, gpointer data)
{
  PinCheck *check = data;
  g_autoptr(GError) error = NULL;
  BhSignInRefusal refusal;
  if (bh_device_sign_in(device, check->staff, check->pin, &refusal, &error)) {
    g_task_return_pointer(task, json_pack("{s:b}", "ok", 1), (GDestroyNotify)json_decref);
    return;
  }
  json_t *answer = json_pack("{s:i, s:s, s:I, s:i}", "code",
                             error->domain == BH_ERROR ? error->code : BH_ERROR_FAILED, "message",
                             error->message, "wait_ms", (json_int_t)refusal.locked_ms, "tries",
                             refusal.tries_left);
  g_task_return_pointer(task, answer, (GDestroyNotify)json_decref);
}

static void on_checked(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  const Person *person = data;
  BhSignInPage *self = BH_SIGN_IN_PAGE(page);
  gtk_widget_set_sensitive(self->keypad, TRUE);
  wipe_pin(self);
  show_dots(self);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  if (json_is_true(json_object_get(result, "ok"))) {
    bh_session_set_actor(bh_page_get_session(page), person->staff, person->name);
    bh_page_replace(page, bh_home_page_new());
    return;
  }
  int code = (int)json_integer_value(json_object_get(result, "code"));
  if (code == BH_ERROR_LOCKED) {
    start_countdown(self, json_integer_value(json_object_get(result, "wait_ms")));
  } else if (code == BH_ERROR_EXPIRED) {
    show_message(self, _("This person's sign-in is no longer valid; ask your administrator"));
  } else if (code == BH_ERROR_DENIED) {
    int tries = (int)json_integer_value(json_object_get(result, "tries"));
    g_autofree char *text = tries >= 0 ? g_strdup_printf(_("Wrong PIN; %d tries left"), tries)
                                       : g_strdup(_("Wrong PIN"));
    show_message(self, text);
  } else {
    show_message(self, _("The PIN cannot be checked; sync the device first"));
    g_warning("sign in: %s", bh_json_string_or(result, "message", ""));
  }
}

static void check(BhSignInPage *self)
{
  if (bh_page_is_asking(BH_PAGE(self), PIN_SLOT) || self->pin->len == 0)
    return;
  gtk_widget_set_sensitive(self->keypad, FALSE);
  show_message(self, NULL);
  PinCheck *work = g_new0(PinCheck, 1);
  work->staff = g_strdup(self->staff);
  work->pin = g_strdup(self->pin->str);
  Person *person = g_new0(Person, 1);
  person->staff = g_strdup(self->staff);
  person->name = g_strdup(self->name);
  bh_page_ask_run(BH_PAGE(self), PIN_SLOT, check_pin, work, check_free, on_checked, person,
                  person_free);
}

/* --- keypad --- */

static void press(BhSignInPage *self, char key)
{
  if (!gtk_widget_get_sensitive(self->keypad))
    return;
  if (key == '<' && self->pin->len > 0) {
    self->pin->str[self->pin->len - 1] = '\0';
    g_string_truncate(self->pin, self->pin->len - 1);
  } else if (key == '\n') {
    check(self);
    return;
  } else if (g_ascii_isdigit(key) && self->pin->len < BH_PIN_MAX) {
    g_string_append_c(self->pin, key);
  }
  show_dots(self);
}

static void on_key_button(GtkButton *button, BhSignInPage *self)
{
  press(self, (char)GPOINTER_TO_INT(g_object_get_data(G_OBJECT(button), "bh-key")));
}

static gboolean on_key_event(GtkWidget *widget, GdkEventKey *event, gpointer data)
{
  (void)widget;
  BhSignInPage *self = data;
  if (gtk_stack_get_visible_child(self->steps) != self->pin_step)
    return GDK_EVENT_PROPAGATE;
  gunichar c = gdk_keyval_to_unicode(event->keyval);
  if (event->keyval == GDK_KEY_BackSpace)
    press(self, '<');
  else if (event->keyval == GDK_KEY_Return || event->keyval == GDK_KEY_KP_Enter)
    press(self, '\n');
  else if (c >= '0' && c <= '9')
    press(self, (char)c);
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

static void make_keypad(BhSignInPage *self)
{
  static const char keys[] = "123456789<0\n";
  for (int i = 0; keys[i] != '\0'; i++) {
    char text[2] = {keys[i], '\0'};
    const char *label = keys[i] == '<' ? "⌫" : keys[i] == '\n' ? _("OK") : text;
    g_autofree char *id = keys[i] == '<'    ? g_strdup("key-back")
                          : keys[i] == '\n' ? g_strdup("key-ok")
                                            : g_strdup_printf("key-%c", keys[i]);
    GtkWidget *button = bh_part_button(id, label, "key");
    if (keys[i] == '<')
      bh_part_identify(button, id, _("Delete the last digit"));
    if (keys[i] == '\n')
      bh_part_add_class(button, "suggested-action");
    g_object_set_data(G_OBJECT(button), "bh-key", GINT_TO_POINTER(keys[i]));
    g_signal_connect(button, "clicked", G_CALLBACK(on_key_button), self);
    gtk_grid_attach(GTK_GRID(self->keypad), button, i % 3, i / 3, 1, 1);
  }
}

/* --- face tiles --- */

/* Drops a PIN that is being checked for a person who is not selected any more. */
static void cancel_check(BhSignInPage *self)
{
  wipe_pin(self);
  show_dots(self);
  show_message(self, NULL);
  g_clear_handle_id(&self->countdown, g_source_remove);
  gtk_widget_set_sensitive(self->keypad, TRUE);
  /* A lock-out after this PIN is not lost: the tiles show it. */
  if (bh_page_cancel_ask(BH_PAGE(self), PIN_SLOT)) {
    /* If the PIN was right, the store has opened that person's key. */
    bh_session_sign_out(bh_page_get_session(BH_PAGE(self)), self->staff);
    bh_page_refresh(BH_PAGE(self));
  }
}

static void show_tiles(BhSignInPage *self)
{
  cancel_check(self);
  gtk_stack_set_visible_child_name(self->steps, "who");
}

static void on_tile(GtkButton *button, BhSignInPage *self)
{
  /* The keypad is made here and not on load, to show the tiles sooner after a start. */
  if (gtk_grid_get_child_at(GTK_GRID(self->keypad), 0, 0) == NULL)
    make_keypad(self);
  cancel_check(self);
  g_free(self->staff);
  g_free(self->name);
  self->staff = g_strdup(bh_part_get_record(GTK_WIDGET(button)));
  self->name = g_strdup(g_object_get_data(G_OBJECT(button), "bh-name"));
  gtk_label_set_text(GTK_LABEL(self->pin_name), self->name);
  hdy_avatar_set_text(HDY_AVATAR(self->pin_avatar), self->name);
  gint64 until = GPOINTER_TO_SIZE(g_object_get_data(G_OBJECT(button), "bh-locked-s")) * 1000;
  gint64 wait_ms = until - bh_session_now_ms(bh_page_get_session(BH_PAGE(self)));
  if (until > 0 && wait_ms > 0)
    start_countdown(self, wait_ms);
  gtk_stack_set_visible_child(self->steps, self->pin_step);
}

static void add_tile(BhSignInPage *self, const json_t *staff, guint number)
{
  const char *name = bh_json_string_or(staff, "name", "");
  gint64 drafts = json_integer_value(json_object_get(staff, "drafts"));
  gint64 locked_ms = json_integer_value(json_object_get(staff, "locked_until_ms"));
  GtkWidget *button = gtk_button_new();
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
  gtk_container_add(GTK_CONTAINER(box), bh_part_avatar(name, TILE_AVATAR_PX));
  GtkWidget *label = bh_part_label(name, "row-title");
  gtk_label_set_xalign(GTK_LABEL(label), 0.5);
  gtk_container_add(GTK_CONTAINER(box), label);
  g_autofree char *more = drafts > 0 ? g_strdup_printf(_("%d drafts"), (int)drafts) : NULL;
  if (more != NULL) {
    GtkWidget *count = bh_part_label(more, "dim");
    gtk_label_set_xalign(GTK_LABEL(count), 0.5);
    gtk_container_add(GTK_CONTAINER(box), count);
  }
  gtk_container_add(GTK_CONTAINER(button), box);
  g_autofree char *id = g_strdup_printf("tile-%u", number);
  bh_part_identify(button, id, name);
  bh_part_add_class(button, "tile");
  bh_part_set_record(button, bh_json_string_or(staff, "id", ""));
  g_object_set_data_full(G_OBJECT(button), "bh-name", g_strdup(name), g_free);
  g_object_set_data(G_OBJECT(button), "bh-locked-s", GSIZE_TO_POINTER((gsize)(locked_ms / 1000)));
  g_signal_connect(button, "clicked", G_CALLBACK(on_tile), self);
  gtk_widget_show_all(button);
  gtk_container_add(GTK_CONTAINER(self->tiles), button);
}

/* Says why nobody can sign in on a device that the hub revoked, and that unsent work is kept. */
static void show_shut(BhSignInPage *self)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  if (!json_is_true(json_object_get(bh_session_get_status(session), "shut")))
    return;
  gint64 unsent = bh_session_count_unsent(session);
  g_autofree char *text =
      unsent > 0
          ? g_strdup_printf(_("This device was revoked; ask your administrator. %d not sent: "
                              "they are kept on it."),
                            (int)unsent)
          : g_strdup(_("This device was revoked; ask your administrator"));
  gtk_label_set_text(GTK_LABEL(self->no_staff), text);
}

static void on_staff(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhSignInPage *self = BH_SIGN_IN_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  /* New tiles would take no notice of a finger that is on an old one, so they are made only when
   * something changed. */
  if (self->shown != NULL && json_equal(self->shown, result))
    return;
  json_decref(self->shown);
  self->shown = json_incref(result);
  bh_part_clear(self->tiles);
  const json_t *staff = result;
  gsize i;
  json_t *person;
  json_array_foreach(staff, i, person) {
    add_tile(self, person, (guint)i + 1);
  }
  gtk_widget_set_visible(self->no_staff, json_array_size(staff) == 0);
  show_shut(self);
}

static void bh_sign_in_page_refresh(BhPage *page)
{
  bh_page_ask(page, "staff", bh_call_list_staff(), on_staff, NULL, NULL);
}

static void bh_sign_in_page_load(BhPage *page)
{
  BhSignInPage *self = BH_SIGN_IN_PAGE(page);
  bh_page_set_title(page, _("Bihuan"));
  g_signal_connect_object(bh_page_get_host(page), "key-press-event", G_CALLBACK(on_key_event), self,
                          0);
  bh_sign_in_page_refresh(page);
}

static void bh_sign_in_page_class_init(BhSignInPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->dispose = bh_sign_in_page_dispose;
  G_OBJECT_CLASS(klass)->finalize = bh_sign_in_page_finalize;
  page_class->load = bh_sign_in_page_load;
  page_class->refresh = bh_sign_in_page_refresh;
  BH_PAGE_TEMPLATE(klass, "pages/sign-in");
  BH_PAGE_CHILD(klass, BhSignInPage, steps);
  BH_PAGE_CHILD(klass, BhSignInPage, tiles);
  BH_PAGE_CHILD(klass, BhSignInPage, no_staff);
  BH_PAGE_CHILD(klass, BhSignInPage, pin_step);
  BH_PAGE_CHILD(klass, BhSignInPage, pin_avatar);
  BH_PAGE_CHILD(klass, BhSignInPage, pin_name);
  BH_PAGE_CHILD(klass, BhSignInPage, other_person);
  BH_PAGE_CHILD(klass, BhSignInPage, pin_dots);
  BH_PAGE_CHILD(klass, BhSignInPage, pin_message);
  BH_PAGE_CHILD(klass, BhSignInPage, keypad);
}

static void bh_sign_in_page_init(BhSignInPage *self)
{
  self->pin = g_string_sized_new(BH_PIN_MAX + 1);
  gtk_widget_init_template(GTK_WIDGET(self));
  show_dots(self);
  g_signal_connect_swapped(self->other_person, "clicked", G_CALLBACK(show_tiles), self);
}

BhPage *bh_sign_in_page_new(void)
{
  return g_object_new(BH_TYPE_SIGN_IN_PAGE, NULL);
}
