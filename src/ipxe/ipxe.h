/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * An iPXE binary, opened: its header parsed, its packed part unpacked, and read out of it
 * what it is and can do. Opened once, it is examined, planted and filled from here.
 */
#ifndef BF_IPXE_H
#define BF_IPXE_H

#include "binary/executable.h"
#include "ipxe/capabilities.h"
#include "ipxe/program.h"
#include "ipxe/slot.h"

enum { BF_IPXE_VERSION_SIZE = 64 };

/* What it says of itself. */
struct bf_ipxe_identity {
	enum bf_arch arch;
	char version[BF_IPXE_VERSION_SIZE]; /* "2.0.0+dfsg-5"; empty if there is none */
	struct bf_capabilities can;         /* slot_size is 0 */
	bool has_command_line; /* it runs one as a script: the EFI does since 2021 */
	bool can_run_loose;    /* a script in a file, see loose.h */
	/*
	 * A script is compiled in, which iPXE runs and ignores a planted slot. A slot that is
	 * compiled in does not count: it is there to be filled.
	 */
	bool embedded_script;
};

/* A zeroed struct is closed like any other. */
struct bf_ipxe {
	struct bf_executable executable;
	struct bf_buffer unpacked; /* an lkrn's last block; empty for a PE */
	struct bf_ipxe_identity identity;
};

/*
 * Open a file, whose bytes must outlive ret. BF_ERR_UNSUPPORTED, with the reason, for a PE or
 * bzImage that is not iPXE or of an architecture we do not know, and for every other kind of
 * file; BF_ERR_FORMAT for damaged ones. Release ret with bf_ipxe_close().
 */
bf_must_check int bf_ipxe_open(struct bf_view file, struct bf_ipxe *ret,
			       struct bf_error *reterr);

/* The same for a file whose header is parsed already. */
bf_must_check int bf_ipxe_open_executable(const struct bf_executable *executable,
					  struct bf_ipxe *ret, struct bf_error *reterr);
void bf_ipxe_close(struct bf_ipxe *ipxe);

/* iPXE's own code and data; good as long as ipxe stays where it is. */
struct bf_program bf_ipxe_program(const struct bf_ipxe *ipxe);

/* A slot is in the file, or inside an lkrn's packed block if it was compiled in. */
struct bf_ipxe_slot {
	struct bf_slot slot; /* its offset is in bytes */
	bool is_packed;
	struct bf_view bytes; /* the file, or the unpacked block */
};

/*
 * Find the one slot. BF_ERR_NO_SLOT when there is none, BF_ERR_FORMAT when there are two or
 * the marker is damaged.
 */
bf_must_check int bf_ipxe_find_slot(const struct bf_ipxe *ipxe, struct bf_ipxe_slot *ret,
				    struct bf_error *reterr);

/* Whether there is nothing in it but what a script may have; BF_ERR_FORMAT if not. */
bf_must_check int bf_ipxe_check_slot(const struct bf_ipxe_slot *found,
				     struct bf_error *reterr);

#endif
