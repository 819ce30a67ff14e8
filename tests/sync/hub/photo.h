/* A photo on its way to the hub, by tus. */
#pragma once

#include "hub-fixture.h"

#define PHOTO_CHUNK 1000 /* bytes of each piece of photo_upload */

typedef struct {
  TestDevice *device;
  char enterprise[BH_ID_LEN + 1];
  char record[BH_ID_LEN + 1];
  guint8 *bytes;
  gsize size;
  char *sha;
} Photo;

/* An enterprise and a photo of it, declared by an entry but not sent yet. */
Photo *photo_declare(HubFixture *fixture, gsize size);
void photo_free(Photo *photo);
/* Sends the checksum of `summed` with the bytes. */
Answer *photo_create_with(Photo *photo, const char *sha, gsize length, const guint8 *bytes,
                          gsize len, const guint8 *summed);
Answer *photo_create(Photo *photo, const char *sha, gsize length); /* without any bytes */
Answer *photo_patch(Photo *photo, const char *location, gsize offset, const guint8 *bytes,
                    gsize len, const guint8 *summed);
/* A request without a body. */
Answer *photo_send(Photo *photo, const char *method, const char *path);
/* All of it, piece by piece. */
void photo_upload(Photo *photo);
/* What the office is told of the files of the one enterprise there is. */
void expect_files(HubFixture *fixture, const char *record, int total, int here);
/* "" when there is none. */
const char *answer_header(const Answer *answer, const char *name);
