/* Widgets that all pages use. They know nothing of records. */
#include "app/parts.h"

#include <glib/gi18n.h>
#include <handy.h>

#include <string.h>

#define FACT_LABEL_PX 108
#define SCROLL_MARGIN_PX 16
#define SCROLL_DELAY_MS 60

void bh_part_identify(GtkWidget *widget, const char *id, const char *name)
{
  AtkObject *accessible = gtk_widget_get_accessible(widget);
  gtk_widget_set_name(widget, id);
  atk_object_set_accessible_id(accessible, id);
  if (name != NULL)
    atk_object_set_name(accessible, name);
}

static void identify_one(GtkWidget *widget, gpointer data)
{
  const char *id = gtk_buildable_get_name(GTK_BUILDABLE(widget));
  /* GtkBuilder gives objects without an id names such as "___object_3___": these get no accessible
   * id. */
  if (id != NULL && id[0] != '_')
    bh_part_identify(widget, id, NULL);
  if (GTK_IS_CONTAINER(widget))
    gtk_container_forall(GTK_CONTAINER(widget), identify_one, data);
}

void bh_part_identify_tree(GtkWidget *root)
{
  gtk_container_forall(GTK_CONTAINER(root), identify_one, NULL);
}

void bh_part_add_class(GtkWidget *widget, const char *style_class)
{
  gtk_style_context_add_class(gtk_widget_get_style_context(widget), style_class);
}

void bh_part_set_class(GtkWidget *widget, const char *style_class, gboolean on)
{
  GtkStyleContext *context = gtk_widget_get_style_context(widget);
  if (on)
    gtk_style_context_add_class(context, style_class);
  else
    gtk_style_context_remove_class(context, style_class);
}

GtkWidget *bh_part_find_class(GtkWidget *root, const char *style_class)
{
  if (!gtk_widget_get_visible(root))
    return NULL;
  if (gtk_style_context_has_class(gtk_widget_get_style_context(root), style_class))
    return root;
  if (!GTK_IS_CONTAINER(root))
    return NULL;
  g_autoptr(GList) children = gtk_container_get_children(GTK_CONTAINER(root));
  GtkWidget *found = NULL;
  for (GList *l = children; l != NULL && found == NULL; l = l->next)
    found = bh_part_find_class(l->data, style_class);
  return found;
}

GtkWidget *bh_part_label(const char *text, const char *style_class)
{
  GtkWidget *label = gtk_label_new(text);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
  gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  if (style_class != NULL)
    bh_part_add_class(label, style_class);
  gtk_widget_show(label);
  return label;
}

GtkWidget *bh_part_button(const char *id, const char *text, const char *style_class)
{
  GtkWidget *button = gtk_button_new();
  GtkWidget *label = bh_part_label(text, NULL);
  gtk_label_set_xalign(GTK_LABEL(label), 0.5);
  gtk_label_set_justify(GTK_LABEL(label), GTK_JUSTIFY_CENTER);
  gtk_container_add(GTK_CONTAINER(button), label);
  bh_part_identify(button, id, text);
  if (style_class != NULL)
    bh_part_add_class(button, style_class);
  gtk_widget_show(button);
  return button;
}

void bh_part_button_set_text(GtkWidget *button, const char *text)
{
  g_autofree char *name = g_strdelimit(g_strdup(text), "\n", ' ');
  gtk_label_set_text(GTK_LABEL(gtk_bin_get_child(GTK_BIN(button))), text);
  atk_object_set_name(gtk_widget_get_accessible(button), name);
}

GtkWidget *bh_part_icon_button(const char *id, const char *icon, const char *name)
{
  GtkWidget *button = gtk_button_new_from_icon_name(icon, GTK_ICON_SIZE_LARGE_TOOLBAR);
  bh_part_identify(button, id, name);
  gtk_widget_set_tooltip_text(button, name);
  gtk_widget_show(button);
  return button;
}

