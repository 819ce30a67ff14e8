/* The choice of a checklist and of its sections, on the page that starts a visit. Fills boxes of
 * the page and asks the store through it. Main thread. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

typedef struct _BhChecklistChoice BhChecklistChoice;

/* The boxes of the page in which the choice is shown; borrowed. */
typedef struct {
  GtkWidget *lists;
  GtkWidget *sections_box; /* hidden while no list is chosen; contains `sections` */
  GtkWidget *sections;
} BhChecklistBoxes;

/* Functions of the page, which the choice calls. */
typedef struct {
  void (*changed)(BhPage *page); /* the person chose another list, or ticked a section */
  void (*loaded)(BhPage *page);  /* bh_checklist_choice_is_complete may have changed */
} BhChecklistHooks;

/* A choice without lists. `page` is borrowed and must live longer than the choice.
 * bh_checklist_choice_free. */
BhChecklistChoice *bh_checklist_choice_new(BhPage *page, const BhChecklistBoxes *boxes,
                                           const BhChecklistHooks *hooks);
/* Frees the choice; NULL is ignored. */
void bh_checklist_choice_free(BhChecklistChoice *choice);

/* Sets what the draft of the visit has: `list`, the id of the chosen checklist, and `left_out`, the
 * names of its sections that are not ticked. Borrowed; either may be NULL. Call before
 * bh_checklist_choice_load. */
void bh_checklist_choice_restore(BhChecklistChoice *choice, const json_t *list,
                                 const json_t *left_out);
/* Asks for the checklists that are in force. The lists are shown once the sector was set as well
 * (bh_checklist_choice_set_sector). */
void bh_checklist_choice_load(BhChecklistChoice *choice);
/* Shows the lists, those of the enterprise's `sector` (may be "") first. */
void bh_checklist_choice_set_sector(BhChecklistChoice *choice, const char *sector);

/* Whether the lists and the sections of the chosen one are known. */
gboolean bh_checklist_choice_is_complete(BhChecklistChoice *choice);
/* Id of the chosen list, borrowed; NULL: none. */
const char *bh_checklist_choice_get_list(BhChecklistChoice *choice);
/* Values of the chosen list, borrowed; NULL: none. */
const json_t *bh_checklist_choice_get_values(BhChecklistChoice *choice);
/* Names of the sections that are ticked, or with `ticked` FALSE of those that are not ticked; a new
 * reference. */
json_t *bh_checklist_choice_list_sections(BhChecklistChoice *choice, gboolean ticked);

G_END_DECLS
