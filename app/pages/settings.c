/* The settings page. Settings are saved with every change. */
#include "app/pages/settings.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/pages/enrol.h"
#include "schema/version.h"

struct _BhSettingsPage {
  BhPage parent;
  GtkWidget *text_sizes;
  GtkWidget *dark;
  GtkWidget *lock_minutes;
  GtkWidget *about;
  GtkWidget *moved;
  GtkWidget *doctor;
  GtkWidget *checks;
  gboolean loading;
};

G_DEFINE_FINAL_TYPE(BhSettingsPage, bh_settings_page, BH_TYPE_PAGE)

static void apply(BhSettingsPage *self)
{
  BhPage *page = BH_PAGE(self);
  if (self->loading)
    return;
  g_autoptr(GError) error = NULL;
  if (!bh_settings_save(bh_session_get_settings(bh_page_get_session(page)), &error))
    bh_page_say_error(page, error);
  bh_page_host_apply_settings(bh_page_get_host(page));
}

static void on_dark(BhSettingsPage *self)
{
  bh_session_get_settings(bh_page_get_session(BH_PAGE(self)))->dark =
      gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->dark));
  apply(self);
}

static void on_lock_minutes(BhSettingsPage *self)
{
  bh_session_get_settings(bh_page_get_session(BH_PAGE(self)))->lock_minutes =
      gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(self->lock_minutes));
  apply(self);
}

static void on_text_size(GtkToggleButton *button, BhSettingsPage *self)
{
  if (!gtk_toggle_button_get_active(button))
    return;
  bh_session_get_settings(bh_page_get_session(BH_PAGE(self)))->text_percent =
      GPOINTER_TO_INT(g_object_get_data(G_OBJECT(button), "bh-percent"));
  apply(self);
}

static void add_text_sizes(BhSettingsPage *self, int current_percent)
{
  static const int sizes[] = {100, 125, 150};
  const char *const labels[] = {_("Normal"), _("Large"), _("Largest")};
  GtkWidget *group = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
    GtkWidget *radio =
        gtk_radio_button_new_from_widget(group != NULL ? GTK_RADIO_BUTTON(group) : NULL);
    group = radio;
    gtk_container_add(GTK_CONTAINER(radio), bh_part_label(labels[i], NULL));
    g_autofree char *id = g_strdup_printf("text-%d", sizes[i]);
    bh_part_identify(radio, id, labels[i]);
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(radio), sizes[i] == current_percent);
    g_object_set_data(G_OBJECT(radio), "bh-percent", GINT_TO_POINTER(sizes[i]));
    g_signal_connect(radio, "toggled", G_CALLBACK(on_text_size), self);
    gtk_box_pack_start(GTK_BOX(self->text_sizes), radio, TRUE, TRUE, 0);
    gtk_widget_show(radio);
  }
}

static void add_fact(BhSettingsPage *self, const char *label, const char *value)
{
  if (*value != '\0')
    gtk_container_add(GTK_CONTAINER(self->about), bh_part_fact(label, value));
}

