/* Makes and loads the key files (keys.h). The only file that includes GnuTLS. */
#include "sync/hub/http/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "schema/base64.h"
#include "schema/error.h"

#define CERT_VALID_S (20LL * 365 * 24 * 60 * 60)
#define KEY_FILE_MAX (64 * 1024)

typedef struct gnutls_x509_privkey_int X509Key;
typedef struct gnutls_x509_crt_int X509Cert;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509Key, gnutls_x509_privkey_deinit)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509Cert, gnutls_x509_crt_deinit)

static char *key_path(const char *dir, const char *file)
{
  return g_build_filename(dir, "keys", file, NULL);
}

char *bh_keys_dup_cert_path(const char *dir)
{
  return key_path(dir, "tls.crt");
}

char *bh_keys_dup_tls_key_path(const char *dir)
{
  return key_path(dir, "tls.key");
}

static gboolean fail(const char *path, GError **error)
{
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: %s", path, g_strerror(errno));
  return FALSE;
}

/* Writes a file that other users can never read, not even before the content is written. */
static gboolean write_file(const char *path, const void *bytes, gsize len, GError **error)
{
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return fail(path, error);
  gboolean ok = fchmod(fd, 0600) == 0 && write(fd, bytes, len) == (gssize)len && fsync(fd) == 0;
  if (!ok)
    fail(path, error);
  close(fd);
  return ok;
}

static gboolean make_sign_key(const char *dir, const char *file, const BhRandom *random,
                              GError **error)
{
  g_autoptr(BhSigner) signer = bh_signer_new();
  bh_signer_make_keys(signer, random);
  g_autofree char *text = bh_base64_encode(signer->secret_key, BH_SECRET_KEY_SIZE);
  g_autofree char *path = key_path(dir, file);
  gboolean ok = write_file(path, text, strlen(text), error);
  sodium_memzero(text, strlen(text));
  return ok;
}

static gboolean tls_fail(int code, GError **error)
{
  g_set_error(error, BH_ERROR, BH_ERROR_FAILED, "making the TLS certificate: %s",
              gnutls_strerror(code));
  return FALSE;
}

static int fill_cert(X509Cert *cert, X509Key *key, const char *name)
{
  static const guint8 loopback[4] = {127, 0, 0, 1};
  guint8 serial[16];
  time_t now = (time_t)(g_get_real_time() / G_TIME_SPAN_SECOND);
  randombytes_buf(serial, sizeof serial);
  serial[0] = (serial[0] & 0x3f) | 0x40; /* positive, and no leading zero */
  int rc = gnutls_x509_crt_set_version(cert, 3);
  if (rc == 0)
    rc = gnutls_x509_crt_set_serial(cert, serial, sizeof serial);
  /* Valid from 1970, because a device's clock may be behind. */
  if (rc == 0)
    rc = gnutls_x509_crt_set_activation_time(cert, 0);
  if (rc == 0)
    rc = gnutls_x509_crt_set_expiration_time(cert, now + CERT_VALID_S);
  if (rc == 0)
    rc = gnutls_x509_crt_set_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                       (unsigned)strlen(name));
  if (rc == 0)
    rc = gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_DNSNAME, "localhost", 9,
                                              GNUTLS_FSAN_SET);
  if (rc == 0)
    rc = gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_IPADDRESS, loopback, sizeof loopback,
                                              GNUTLS_FSAN_APPEND);
  if (rc == 0)
    rc = gnutls_x509_crt_set_basic_constraints(cert, 0, -1);
  if (rc == 0)
    rc = gnutls_x509_crt_set_key_usage(cert, GNUTLS_KEY_DIGITAL_SIGNATURE);
  if (rc == 0)
    rc = gnutls_x509_crt_set_key(cert, key);
  return rc != 0 ? rc : gnutls_x509_crt_sign2(cert, cert, key, GNUTLS_DIG_SHA256, 0);
}

static gboolean make_tls(const char *dir, GError **error)
{
  g_autoptr(X509Key) key = NULL;
  g_autoptr(X509Cert) cert = NULL;
  gnutls_datum_t key_pem = {NULL, 0}, cert_pem = {NULL, 0};
  int rc = gnutls_x509_privkey_init(&key);
  if (rc == 0)
    rc = gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                      GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
  if (rc == 0)
    rc = gnutls_x509_crt_init(&cert);
  if (rc == 0)
    rc = fill_cert(cert, key, "bihuan-hub");
  if (rc == 0)
    rc = gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &key_pem);
  if (rc == 0)
    rc = gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_PEM, &cert_pem);
  if (rc != 0)
    return tls_fail(rc, error);
  g_autofree char *key_file = bh_keys_dup_tls_key_path(dir);
  g_autofree char *cert_file = bh_keys_dup_cert_path(dir);
  gboolean ok = write_file(key_file, key_pem.data, key_pem.size, error) &&
                write_file(cert_file, cert_pem.data, cert_pem.size, error);
  sodium_memzero(key_pem.data, key_pem.size);
  gnutls_free(key_pem.data);
  gnutls_free(cert_pem.data);
  return ok;
}

