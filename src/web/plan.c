/* SPDX-License-Identifier: GPL-3.0-only */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "fleet/remarks.h"
#include "report/json.h"
#include "web/web.h"

/* What was said of the rows: lines behind one another, each with the number of its row. */
struct verdicts {
	char **of; /* per row, NULL where nothing is wrong */
	size_t n_rows;
	bool is_out_of_memory;
};

static void verdicts_free(struct verdicts *verdicts)
{
	for (size_t i = 0; verdicts->of && i < verdicts->n_rows; i++)
		free(verdicts->of[i]);
	free(verdicts->of);
}

/* The first thing that is wrong with a row is the one to be told. */
static void tell(void *context, size_t row, const struct bf_error *error)
{
	struct verdicts *verdicts = context;
	if (verdicts->of[row])
		return;
	verdicts->of[row] = strdup(error->text);
	verdicts->is_out_of_memory |= !verdicts->of[row];
}

static void put_row(struct bf_json *json, const struct bf_web *web, size_t row,
		    const char *problem)
{
	const struct bf_hostlist *hosts = &web->fleet.hosts;
	bf_json_open_object(json, NULL);
	bf_json_number(json, "line", hosts->rows[row].line);
	bf_json_string(json, "host", hosts->rows[row].values[hosts->host]);
	bf_json_string(json, "file", bf_batch_plan_name(&web->plan, row));
	bf_json_string_or_null(json, "problem", problem ? problem : "");
	bf_json_close_object(json);
}

static int describe(const struct bf_web *web, const struct verdicts *verdicts,
		    struct bf_buffer *ret, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer remarks = {0};
	char *bytes = NULL;
	size_t size = 0;
	int err = bf_remarks_describe(&web->fleet, &remarks, reterr);
	FILE *stream = err ? NULL : open_memstream(&bytes, &size);
	if (!stream)
		return err ? err : bf_fail_nomem(reterr);
	struct bf_json json = {.out = stream};
	bf_json_open_object(&json, NULL);
	bf_json_number(&json, "bad", web->plan.n_bad);
	bf_json_text(&json, "remarks", bf_buffer_view(&remarks));
	bf_json_open_array(&json, "rows");
	for (size_t i = 0; i < web->fleet.hosts.n_rows; i++)
		put_row(&json, web, i, verdicts->of[i]);
	bf_json_close_array(&json);
	bf_json_close_object(&json);
	err = ferror(stream) ? BF_ERR_NOMEM : BF_OK;
	if (fclose(stream) || err || bf_buffer_append(ret, bytes, size))
		err = bf_fail_nomem(reterr);
	free(bytes);
	return err;
}

int bf_web_plan(struct bf_web *web, const char *hosts, const char *name,
		struct bf_buffer *json, struct bf_error *reterr)
{
	bf_cleanup(verdicts_free) struct verdicts verdicts = {0};
	int err = bf_fleet_load(hosts, web->target.url, &web->fleet, reterr);
	if (!err)
		err = bf_maker_init(&web->maker, &web->options, reterr);
	if (err)
		return err;
	verdicts.n_rows = web->fleet.hosts.n_rows;
	verdicts.of = calloc(verdicts.n_rows, sizeof(*verdicts.of));
	if (!verdicts.of)
		return bf_fail_nomem(reterr);
	err = bf_batch_plan_init(&web->fleet, name, &web->maker, tell, &verdicts,
				 &web->plan, reterr);
	if (!err && verdicts.is_out_of_memory)
		err = bf_fail_nomem(reterr);
	if (!err)
		err = bf_maker_lay_out(&web->maker, NULL, web->plan.largest, reterr);
	return err ? err : describe(web, &verdicts, json, reterr);
}

int bf_web_row(struct bf_web *web, size_t row, struct bf_error *reterr)
{
	bf_cleanup(bf_target_free) struct bf_target target = {0};
	if (row >= web->fleet.hosts.n_rows || web->plan.is_bad[row])
		return bf_fail(reterr, BF_ERR_INPUT, "there is no image of this row");
	int err = bf_fleet_target(&web->fleet, row, &target, reterr);
	if (!err)
		err = bf_image_make(&web->maker, &target, &web->image, reterr);
	return err ? bf_fleet_fail_in(&web->fleet, row, err, reterr) : BF_OK;
}
