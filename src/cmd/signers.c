/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/signers.h"

#include <stdio.h>

static void describe_ours(const struct bf_maker *maker, const char *images,
			  struct bf_signers *ret)
{
	const char *path = bf_maker_certificate_path(maker);
	snprintf(ret->lines[ret->n++], sizeof(ret->lines[0]),
		 "%s signed by %s: with Secure Boot it boots where that certificate is "
		 "enrolled%s%s",
		 images, maker->signer.subject,
		 path ? ", which is on the medium as " : "", path ? path : "");
}

static void describe_sealed(const struct bf_binary *binary, enum bf_arch arch,
			    struct bf_signers *ret)
{
	snprintf(ret->lines[ret->n++], sizeof(ret->lines[0]),
		 "iPXE for %s is signed by %s and stays as it is%s: with Secure Boot it "
		 "boots where that certificate is enrolled",
		 bf_arch_name(arch), binary->sealed.signer,
		 binary->sealed.script.size ? ""
					    : ", its script is the file autoexec.ipxe");
}

void bf_signers_describe(const struct bf_maker *maker, const char *images,
			 struct bf_signers *ret)
{
	ret->n = 0;
	if (maker->has_signer)
		describe_ours(maker, images, ret);
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (maker->binaries.of[arch].is_sealed)
			describe_sealed(&maker->binaries.of[arch], arch, ret);
}

void bf_signers_report(const struct bf_maker *maker, const char *images)
{
	struct bf_signers signers;
	bf_signers_describe(maker, images, &signers);
	for (size_t i = 0; i < signers.n; i++)
		fprintf(stderr, "boots-from: %s\n", signers.lines[i]);
}