/* Names of the store's self-checks for people. */
static const char *check_label(const char *name)
{
  static const struct {
    const char *name;
    const char *label;
  } words[] = {
      {"store", N_("Records")},
      {"enrolled", N_("Enrolment")},
      {"chain", N_("Chain of signatures")},
      {"damaged", N_("Undamaged entries")},
      {"people", N_("People and sign-in")},
      {"clock", N_("Clock")},
      {"files", N_("Files that wait")},
      {"orphans", N_("Files without a record")},
      {"space", N_("Free space")},
      {"encryption", N_("Disk encryption")},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
    if (strcmp(words[i].name, name) == 0)
      return gettext(words[i].label);
  return name;
}

static void on_checks(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhSettingsPage *self = BH_SETTINGS_PAGE(page);
  gtk_widget_set_sensitive(self->doctor, TRUE);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  bh_part_clear(self->checks);
  gsize i;
  json_t *check;
  json_array_foreach(json_object_get(result, "checks"), i, check) {
    gboolean ok = json_is_true(json_object_get(check, "ok"));
    g_autofree char *id = g_strdup_printf("check-%u", (guint)i + 1);
    const char *label = check_label(bh_json_string_or(check, "name", ""));
    gboolean warning = json_is_true(json_object_get(check, "warning"));
    /* Nothing is wrong with what is only to be looked at: the page says elsewhere what it means. */
    g_autofree char *text = ok && !warning ? g_strdup_printf(_("%s: in order"), label)
                            : ok           ? g_strdup_printf(_("%s: please check"), label)
                                           : g_strdup_printf(_("%s: not in order (%s)"), label,
                                                             bh_json_string_or(check, "text", ""));
    gtk_container_add(GTK_CONTAINER(self->checks), bh_part_notice(id, text,
                                                                  !ok       ? "error"
                                                                  : warning ? "warning"
                                                                            : "good"));
  }
}

static void on_doctor(BhSettingsPage *self)
{
  gtk_widget_set_sensitive(self->doctor, FALSE);
  bh_page_ask(BH_PAGE(self), "doctor", bh_call_doctor(), on_checks, NULL, NULL);
}

static void on_moved(BhPage *page)
{
  bh_page_open(page, bh_enrol_page_new_moved());
}

/* A disk that is not encrypted does not hinder the work, so the words say calmly what to do. */
static void add_encryption(BhSettingsPage *self, const char *state)
{
  gboolean plain = strcmp(state, "plain") == 0;
  add_fact(self, _("Disk encryption"),
           plain                             ? _("off")
           : strcmp(state, "encrypted") == 0 ? _("on")
                                             : _("not known"));
  if (plain)
    gtk_container_add(
        GTK_CONTAINER(self->about),
        bh_part_notice("not-encrypted",
                       _("If this device is lost, its records can be read by whoever finds it. Ask "
                         "your administrator to set it up with disk encryption."),
                       "info"));
}

static void on_description(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhSettingsPage *self = BH_SETTINGS_PAGE(page);
  BhSession *session = bh_page_get_session(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  bh_part_clear(self->about);
  add_fact(self, _("Device"), bh_json_string_or(result, "name", ""));
  add_fact(self, _("Unit"), bh_json_string_or(bh_session_get_unit_values(session), "name", ""));
  add_fact(self, _("Hub"), bh_json_string_or(result, "hub_name", ""));
  add_fact(self, _("Address"), bh_json_string_or(result, "url", ""));
  add_encryption(self, bh_json_string_or(result, "encryption", ""));
  add_fact(self, _("Version"), bh_version_get());
  add_fact(self, _("Licence"), "Apache-2.0");
}

/* The facts about the device are read each time the page is shown, because the hub's address may
 * change. */
static void bh_settings_page_refresh(BhPage *page)
{
  bh_page_ask(page, "describe", bh_call_describe(), on_description, NULL, NULL);
}

static void bh_settings_page_load(BhPage *page)
{
  BhSettingsPage *self = BH_SETTINGS_PAGE(page);
  const BhSettings *settings = bh_session_get_settings(bh_page_get_session(page));
  bh_page_set_title(page, _("Settings"));
  self->loading = TRUE;
  add_text_sizes(self, settings->text_percent);
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->dark), settings->dark);
  gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->lock_minutes), settings->lock_minutes);
  self->loading = FALSE;
  bh_settings_page_refresh(page);
}

static void bh_settings_page_class_init(BhSettingsPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  page_class->load = bh_settings_page_load;
  page_class->refresh = bh_settings_page_refresh;
  BH_PAGE_TEMPLATE(klass, "pages/settings");
  BH_PAGE_CHILD(klass, BhSettingsPage, text_sizes);
  BH_PAGE_CHILD(klass, BhSettingsPage, dark);
  BH_PAGE_CHILD(klass, BhSettingsPage, lock_minutes);
  BH_PAGE_CHILD(klass, BhSettingsPage, about);
  BH_PAGE_CHILD(klass, BhSettingsPage, moved);
  BH_PAGE_CHILD(klass, BhSettingsPage, doctor);
  BH_PAGE_CHILD(klass, BhSettingsPage, checks);
}

static void bh_settings_page_init(BhSettingsPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  g_signal_connect_swapped(self->dark, "toggled", G_CALLBACK(on_dark), self);
  g_signal_connect_swapped(self->lock_minutes, "value-changed", G_CALLBACK(on_lock_minutes), self);
  g_signal_connect_swapped(self->moved, "clicked", G_CALLBACK(on_moved), self);
  g_signal_connect_swapped(self->doctor, "clicked", G_CALLBACK(on_doctor), self);
}

BhPage *bh_settings_page_new(void)
{
  return g_object_new(BH_TYPE_SETTINGS_PAGE, NULL);
}
