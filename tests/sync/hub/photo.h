/* Uploads a photo to the hub with the tus protocol. */
#pragma once

#include "hub-fixture.h"

#define PHOTO_CHUNK 1000 /* bytes of each chunk of photo_upload */

typedef struct {
  TestDevice *device;
  char enterprise[BH_ID_LEN + 1];
  char record[BH_ID_LEN + 1];
  guint8 *bytes;
  gsize size;
  char *sha;
} Photo;

/* Makes an enterprise and a photo of it: an entry declares the photo, but it is not sent yet. */
Photo *photo_declare(HubFixture *fixture, gsize size);
void photo_free(Photo *photo);
/* Sends bytes with the checksum of `summed`. */
Answer *photo_create_with(Photo *photo, const char *sha, gsize length, const guint8 *bytes,
                          gsize len, const guint8 *summed);
Answer *photo_create(Photo *photo, const char *sha,
                     gsize length); /* creates the upload without any bytes */
Answer *photo_patch(Photo *photo, const char *location, gsize offset, const guint8 *bytes,
                    gsize len, const guint8 *summed);
/* Sends a request without a body. */
Answer *photo_send(Photo *photo, const char *method, const char *path);
/* Uploads the whole photo in chunks. */
void photo_upload(Photo *photo);
/* Asserts how many files of the only enterprise the office shows, and how many are complete. */
void expect_files(HubFixture *fixture, const char *record, int total, int here);
/* The text of a header of the answer; "" when there is none. */
const char *answer_header(const Answer *answer, const char *name);
