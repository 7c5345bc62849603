/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The iPXE binaries that go into an image, one per architecture: the bundle's, or the user's
 * own in their place; as they are, or trusting another certificate. What somebody signed
 * stays as it is.
 */
#ifndef BF_BINARIES_H
#define BF_BINARIES_H

#include "bundle/bundle.h"
#include "image/sealed.h"
#include "ipxe/slotted.h"

enum { BF_BINARIES_FILE_SIZE_MAX = BF_BUNDLE_FILE_SIZE_MAX };

struct bf_binary {
	bool is_present;
	bool is_imported;       /* the user brought it */
	struct bf_view bytes;   /* the bundle's, or owned */
	struct bf_buffer owned; /* a copy that was changed, or that the user brought */
	struct bf_slot slot;
	bool slot_is_packed;     /* see struct bf_slotted */
	size_t signature_offset; /* where a signature has its place in bytes, 0 for none */
	struct bf_capabilities can;
	bool can_run_loose; /* a script in a file, see ipxe/loose.h */
	/* Signed by somebody else: the bytes are his file's, and there is no slot to be filled. */
	bool is_sealed;
	struct bf_sealed sealed;
};

struct bf_binaries {
	struct bf_binary of[BF_ARCH_COUNT];
};

/* Those of the bundle, which must outlive them. */
void bf_binaries_init(struct bf_binaries *ret, const struct bf_bundle *bundle);
void bf_binaries_free(struct bf_binaries *binaries);

/*
 * Take the user's file in the place of the bundle's for its architecture; a slot is planted
 * if it has none, and it is not signed. BF_ERR_UNSUPPORTED or BF_ERR_SIGNED, with the reason,
 * for what cannot be used: not an iPXE, of an unknown architecture, too old to run a command
 * line, with a script compiled in that is not a slot, or as bf_sealed_read() says. BF_ERR_INPUT
 * for a second one of the same architecture.
 */
bf_must_check int bf_binaries_import(struct bf_binaries *binaries,
				     const struct bf_bundle *bundle, const char *path,
				     struct bf_error *reterr);

/* The set of 1u << enum bf_arch that the user brought one for. */
unsigned bf_binaries_imported(const struct bf_binaries *binaries);

/* Those that are sealed, and the ones among them whose script has to be in a file. */
unsigned bf_binaries_sealed(const struct bf_binaries *binaries);
unsigned bf_binaries_needing_loose(const struct bf_binaries *binaries);

/*
 * The script that sealed ones have in their slots, which is then that of the whole image;
 * empty if none has. BF_ERR_INPUT if two have different ones.
 */
bf_must_check int bf_binaries_sealed_script(const struct bf_binaries *binaries,
					    struct bf_view *ret, struct bf_error *reterr);

/*
 * Make those of archs trust the fingerprint and nothing else. BF_ERR_UNSUPPORTED for one that
 * does not have iPXE's own root exactly once, BF_ERR_SIGNED for a sealed one that does not
 * trust it already; then some may have been changed.
 */
bf_must_check int bf_binaries_pin(struct bf_binaries *binaries,
				  const struct bf_bundle *bundle, unsigned archs,
				  const uint8_t fingerprint[BF_SHA256_SIZE],
				  struct bf_error *reterr);

/* Whether it can only take a script before an image is laid out, which is for one script. */
bool bf_binary_needs_script_first(const struct bf_binary *binary);

/*
 * Put the body of a slot into those of archs that need it first. BF_ERR_TOO_BIG names both
 * sizes.
 */
bf_must_check int bf_binaries_fill(struct bf_binaries *binaries, unsigned archs,
				   struct bf_view body, struct bf_error *reterr);

/*
 * Give those of archs that are for UEFI, and not sealed, room for a signature of size bytes,
 * which are zero as yet. Fails as bf_authenticode_reserve() does.
 */
bf_must_check int bf_binaries_reserve(struct bf_binaries *binaries, unsigned archs,
				      size_t size, struct bf_error *reterr);

/* What those of archs can do. */
void bf_binaries_capabilities(const struct bf_binaries *binaries, unsigned archs,
			      struct bf_capability_set *ret);

#endif
