/* Templates: texts with tags, which are replaced by values from JSON. The syntax is a subset of
 * Mustache:
 *
 *   {{name}}            the value of the name, escaped
 *   {{#name}}…{{/name}} once for each element of a list; of anything else once, unless it is empty
 *   {{^name}}…{{/name}} when it is empty: missing, null, false, 0, "", [] or {}
 *   {{$block}}…{{/block}} defines a block, outside of all sections; nothing is written here
 *   {{>block}}          writes a block that was defined before, with the names that are known here
 *
 * A line that contains only such a tag, other than {{name}}, is removed, with its line break. A
 * block may have the name of a value. A block that no tag writes is refused, and so is a block that
 * contains a section of its own name.
 *
 * The names that a template may use are declared as JSON too: {"title": "text", "rows": [{"label":
 * "text"}]}. "text": text from people or devices; "plain": text that the program itself makes
 * (times, ids, numbers); "flag": only for sections. A remark for readers may follow after a colon
 * ("plain: when it was made"). A list declares the names of its elements. Inside the section of a
 * list the names outside of it are known as well; if a name is declared twice, the innermost is
 * used. */
#pragma once

#include <glib.h>
#include "schema/json.h"

G_BEGIN_DECLS

#define BH_TEMPLATE_MAX (256 * 1024) /* bytes of a template, and of its declaration of names */
#define BH_TEMPLATE_DEPTH_MAX 8      /* sections and blocks within each other */
#define BH_TEMPLATE_BLOCKS_MAX 16
#define BH_TEMPLATE_FILLED_MAX (256 * 1024 * 1024) /* bytes of a filled template */

typedef enum {
  /* HTML. Values are escaped, and "text" is put into <bdi>, so that a character in it that changes
   * the direction of writing has no effect outside. Values are refused where this does not protect:
   * in <style> and <script>, and in a tag, except a "plain" value in double quotes. */
  BH_TEMPLATE_MARKUP,
  BH_TEMPLATE_TEXT, /* plain text: values are not escaped; the line break at the end is removed */
} BhTemplateType;

/* A parsed template. Immutable; may be shared by threads. */
typedef struct _BhTemplate BhTemplate;

/* Parses a template; bh_template_free. `names` is the declaration of its names. Errors begin with
 * "FILE:LINE:", where FILE is `file`. NULL with BH_ERROR_FORMAT, BH_ERROR_UNKNOWN (a name that
 * `names` does not declare) or BH_ERROR_LIMIT. */
BhTemplate *bh_template_parse(const char *text, gsize len, const char *file, BhTemplateType type,
                              const json_t *names, GError **error);
/* Like bh_template_parse, with the template from the file `path` and the declaration of names from
 * the file `names_path`. BH_ERROR_NOT_FOUND when one of them cannot be read. */
BhTemplate *bh_template_load(const char *path, BhTemplateType type, const char *names_path,
                             GError **error);
/* Frees a template; NULL is allowed. */
void bh_template_free(BhTemplate *filled);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhTemplate, bh_template_free)

/* The text of the template, filled with the members of the object `values`; g_free. *len (unless
 * `len` is NULL): its length in bytes. NULL with BH_ERROR_INVALID when `values` has a name that is
 * not declared, or a value of another type than declared; BH_ERROR_LIMIT. */
char *bh_template_fill(const BhTemplate *filled, const json_t *values, gsize *len, GError **error);

G_END_DECLS
