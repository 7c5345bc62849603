/* SPDX-License-Identifier: GPL-3.0-only */
#include <stdlib.h>

#include "base/cleanup.h"
#include "lib/private.h"

struct bf_boot_target *bf_boot_target_new(void)
{
	return calloc(1, sizeof(struct bf_boot_target));
}

void bf_boot_target_clear(struct bf_boot_target *target)
{
	bf_target_free(&target->settings);
	bf_buffer_free(&target->texts);
}

void bf_boot_target_free(struct bf_boot_target *target)
{
	if (!target)
		return;
	bf_boot_target_clear(target);
	free(target);
}

static int set(struct bf_boot_target *target, const char *name, const char *value,
	       struct bf_error *reterr)
{
	size_t before = target->texts.size;
	int err = bf_buffer_print(&target->texts, "%s=%s", name, value);
	if (!err)
		err = bf_buffer_append(&target->texts, "", 1);
	err = err ? bf_fail_nomem(reterr)
		  : bf_target_set(&target->settings, name, value, reterr);
	if (err)
		target->texts.size = before;
	return err;
}

int bf_boot_target_set(struct bf_boot_target *target, const char *name, const char *value,
		       struct bf_boot_error *reterr)
{
	struct bf_error error;
	int err = set(target, name, value, &error);
	return bf_lib_report(err, &error, reterr);
}

int bf_boot_target_check(const struct bf_boot_target *target,
			 const struct bf_boot_template *boot_template,
			 struct bf_boot_error *reterr)
{
	struct bf_error error;
	bf_cleanup(bf_buffer_free) struct bf_buffer script = {0};
	int err = bf_renderer_render(&boot_template->maker.renderer, &target->settings,
				     &script, &error);
	return bf_lib_report(err, &error, reterr);
}
