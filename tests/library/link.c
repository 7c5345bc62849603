/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Print a link with libboots-from, to be held against the command's and a server's:
 *
 *     link SECRET BASE HOST EXPIRES [NAME=VALUE]...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/boots-from.h"

static int set(struct bf_boot_target *target, const char *text,
	       struct bf_boot_error *reterr)
{
	char name[32];
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "="), text);
	return bf_boot_target_set(target, name, text + strcspn(text, "=") + 1, reterr);
}

static int print(int argc, char **argv, struct bf_boot_target *target,
		 const struct bf_boot_template *boot_template)
{
	char text[BF_BOOT_LINK_SIZE];
	struct bf_boot_error error;
	int err = BF_BOOT_OK;
	for (int i = 5; !err && i < argc; i++)
		err = set(target, argv[i], &error);
	if (!err)
		err = bf_boot_link_print(argv[1], strlen(argv[1]), argv[2], argv[3],
					 atoll(argv[4]), argc > 5 ? target : NULL,
					 boot_template, text, sizeof(text), &error);
	puts(err ? error.text : text);
	return err ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct bf_boot_template *boot_template = NULL;
	struct bf_boot_target *target = bf_boot_target_new();
	if (argc < 5 || !target || bf_boot_template_new(NULL, &boot_template, NULL))
		return 2;
	int status = print(argc, argv, target, boot_template);
	bf_boot_template_free(boot_template);
	bf_boot_target_free(target);
	return status;
}
