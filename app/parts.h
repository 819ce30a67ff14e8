/* Building blocks all pages share: controls of at least 48 px that carry an accessible name for
 * people and an accessible id for tests. Texts are plain, never markup, so hostile text stays
 * text. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Sets widget name and accessible id to `id`, and the accessible name unless `name` is NULL. */
void bh_part_identify(GtkWidget *widget, const char *id, const char *name);
/* The same for everything below `root` that a template gave an id. */
void bh_part_identify_tree(GtkWidget *root);

void bh_part_add_class(GtkWidget *widget, const char *style_class);
void bh_part_set_class(GtkWidget *widget, const char *style_class, gboolean on);

/* The first one below `root` that shows and has the class; NULL when none does. */
GtkWidget *bh_part_find_class(GtkWidget *root, const char *style_class);

/* Wrapping, left-aligned; `style_class` may be NULL. */
GtkWidget *bh_part_label(const char *text, const char *style_class);
GtkWidget *bh_part_button(const char *id, const char *text, const char *style_class);
/* Of a button whose child is a label: the text, also as the accessible name (on one line). */
void bh_part_button_set_text(GtkWidget *button, const char *text);
GtkWidget *bh_part_icon_button(const char *id, const char *icon, const char *name);
/* A row that can be tapped: title, smaller second line (may be NULL), badge at the end (may be
 * NULL). `record` is kept on the row: bh_part_get_record. */
GtkWidget *bh_part_row(const char *id, const char *title, const char *subtitle, const char *badge,
                       const char *record);
const char *bh_part_get_record(GtkWidget *row);
void bh_part_row_set_title(GtkWidget *row, const char *title);
/* Of a row that was made with a second line and no badge. */
void bh_part_row_set_subtitle(GtkWidget *row, const char *subtitle);
/* Section heading inside a page. */
GtkWidget *bh_part_heading(const char *text);
/* A check button with a wrapping label. */
GtkWidget *bh_part_check(const char *id, const char *text, gboolean active);
/* An entry with accessible name. */
GtkWidget *bh_part_entry(const char *id, const char *name, const char *placeholder);
/* Line of "label: value". */
GtkWidget *bh_part_fact(const char *label, const char *value);
/* Coloured strip that tells something: style "info", "warning", "error" or "good". */
GtkWidget *bh_part_notice(const char *id, const char *text, const char *style);
/* Destroys all children. */
void bh_part_clear(GtkWidget *container);
/* Scrolls its area so that `widget` stands near the top. */
void bh_part_bring_into_view(GtkWidget *widget);
/* Scrolls its area no more than is needed to see all of `widget`. */
void bh_part_keep_in_view(GtkWidget *widget);
/* A round picture with the first letters of a name. */
GtkWidget *bh_part_avatar(const char *name, int size);
/* The whole text of a text view; g_free. */
char *bh_part_dup_text(GtkTextView *view);

G_END_DECLS
