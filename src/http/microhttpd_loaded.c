/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/microhttpd.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

/* The ABI that <microhttpd.h> describes. */
static const char soname[] = "libmicrohttpd.so.12";

static int load_function(void *library, const char *name, void *ret,
			 struct bf_error *reterr)
{
	void *symbol = dlsym(library, name);
	if (!symbol)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "%s has no %s: 0.9.73 or newer is needed", soname, name);
	memcpy(ret, &symbol, sizeof(symbol));
	return BF_OK;
}

int bf_microhttpd_load(struct bf_microhttpd *ret, struct bf_error *reterr)
{
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return bf_fail(
			reterr, BF_ERR_UNSUPPORTED,
			"serving needs libmicrohttpd (package libmicrohttpd12): %s",
			dlerror());

	static const struct {
		const char *name;
		size_t member;
	} functions[] = {
#define ROW(name) {"MHD_" #name, offsetof(struct bf_microhttpd, name)},
		BF_MICROHTTPD_FUNCTIONS(ROW)
#undef ROW
	};
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		int err = load_function(library, functions[i].name,
					(char *)ret + functions[i].member, reterr);
		if (err)
			return err;
	}
	return BF_OK;
}
