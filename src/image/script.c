#include "image/script.h"

#include "image/url.h"

/* The boot command, as it runs and as a hint to type it again. */
static int print_boot(struct bf_buffer *ret, const char *before, const char *url,
		      const char *after)
{
	const char *command = bf_url_is_san(url) ? "sanboot" : "chain --autofree";
	return bf_buffer_print(ret, "%s%s %s%s", before, command, url, after);
}

int bf_script_render(const char *url, struct bf_buffer *ret, struct bf_error *reterr)
{
	/*
	 * What follows the boot command runs when the chained image returns, which is how
	 * an iPXE script says "next boot device"; it must not fall into the diagnostics.
	 */
	if (bf_buffer_print(ret, "dhcp || goto no_address\n") ||
	    print_boot(ret, "", url, " || goto no_boot\n") ||
	    bf_buffer_print(ret,
			    "exit\n"
			    "\n"
			    ":no_address\n"
			    "echo boots-from: no network card got an address by DHCP\n"
			    "echo Check cable, switch port and DHCP server, then try:\n"
			    "echo   ifstat\n"
			    "echo   dhcp\n") ||
	    print_boot(ret, "echo   ", url, "\n") ||
	    bf_buffer_print(
		    ret,
		    "shell\n"
		    "exit\n"
		    "\n"
		    ":no_boot\n"
		    "echo boots-from: could not boot %s\n"
		    "echo The line above says why. Is the server up, and reachable "
		    "from here? Try:\n"
		    "echo   route\n",
		    url) ||
	    print_boot(ret, "echo   ", url, "\n") || bf_buffer_print(ret, "shell\n"))
		return bf_fail_nomem(reterr);
	return BF_OK;
}
