/* The page of one act (schema/act.h), made from its declaration: the fields and files that it asks
 * for, and one button. It is used for every step without a page of its own, for corrections, and
 * for making records of any kind. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Key of a draft under which the page stores the act of a record that is being made: an object
 * with the members "act" and "origin". No field can have this name. */
#define BH_ACT_DRAFT_KEY "#act"

#define BH_TYPE_ACT_PAGE (bh_act_page_get_type())
G_DECLARE_FINAL_TYPE(BhActPage, bh_act_page, BH, ACT_PAGE, BhPage)

/* The page of an act on an existing record. `act`: name of the act; `title`: the label of the
 * button that opened the page. All are copied. Floating. */
BhPage *bh_act_page_new(const char *record, const char *act, const char *title);
/* The page that makes a record of `kind`. `origin`: the record from which the act was opened, or
 * NULL. `record`: id of a record that is a draft already; NULL: the page makes a new id. All are
 * copied. Floating. */
BhPage *bh_act_page_new_create(const char *kind, const char *act, const char *origin,
                               const char *record, const char *title);

G_END_DECLS
