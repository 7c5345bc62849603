/* What an iPXE binary is and can do, read out of the binary itself. */
#ifndef BF_IPXE_H
#define BF_IPXE_H

#include "base/bytes.h"
#include "ipxe/algorithms.h"
#include "ipxe/arch.h"
#include "ipxe/schemes.h"

enum {
	BF_IPXE_SCHEMES_SIZE = BF_SCHEMES_SIZE,
	BF_IPXE_VERSION_SIZE = 64,
};

struct bf_ipxe {
	enum bf_arch arch;
	char version[BF_IPXE_VERSION_SIZE]; /* "2.0.0+dfsg-5"; empty if there is none */
	/*
	 * The names in iPXE's table of URI openers, sorted, with commas: "aoe,http,https".
	 * Only those chain and sanboot can use: tcp and udp are left out.
	 */
	char schemes[BF_IPXE_SCHEMES_SIZE];
	char algorithms[BF_ALGORITHMS_SIZE]; /* of public keys, see algorithms.h */
	bool has_command_line; /* it runs one as a script: the EFI does since 2021 */
	/*
	 * A script is compiled in, which iPXE runs and ignores a planted slot. A slot that is
	 * compiled in does not count: it is there to be filled.
	 */
	bool embedded_script;
};

/*
 * Identify a binary. BF_ERR_UNSUPPORTED, with the reason, for a PE or bzImage that is not
 * iPXE or of an architecture we do not know, and for every other kind of file; BF_ERR_FORMAT
 * for damaged ones.
 */
int bf_ipxe_identify(struct bf_view binary, struct bf_ipxe *ret, struct bf_error *reterr);

#endif