GtkWidget *bh_part_row(const char *id, const char *title, const char *subtitle, const char *badge,
                       const char *record)
{
  GtkWidget *button = gtk_button_new();
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *texts = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
  gtk_widget_set_valign(texts, GTK_ALIGN_CENTER);
  GtkWidget *first = bh_part_label(title, "row-title");
  gtk_container_add(GTK_CONTAINER(texts), first);
  GtkWidget *second = NULL;
  if (subtitle != NULL && *subtitle != '\0') {
    second = bh_part_label(subtitle, "dim");
    gtk_container_add(GTK_CONTAINER(texts), second);
  }
  gtk_box_pack_start(GTK_BOX(box), texts, TRUE, TRUE, 0);
  if (badge != NULL && *badge != '\0') {
    GtkWidget *label = bh_part_label(badge, "badge");
    gtk_label_set_line_wrap(GTK_LABEL(label), FALSE);
    gtk_widget_set_valign(label, GTK_ALIGN_CENTER);
    gtk_box_pack_end(GTK_BOX(box), label, FALSE, FALSE, 0);
  }
  gtk_container_add(GTK_CONTAINER(button), box);
  bh_part_add_class(button, "row");
  bh_part_identify(button, id, title);
  /* Screen readers do not read labels inside a button, so the accessible description repeats the
   * texts of the labels. */
  g_autofree char *more =
      g_strjoin(" ", subtitle != NULL ? subtitle : "", badge != NULL ? badge : "", NULL);
  atk_object_set_description(gtk_widget_get_accessible(button), g_strstrip(more));
  g_object_set_data(G_OBJECT(button), "bh-row-title", first);
  g_object_set_data(G_OBJECT(button), "bh-row-subtitle", second);
  bh_part_set_record(button, record);
  gtk_widget_show_all(button);
  return button;
}

void bh_part_set_record(GtkWidget *row, const char *record)
{
  g_object_set_data_full(G_OBJECT(row), "bh-record", g_strdup(record), g_free);
}

const char *bh_part_get_record(GtkWidget *row)
{
  return g_object_get_data(G_OBJECT(row), "bh-record");
}

void bh_part_row_set_title(GtkWidget *row, const char *title)
{
  GtkWidget *label = g_object_get_data(G_OBJECT(row), "bh-row-title");
  gtk_label_set_text(GTK_LABEL(label), title);
  atk_object_set_name(gtk_widget_get_accessible(row), title);
}

void bh_part_row_set_subtitle(GtkWidget *row, const char *subtitle)
{
  GtkWidget *label = g_object_get_data(G_OBJECT(row), "bh-row-subtitle");
  g_return_if_fail(label != NULL);
  gtk_label_set_text(GTK_LABEL(label), subtitle);
  atk_object_set_description(gtk_widget_get_accessible(row), subtitle);
}

GtkWidget *bh_part_heading(const char *text)
{
  GtkWidget *label = bh_part_label(text, "section");
  atk_object_set_role(gtk_widget_get_accessible(label), ATK_ROLE_HEADING);
  return label;
}

GtkWidget *bh_part_check(const char *id, const char *text, gboolean active)
{
  GtkWidget *check = gtk_check_button_new();
  gtk_container_add(GTK_CONTAINER(check), bh_part_label(text, NULL));
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(check), active);
  bh_part_identify(check, id, text);
  gtk_widget_show(check);
  return check;
}

json_t *bh_part_list_checked(GtkWidget *box, gboolean ticked)
{
  json_t *records = json_array();
  g_autoptr(GList) children = gtk_container_get_children(GTK_CONTAINER(box));
  for (GList *l = children; l != NULL; l = l->next)
    if (GTK_IS_TOGGLE_BUTTON(l->data) && gtk_toggle_button_get_active(l->data) == ticked)
      json_array_append_new(records, json_string(bh_part_get_record(l->data)));
  return records;
}

GtkWidget *bh_part_entry(const char *id, const char *name, const char *placeholder)
{
  GtkWidget *entry = gtk_entry_new();
  gtk_entry_set_width_chars(GTK_ENTRY(entry), 8);
  if (placeholder != NULL)
    gtk_entry_set_placeholder_text(GTK_ENTRY(entry), placeholder);
  bh_part_identify(entry, id, name);
  gtk_widget_show(entry);
  return entry;
}

