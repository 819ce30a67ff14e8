/* Real pictures for tests: sound, and as large as a test wants them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TEST_JPEG_MIN 150 /* bytes */

/* Makes `size` bytes a sound JPEG of one grey pixel. What lies between its head and its end stays
 * as a remark, so that pictures of other bytes are other pictures. At least TEST_JPEG_MIN. */
void test_jpeg_fill(guint8 *bytes, gsize size);
/* A grey JPEG of that many pixels; the bytes are few, since all of it is of one grey. */
GByteArray *test_jpeg_sized(guint width, guint height, gboolean progressive);
/* A PNG of one pixel, a JPEG of several scans of 16 by 8 pixels, a paper without a page. Static. */
const guint8 *test_png(gsize *size);
const guint8 *test_progressive_jpeg(gsize *size);
const guint8 *test_pdf(gsize *size);

G_END_DECLS
