/* Texts with places for values: the words are a file, what stands in the places comes from JSON.
 * A subset of Mustache:
 *
 *   {{name}}            the value of the name, escaped
 *   {{#name}}…{{/name}} once for each element of a list; of anything else once, unless it is empty
 *   {{^name}}…{{/name}} when it is empty: missing, null, false, 0, "", [] or {}
 *   {{$block}}…{{/block}} defines a block, outside of all sections, and puts nothing
 *   {{>block}}          puts a block that was defined before, with the names that are known here
 *
 * A line that holds only such a tag, not a value, leaves nothing behind. Blocks and values have
 * names of their own. A block contains no section of its own name, and is put at least once.
 *
 * Which names there are is data too: {"title": "text", "rows": [{"label": "text"}]}. "text" is what
 * people or devices wrote, "plain" what the program itself makes (times, ids, numbers), "flag"
 * something that is or is not; after a colon may stand what it is ("plain: when it was made"). A
 * list has names of its own; inside its section those around it are known as well, the nearest
 * first. */
#pragma once

#include <glib.h>
#include "schema/json.h"

G_BEGIN_DECLS

#define BH_TEMPLATE_MAX (256 * 1024) /* bytes of a template, and of its names */
#define BH_TEMPLATE_DEPTH_MAX 8      /* sections and blocks within each other */
#define BH_TEMPLATE_BLOCKS_MAX 16
#define BH_TEMPLATE_FILLED_MAX (256 * 1024 * 1024) /* bytes of what is made of it */

typedef enum {
  /* HTML: values are escaped, and "text" is isolated (<bdi>), so that what turns the direction of
   * writing turns its own. No value is taken where that does not help: in <style> and <script>, and
   * in a tag, but for "plain" in double quotes. */
  BH_TEMPLATE_MARKUP,
  BH_TEMPLATE_TEXT, /* values are put as they are; the line break at the end is not of the text */
} BhTemplateType;

/* Immutable; may be shared by threads. */
typedef struct _BhTemplate BhTemplate;

/* `file` names the text in errors, which begin "FILE:LINE:". NULL with BH_ERROR_FORMAT,
 * BH_ERROR_UNKNOWN: a name that is not among `names`, or BH_ERROR_LIMIT. */
BhTemplate *bh_template_parse(const char *text, gsize len, const char *file, BhTemplateType type,
                              const json_t *names, GError **error);
/* The same of two files. BH_ERROR_NOT_FOUND when one cannot be read. */
BhTemplate *bh_template_load(const char *path, BhTemplateType type, const char *names_path,
                             GError **error);
/* NULL is ignored. */
void bh_template_free(BhTemplate *filled);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhTemplate, bh_template_free)

/* The text with the values of an object in its places, and its length unless `len` is NULL; g_free.
 * BH_ERROR_INVALID: the values hold a name that is not declared, or something else than declared;
 * BH_ERROR_LIMIT. */
char *bh_template_fill(const BhTemplate *filled, const json_t *values, gsize *len, GError **error);

G_END_DECLS
