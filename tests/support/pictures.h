/* Valid pictures for tests, as large as a test needs them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TEST_JPEG_MIN 150 /* bytes */

/* Writes a valid JPEG of one grey pixel with `size` bytes. Bytes between its head and its end are
 * kept as comments, so that other bytes make another picture. At least TEST_JPEG_MIN. */
void test_jpeg_fill(guint8 *bytes, gsize size);
/* A grey JPEG of so many pixels; the file is small, because all pixels are equal. */
GByteArray *test_jpeg_sized(guint width, guint height, gboolean progressive);
/* A PNG of one pixel, a JPEG of several scans of 16 by 8 pixels, a PDF without a page. Static. */
const guint8 *test_png(gsize *size);
const guint8 *test_progressive_jpeg(gsize *size);
const guint8 *test_pdf(gsize *size);

G_END_DECLS
