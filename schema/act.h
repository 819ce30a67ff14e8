/* Acts: what a person can do with records by the declaration of their kind. An act makes a record
 * ("create"), takes a step (a transition), or corrects values ("edit"). For each act this header
 * gives the fields and files that a form asks for, and makes the operation of the entry. The
 * window, the office page and both shells use the same functions, so that all of them offer and
 * refuse the same. Storing the entry is not part of this header.
 *
 * Pure; any thread. An act borrows from its kind set. Start with bh_act_list. */
#pragma once

#include "schema/kind.h"
#include "schema/workflow.h"

G_BEGIN_DECLS

/* Places from which "create" can be offered, besides records. */
#define BH_ACT_FROM_HOME "home"
#define BH_ACT_FROM_OFFICE "office"
/* The machinery kind of attached files, and the field of their role. */
#define BH_ACT_FILE_KIND "file"
#define BH_ACT_FILE_ROLE "role"
/* The field of files that says under which moment of the parent they were attached; optional. */
#define BH_ACT_FILE_STEP "at_step"

typedef enum { BH_ACT_CREATE, BH_ACT_STEP, BH_ACT_EDIT } BhActType;

typedef struct _BhAct BhAct;

/* Frees an act; NULL is allowed. */
void bh_act_free(BhAct *act);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhAct, bh_act_free)

/* The act of `kind` with this name: "create/NAME", "step/STATE" or "edit/NAME". `state`: present
 * state of the record, NULL when it has none or does not exist yet. NULL when there is no such act.
 * bh_act_free. */
BhAct *bh_act_find(const BhKind *kind, const char *state, const char *name);
/* The acts on an existing record that are open to the context's actor: its steps in declared order,
 * then its edits. BhAct*; free the array. */
GPtrArray *bh_act_list(const BhKind *kind, const BhContext *record);
/* The acts that make a record and are offered at `from`: BH_ACT_FROM_HOME, BH_ACT_FROM_OFFICE, or
 * the name of a kind. `origin`: the record of that kind, else values NULL; its actor is the acting
 * person. BhAct* of all kinds in their order; free the array. */
GPtrArray *bh_act_list_creations(const BhKindSet *set, const char *from, const BhContext *origin);

/* Name of the act as bh_act_find takes it. */
const char *bh_act_get_name(const BhAct *act);
/* Kind of the record. */
const BhKind *bh_act_get_kind(const BhAct *act);
/* Whether the act makes, moves or corrects a record. */
BhActType bh_act_get_type(const BhAct *act);
/* Label of the button, in `lang` ("zh" or "en"). */
const char *bh_act_get_label(const BhAct *act, const char *lang);
/* The clauses behind the act ("source"); "" when none. Use bh_source_dup_clauses for people. */
const char *bh_act_get_source(const BhAct *act);
/* The transition that the act takes; NULL when the act takes none. */
const BhTransition *bh_act_get_transition(const BhAct *act);
/* Name of the page of the collector for the act ("page"); NULL: the page that is generated from the
 * declaration. Other programs do not offer an act with such a page. */
const char *bh_act_get_page(const BhAct *act);
/* Whether only the hub may write what the act writes. */
gboolean bh_act_is_hub_only(const BhAct *act);
/* Ref field of the new record that gets the id of the record from which the act is offered; NULL
 * when the act makes no record, or the kind has no such field. */
const char *bh_act_get_link(const BhAct *act);

/* Whether the act is open to the context's actor, and its "when" holds. An edit whose fields are
 * all locked is not open. For create, `context` is the record from which the act is offered. */
gboolean bh_act_is_open(const BhAct *act, const BhContext *context);

/* The fields that the form of the act asks for, const BhField*, in their order. `before`: the
 * record before the act; for create, the values with which the form begins. A step asks for its
 * "asks", and for empty fields that a guard or the new state requires. An edit leaves out locked
 * fields; of a record that was `sent` it also asks for the reason. Free the array. */
GPtrArray *bh_act_list_fields(const BhAct *act, const BhContext *before, gboolean sent);
/* Whether the form shows the fields by the kind's sections, and not in the order of
 * bh_act_list_fields: an edit, and a creation without "form", of a kind that has sections. */
gboolean bh_act_has_sections(const BhAct *act);
/* Name of the field for the reason of a late correction; NULL: none. */
const char *bh_act_get_reason(const BhAct *act);