GtkWidget *bh_part_fact(const char *label, const char *value)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *name = bh_part_label(label, "dim");
  /* All labels get the same width, so that the values of all lines are aligned. */
  gtk_label_set_max_width_chars(GTK_LABEL(name), 1);
  gtk_widget_set_size_request(name, FACT_LABEL_PX, -1);
  gtk_label_set_yalign(GTK_LABEL(name), 0);
  GtkWidget *text = bh_part_label(value, NULL);
  gtk_label_set_selectable(GTK_LABEL(text), FALSE);
  gtk_box_pack_start(GTK_BOX(box), name, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), text, TRUE, TRUE, 0);
  bh_part_add_class(box, "fact");
  gtk_widget_show_all(box);
  return box;
}

GtkWidget *bh_part_notice(const char *id, const char *text, const char *style)
{
  GtkWidget *label = bh_part_label(text, "notice");
  bh_part_add_class(label, style);
  bh_part_identify(label, id, NULL);
  return label;
}

static void destroy_child(GtkWidget *child, gpointer data)
{
  (void)data;
  gtk_widget_destroy(child);
}

void bh_part_clear(GtkWidget *container)
{
  gtk_container_foreach(GTK_CONTAINER(container), destroy_child, NULL);
}

/* The vertical adjustment of the area that `widget` scrolls in; *y receives the position of
 * `widget` in the visible part of that area. NULL when `widget` is in no such area. */
static GtkAdjustment *find_place(GtkWidget *widget, int *y)
{
  GtkWidget *scrolled = gtk_widget_get_ancestor(widget, GTK_TYPE_SCROLLED_WINDOW);
  GtkWidget *viewport = gtk_widget_get_ancestor(widget, GTK_TYPE_VIEWPORT);
  if (scrolled == NULL || viewport == NULL || !gtk_widget_get_mapped(widget) ||
      !gtk_widget_translate_coordinates(widget, viewport, 0, 0, NULL, y))
    return NULL;
  if (!gtk_widget_is_ancestor(viewport, scrolled)) /* a text view is a scrolled window of its own */
    scrolled = gtk_widget_get_ancestor(viewport, GTK_TYPE_SCROLLED_WINDOW);
  return scrolled != NULL ? gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(scrolled))
                          : NULL;
}

static gboolean scroll_to(gpointer data)
{
  int y = 0;
  GtkAdjustment *adjustment = find_place(data, &y);
  if (adjustment != NULL)
    gtk_adjustment_set_value(adjustment,
                             gtk_adjustment_get_value(adjustment) + y - SCROLL_MARGIN_PX);
  return G_SOURCE_REMOVE;
}

static gboolean keep_in_view(gpointer data)
{
  int y = 0;
  GtkAdjustment *adjustment = find_place(data, &y);
  if (adjustment == NULL)
    return G_SOURCE_REMOVE;
  double top = gtk_adjustment_get_value(adjustment) + y;
  gtk_adjustment_clamp_page(adjustment, top - SCROLL_MARGIN_PX,
                            top + gtk_widget_get_allocated_height(data) + SCROLL_MARGIN_PX);
  return G_SOURCE_REMOVE;
}

void bh_part_keep_in_view(GtkWidget *widget)
{
  g_timeout_add_full(G_PRIORITY_DEFAULT_IDLE, SCROLL_DELAY_MS, keep_in_view, g_object_ref(widget),
                     g_object_unref);
}

void bh_part_bring_into_view(GtkWidget *widget)
{
  /* The scrolling is delayed until new widgets have been laid out. */
  g_timeout_add_full(G_PRIORITY_DEFAULT_IDLE, SCROLL_DELAY_MS, scroll_to, g_object_ref(widget),
                     g_object_unref);
}

GtkWidget *bh_part_avatar(const char *name, int size)
{
  GtkWidget *avatar = hdy_avatar_new(size, name, TRUE);
  gtk_widget_show(avatar);
  return avatar;
}

char *bh_part_dup_text(GtkTextView *view)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer(view);
  GtkTextIter start, end;
  gtk_text_buffer_get_bounds(buffer, &start, &end);
  return gtk_text_buffer_get_text(buffer, &start, &end, FALSE);
}
