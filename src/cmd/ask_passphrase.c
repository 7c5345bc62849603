/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/ask_passphrase.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ui.h>
#include <stdio.h>
#include <unistd.h>

/* Without one libcrypto would read standard input, which may be a list or a script. */
static bool has_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static int ask(void *context, const char *path, char text[BF_PASSPHRASE_SIZE],
	       struct bf_error *reterr)
{
	char name[256], prompt[320];
	(void)context;
	bf_printable(path, name, sizeof(name));
	if (!has_terminal())
		return bf_fail(reterr, BF_ERR_INPUT,
			       "'%s': the key is encrypted, and there is no terminal to "
			       "ask for its passphrase: give it in a file, with "
			       "--sign-passphrase",
			       name);
	snprintf(prompt, sizeof(prompt), "Passphrase of the key '%s': ", name);
	int result = UI_UTIL_read_pw_string(text, BF_PASSPHRASE_SIZE, prompt, 0);
	ERR_clear_error();
	return result == 0 ? BF_OK
			   : bf_fail(reterr, BF_ERR_INPUT,
				     "'%s': no passphrase was typed for the key", name);
}

const struct bf_passphrase bf_ask_passphrase = {.ask = ask};
