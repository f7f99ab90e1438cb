/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ledger/merkle.h"

#include <assert.h>
#include <openssl/evp.h>
#include <pthread.h>

/* OpenSSL's SHA-256 uses the processor's instructions for it (libsodium's does not). The algorithm is
 * looked up once, for the look-up costs more than the hash. */
static EVP_MD *merkle_sha256;
static pthread_once_t merkle_once = PTHREAD_ONCE_INIT;

static void merkle_fetch(void)
{
    merkle_sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

static struct gn_sha256 merkle_hash(const uint8_t *prefix, gn_bytes a, gn_bytes b)
{
    struct gn_sha256 hash;
    (void)pthread_once(&merkle_once, merkle_fetch);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const bool done = context != NULL && EVP_DigestInit_ex2(context, merkle_sha256, NULL) == 1 &&
                      EVP_DigestUpdate(context, prefix, prefix != NULL) == 1 &&
                      EVP_DigestUpdate(context, a.at, a.size) == 1 && EVP_DigestUpdate(context, b.at, b.size) == 1 &&
                      EVP_DigestFinal_ex(context, hash.bytes, NULL) == 1;
    EVP_MD_CTX_free(context);
    assert(done); /* a wrong hash must not go on: the supervisor starts the node again */
    return hash;
}

struct gn_sha256 gn_merkle_leaf(gn_bytes entry)
{
    return merkle_hash(&(uint8_t){ 0 }, entry, (gn_bytes){ NULL, 0 });
}

struct gn_sha256 gn_merkle_node(const struct gn_sha256 *left, const struct gn_sha256 *right)
{
    return merkle_hash(&(uint8_t){ 1 }, (gn_bytes){ left->bytes, GN_SHA256_BYTES },
                       (gn_bytes){ right->bytes, GN_SHA256_BYTES });
}

bool gn_sha256_equal(const struct gn_sha256 *a, const struct gn_sha256 *b)
{
    return memcmp(a->bytes, b->bytes, GN_SHA256_BYTES) == 0;
}

void gn_merkle_add(struct gn_merkle *tree, struct gn_sha256 leaf)
{
    unsigned level = 0;
    assert(tree->size < (UINT64_C(1) << GN_MERKLE_LEVELS) - 1);
    for (; ((tree->size >> level) & 1) != 0; level++)
        leaf = gn_merkle_node(&tree->peak[level], &leaf);
    tree->peak[level] = leaf;
    tree->size++;
}

struct gn_sha256 gn_merkle_root(const struct gn_merkle *tree)
{
    struct gn_sha256 root;
    bool has_root = false;
    if (tree->size == 0)
        return merkle_hash(NULL, (gn_bytes){ NULL, 0 }, (gn_bytes){ NULL, 0 });
    for (unsigned level = 0; level < GN_MERKLE_LEVELS; level++) {
        if (((tree->size >> level) & 1) == 0)
            continue;
        root = has_root ? gn_merkle_node(&tree->peak[level], &root) : tree->peak[level];
        has_root = true;
    }
    return root;
}
