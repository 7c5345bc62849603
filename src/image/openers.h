/*
 * iPXE's linker table of URI openers, `struct { const char *scheme; int (*open)(...); }[]`:
 * the one place in the binary that says which URLs it can open. It has no symbol and no
 * marker; it is found by what its entries point to.
 */
#ifndef BF_OPENERS_H
#define BF_OPENERS_H

#include "base/bytes.h"
#include "formats/pe.h"

/* A program as it will lie in memory. */
struct bf_program {
	struct bf_view bytes;    /* the PE file, or the lkrn's last block unpacked */
	const struct bf_pe *pe;  /* NULL for the lkrn: addresses are offsets in bytes */
	size_t pointer_size;     /* 4 or 8 */
	uint64_t image_base;     /* what addresses count from */
	uint64_t code, code_end; /* addresses of the code */
};

/*
 * List the schemes, sorted and with commas, in ret (size bytes, with the NUL). Without tcp
 * and udp, which no command can chain to. BF_ERR_UNSUPPORTED when there is no such table,
 * BF_ERR_TOO_BIG when the list does not fit.
 */
int bf_openers_list(const struct bf_program *program, char *ret, size_t size,
		    struct bf_error *reterr);

#endif