/* Files that the form of an act asks for. All members are borrowed. */
typedef struct {
  const char *role;    /* code of the role */
  const json_t *label; /* {"zh","en"}; NULL: the label of the role */
  const json_t *where; /* condition by which a guard counts them; NULL: by the role */
  const json_t *media; /* allowed types: "image", "pdf", "audio", "video"; NULL: any */
  gint64 at_least;     /* 0: none is needed, or a guard has another way */
  /* "since": name of the field of the record that a file must have been attached under; NULL: files
   * of any time count */
  const char *since;
} BhActFiles;

/* The files that the act asks for: those in "attach" whose "when" holds, then those that guards of
 * its step count. BhActFiles*; free the array. */
GPtrArray *bh_act_list_files(const BhAct *act, const BhContext *before);
/* Whether a file record with these values, which belongs to the record of `record`, is one of
 * `files`. */
gboolean bh_act_files_has(const BhActFiles *files, const json_t *values, const BhContext *record);
/* Adds to the values of a new record what the program adds when it is a file: under which moment of
 * its parent it is attached ("since"). `kind` and `parent` are the kinds of both records, `values`
 * those of the parent; nothing is added for other kinds, or when one of them is NULL. Every store
 * calls it for each file that is attached there. */
void bh_act_mark_file(const BhKind *kind, const BhKind *parent, const json_t *values, json_t *set);

/* Adds problems of the files with which a new record is made: fewer than "at_least", a file in a
 * role that the act does not ask for, a type that is not in "media". `made`: the new record;
 * `given`: [{"role","media_type"}], NULL: no files. */
void bh_act_check_files(const BhAct *act, const BhContext *made, const json_t *given,
                        GPtrArray *problems);

/* The first values of the form that makes a record: "preset", and the link to the origin. `origin`
 * as in bh_act_list_creations; `now_ms` in UTC. New reference. */
json_t *bh_act_dup_preset(const BhAct *act, const BhContext *origin, gint64 now_ms);
/* Reads the values {field: value} that a program got for a form with these fields into `values`. A
 * text is read as typed (bh_field_parse_typed; a code of `settings`, which may be NULL, also by its
 * label), other values are taken as they are; they are
 * checked with the act. Adds a problem for each value that cannot be read, and for each field that
 * the form does not ask for. */
void bh_act_read_values(const BhKind *kind, const GPtrArray *fields, const json_t *given,
                        const BhSettingValues *settings, json_t *values, GPtrArray *problems);
/* The values that the operation of the act sets: those of `values` that differ from the record
 * before and that the form asks for, the state, and the stamps. `values` (all values of the form;
 * a field that was cleared has null or is missing) may have other keys, which are ignored. For
 * create, `before` has the origin, and the preset values that the form does not ask for are set
 * too. `sent` as in bh_act_list_fields. New reference. */
json_t *bh_act_dup_set(const BhAct *act, const json_t *values, const BhContext *before,
                       gboolean sent, gint64 now_ms);

/* --- used by the checks of steps and changes --- */

/* Adds a problem for each stamp "actor" that names another person than the context's actor. */
void bh_transition_check_actor_stamps(const BhTransition *transition, const BhContext *context,
                                      GPtrArray *problems);
/* Adds a problem for each element of `attach` of which fewer files than "at_least" exist. Unknown
 * files are no problem. */
void bh_attach_check(const json_t *attach, const BhContext *context, GPtrArray *problems);
/* As bh_attach_check, for the files that an edit asks for; nothing for another act. A step has its
 * files checked by bh_workflow_check. `context`: the record with the new values. */
void bh_act_check_edit_files(const BhAct *act, const BhContext *context, GPtrArray *problems);
/* Whether the context's actor may make a record of a kind without states: always, if the kind
 * declares no "create". `made`: the new record. */
gboolean bh_kind_may_create(const BhKind *kind, const BhContext *made);
/* Whether the actor of `before` may set the form field `name` of an existing record without a step:
 * always, if the kind declares no "edit". An edit that is open to the author or the unit is open to
 * everybody while the record does not tell them, because the record above it may be missing. */
gboolean bh_kind_may_edit(const BhKind *kind, const char *name, const BhContext *before);

G_END_DECLS
