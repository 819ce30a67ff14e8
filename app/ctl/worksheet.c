/* The command worksheet: prints the checklist with which a record is worked through, or answers one
 * item. The store decides what is asked and who may answer. Start with bh_ctl_worksheet. */
#include <stdio.h>

#include "app/ctl/command.h"
#include "schema/error.h"

static void print_rows(const json_t *rows, const char *fallback, const char *member)
{
  gsize i;
  json_t *row;

  json_array_foreach((json_t *)rows, i, row) {
    const char *note = bh_json_string_or(row, member, "");
    printf("%-10s %-16s %s%s%s\n", bh_json_string_or(row, "item", ""),
           bh_json_string_or(row, "answer", fallback), bh_json_string_or(row, "check", ""),
           *note != '\0' ? "  # " : "", note);
  }
}

static BhCtlExit show(const BhCtlOptions *options, BhLink *link)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) view = bh_link_call(link, "worksheet",
                                        json_pack("{s:s, s:s, s:s, s:s*}", "author", options->by,
                                                  "record", options->arguments[0], "lang",
                                                  bh_ctl_get_lang(), "list", options->list),
                                        &error);

  if (view == NULL)
    return bh_ctl_fail(error);
  if (options->json) {
    bh_ctl_print_json(view);
    return BH_CTL_OK;
  }
  print_rows(json_object_get(view, "items"), "-", "note");
  print_rows(json_object_get(view, "not_asked"), "not asked", "areas");
  printf("%d/%d\n", (int)json_integer_value(json_object_get(view, "answered")),
         (int)json_integer_value(json_object_get(view, "total")));
  return BH_CTL_OK;
}

static BhCtlExit answer(const BhCtlOptions *options, BhLink *link)
{
  g_autoptr(GError) error = NULL;

  if (!bh_ctl_sign_in(options, link, &error))
    return bh_ctl_fail(error);
  g_autoptr(json_t) saved =
      bh_link_call(link, "answer",
                   json_pack("{s:s, s:s, s:s, s:s, s:s*, s:s*}", "author", options->by, "record",
                             options->arguments[0], "item", options->item, "answer",
                             options->answer, "note", options->note, "list", options->list),
                   &error);
  bh_ctl_sign_out(options, link);
  if (saved == NULL)
    return bh_ctl_fail(error);
  if (options->json)
    bh_ctl_print_json(saved);
  else
    printf("%s: saved as entry %s\n", bh_json_string_or(saved, "record", ""),
           bh_json_string_or(saved, "entry", ""));
  return BH_CTL_OK;
}

BhCtlExit bh_ctl_worksheet(const BhCtlOptions *options)
{
  g_autoptr(GError) error = NULL;

  const char *missing = options->by == NULL                                  ? "--by"
                        : options->item != NULL && options->answer == NULL   ? "--answer"
                        : options->item == NULL && options->answer != NULL   ? "--item"
                        : options->item != NULL && options->pin_file == NULL ? "--pin-file"
                                                                             : NULL;
  if (missing != NULL) {
    fprintf(stderr, "bihuanctl: %s is missing\n", missing);
    return BH_CTL_USAGE;
  }
  g_autoptr(BhLink) link = bh_link_open(options->store, &error);
  if (link == NULL)
    return bh_ctl_fail(error);
  return options->item == NULL ? show(options, link) : answer(options, link);
}
