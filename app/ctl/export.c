/* The command export: writes what the hub does not have into a file for bihuan-hub import. */
#include <stdio.h>

#include "app/ctl/command.h"

static long number(const json_t *answer, const char *name)
{
  return (long)json_integer_value(json_object_get(answer, name));
}

static void print_answer(const json_t *answer)
{
  gsize i;
  json_t *file;
  printf("%s: %ld entries and %ld files that the hub does not have\n",
         bh_json_string_or(answer, "path", ""), number(answer, "entries"), number(answer, "files"));
  json_array_foreach(json_object_get(answer, "missing_files"), i, file) {
    printf("file %s is missing or damaged, and is not in the file\n", json_string_value(file));
  }
  if (number(answer, "drafts") > 0)
    printf("%ld drafts are not in the file: nobody has saved them\n", number(answer, "drafts"));
}

BhCtlExit bh_ctl_export(const BhCtlOptions *options)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_canonicalize_filename(options->arguments[0], NULL);

  /* Photos take time, and a call to another process is answered within seconds or not at all. */
  g_autoptr(BhLink) link = bh_link_take(options->store, &error);
  g_autoptr(json_t) answer =
      link != NULL ? bh_link_call(link, "export", json_pack("{s:s}", "path", path), &error) : NULL;
  if (answer == NULL)
    return bh_ctl_fail(error);
  if (options->json)
    bh_ctl_print_json(answer);
  else
    print_answer(answer);
  return BH_CTL_OK;
}
