/* Runs a target once over every file in the directories that are given, so that the corpus is a
 * test. */
#include "tests/fuzz/fuzz.h"

#include <glib.h>

static int replay_file(const char *path)
{
  g_autofree char *bytes = NULL;
  gsize len = 0;
  g_autoptr(GError) error = NULL;
  if (!g_file_get_contents(path, &bytes, &len, &error)) {
    g_printerr("%s\n", error->message);
    return 1;
  }
  /* The copy has exactly the size of the input, so that a sanitizer reports any read beyond its
   * end. */
  g_autofree uint8_t *exact = g_memdup2(bytes, len);
  LLVMFuzzerTestOneInput(exact, len);
  return 0;
}

int main(int argc, char **argv)
{
  int failed = 0;
  int replayed = 0;
  for (int i = 1; i < argc; i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(argv[i], 0, &error);
    if (dir == NULL) {
      g_printerr("%s\n", error->message);
      return 1;
    }
    for (const char *name; (name = g_dir_read_name(dir)) != NULL; replayed++) {
      g_autofree char *path = g_build_filename(argv[i], name, NULL);
      failed += replay_file(path);
    }
  }
  g_print("replayed %d inputs\n", replayed);
  return failed > 0 || replayed == 0;
}