gboolean bh_keys_make(const char *dir, const BhRandom *random, GError **error)
{
  g_autofree char *keys = g_build_filename(dir, "keys", NULL);
  if (g_mkdir_with_parents(keys, 0700) != 0)
    return fail(keys, error);
  return make_sign_key(dir, "hub.key", random, error) &&
         make_sign_key(dir, "plaque.key", random, error) && make_tls(dir, error);
}

gboolean bh_keys_load(const char *dir, const char *which, guint8 public_key[BH_PUBLIC_KEY_SIZE],
                      guint8 secret_key[BH_SECRET_KEY_SIZE], GError **error)
{
  g_autofree char *file = g_strconcat(which, ".key", NULL);
  g_autofree char *path = key_path(dir, file);
  g_autofree char *text = NULL;
  gsize len = 0;
  g_autoptr(GError) failed = NULL;
  if (!g_file_get_contents(path, &text, &len, &failed)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s", failed->message);
    return FALSE;
  }
  gboolean ok = len <= KEY_FILE_MAX && bh_base64_decode(text, secret_key, BH_SECRET_KEY_SIZE) &&
                crypto_sign_ed25519_sk_to_pk(public_key, secret_key) == 0;
  sodium_memzero(text, len);
  if (!ok)
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: not a signing key", path);
  return ok;
}

gboolean bh_keys_check_tls(const char *dir, GError **error)
{
  g_autofree char *cert = bh_keys_dup_cert_path(dir);
  g_autofree char *key = bh_keys_dup_tls_key_path(dir);
  gnutls_certificate_credentials_t both = NULL;
  int rc = gnutls_certificate_allocate_credentials(&both);
  if (rc == 0)
    rc = gnutls_certificate_set_x509_key_file(both, cert, key, GNUTLS_X509_FMT_PEM);
  if (both != NULL)
    gnutls_certificate_free_credentials(both);
  if (rc >= 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_SIGNATURE, "%s: does not match its key: %s", cert,
              gnutls_strerror(rc));
  return FALSE;
}

static X509Cert *load_cert(const char *path, GError **error)
{
  g_autofree char *pem = NULL;
  gsize len = 0;
  g_autoptr(GError) failed = NULL;
  if (!g_file_get_contents(path, &pem, &len, &failed)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s", failed->message);
    return NULL;
  }
  gnutls_datum_t datum = {(unsigned char *)pem, (unsigned)len};
  g_autoptr(X509Cert) cert = NULL;
  int rc = gnutls_x509_crt_init(&cert);
  if (rc == 0)
    rc = gnutls_x509_crt_import(cert, &datum, GNUTLS_X509_FMT_PEM);
  if (rc == 0)
    return g_steal_pointer(&cert);
  g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: %s", path, gnutls_strerror(rc));
  return NULL;
}

gboolean bh_keys_get_cert_end(const char *dir, gint64 *end_s, GError **error)
{
  g_autofree char *path = bh_keys_dup_cert_path(dir);
  g_autoptr(X509Cert) cert = load_cert(path, error);
  if (cert == NULL)
    return FALSE;
  *end_s = (gint64)gnutls_x509_crt_get_expiration_time(cert);
  return TRUE;
}

char *bh_keys_dup_pin(const char *dir, GError **error)
{
  g_autofree char *path = bh_keys_dup_cert_path(dir);
  g_autoptr(X509Cert) cert = load_cert(path, error);
  if (cert == NULL)
    return NULL;
  gnutls_datum_t spki = {NULL, 0};
  gnutls_pubkey_t key = NULL;
  int rc = gnutls_pubkey_init(&key);
  if (rc == 0)
    rc = gnutls_pubkey_import_x509(key, cert, 0);
  if (rc == 0)
    rc = gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &spki);
  g_clear_pointer(&key, gnutls_pubkey_deinit);
  if (rc != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: %s", path, gnutls_strerror(rc));
    return NULL;
  }
  guint8 hash[BH_HASH_SIZE];
  bh_hash(spki.data, spki.size, hash);
  gnutls_free(spki.data);
  return bh_base64_encode(hash, sizeof hash);
}
