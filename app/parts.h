/* Widgets that all pages use: controls of at least 48 px with an accessible name for people and an
 * accessible id for tests. Texts are plain, never markup, so that text from records cannot change
 * the window. New widgets are floating and shown. Use on the main thread only. */
#pragma once

#include <gtk/gtk.h>

#include "schema/json.h"

G_BEGIN_DECLS

/* Sets widget name and accessible id to `id`, and the accessible name unless `name` is NULL. */
void bh_part_identify(GtkWidget *widget, const char *id, const char *name);
/* Sets the accessible id of all widgets below `root` that have an id in their template. */
void bh_part_identify_tree(GtkWidget *root);

/* Adds a style class. */
void bh_part_add_class(GtkWidget *widget, const char *style_class);
/* Adds or removes a style class. */
void bh_part_set_class(GtkWidget *widget, const char *style_class, gboolean on);

/* The first visible widget at or below `root` that has the class; borrowed, NULL when there is
 * none. */
GtkWidget *bh_part_find_class(GtkWidget *root, const char *style_class);

/* A wrapping, left-aligned label; `style_class` may be NULL. */
GtkWidget *bh_part_label(const char *text, const char *style_class);
/* A button with a wrapping label; `style_class` may be NULL. */
GtkWidget *bh_part_button(const char *id, const char *text, const char *style_class);
/* Sets text and accessible name (on one line) of a button whose child is a label. */
void bh_part_button_set_text(GtkWidget *button, const char *text);
/* A button with an icon; `name` is the accessible name and the tooltip. */
GtkWidget *bh_part_icon_button(const char *id, const char *icon, const char *name);
/* A row that can be tapped: title, smaller second line (may be NULL), badge at the end (may be
 * NULL). `record` (may be NULL) is copied to the row: bh_part_get_record. */
GtkWidget *bh_part_row(const char *id, const char *title, const char *subtitle, const char *badge,
                       const char *record);
/* Says to which record a row or button belongs; `record` (may be NULL) is copied. */
void bh_part_set_record(GtkWidget *row, const char *record);
/* The record that a row or button belongs to; borrowed, may be NULL. */
const char *bh_part_get_record(GtkWidget *row);
/* Sets title and accessible name of a row. */
void bh_part_row_set_title(GtkWidget *row, const char *title);
/* Sets the second line of a row. The row must have been made with a second line and without a
 * badge. */
void bh_part_row_set_subtitle(GtkWidget *row, const char *subtitle);
/* A section heading inside a page. */
GtkWidget *bh_part_heading(const char *text);
/* A check button with a wrapping label. */
GtkWidget *bh_part_check(const char *id, const char *text, gboolean active);
/* Records (bh_part_get_record) of the check buttons in `box` that are ticked, or with `ticked`
 * FALSE of those that are not ticked; a new array. */
json_t *bh_part_list_checked(GtkWidget *box, gboolean ticked);
/* An entry with accessible name; `placeholder` may be NULL. */
GtkWidget *bh_part_entry(const char *id, const char *name, const char *placeholder);
/* A line with label and value. */
GtkWidget *bh_part_fact(const char *label, const char *value);
/* A coloured strip with a message; style "info", "warning", "error" or "good". */
GtkWidget *bh_part_notice(const char *id, const char *text, const char *style);
/* Destroys all children of a container. */
void bh_part_clear(GtkWidget *container);
/* Scrolls so that `widget` is near the top of its scrolled window, after the next layout. */
void bh_part_bring_into_view(GtkWidget *widget);
/* Scrolls no more than is needed to show all of `widget`, after the next layout. */
void bh_part_keep_in_view(GtkWidget *widget);
/* A round picture with the first letters of a name; `size` in pixels. */
GtkWidget *bh_part_avatar(const char *name, int size);
/* The whole text of a text view; g_free. */
char *bh_part_dup_text(GtkTextView *view);

G_END_DECLS
