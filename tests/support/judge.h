/* SPDX-License-Identifier: GPL-3.0-only */
/* Independent programs as judges: a folder to put files in, and running a command there. */
#ifndef TEST_JUDGE_H
#define TEST_JUDGE_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"

struct judge {
	char folder[64];
	char output[65536]; /* what the last command printed, both streams */
};

static inline struct judge *judge_new(void)
{
	struct judge *judge = calloc(1, sizeof(*judge));
	if (!judge)
		_exit(99);
	strcpy(judge->folder, "/tmp/boots-from-test.XXXXXX");
	if (!mkdtemp(judge->folder))
		_exit(99);
	return judge;
}

/*
 * Run a shell command in the folder; returns its exit status, 127 when there is no such
 * program. Judges live in sbin folders too, and speak English for us.
 */
__attribute__((format(printf, 2, 3))) static inline int judge_run(struct judge *judge,
								  const char *format, ...)
{
	char command[4096];
	int used = snprintf(command, sizeof(command),
			    "exec 2>&1; cd %s && export LC_ALL=C MTOOLSRC=/dev/null "
			    "PATH=\"$PATH:/usr/sbin:/sbin\"; ",
			    judge->folder);
	va_list args;
	va_start(args, format);
	vsnprintf(command + used, sizeof(command) - (size_t)used, format, args);
	va_end(args);

	FILE *pipe = popen(command, "r");
	if (!pipe)
		_exit(99);
	size_t got = fread(judge->output, 1, sizeof(judge->output) - 1, pipe);
	judge->output[got] = '\0';
	int status = pclose(pipe);
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
	if (code)
		fprintf(stderr, "exit status %d: %s\n%s\n", code, command, judge->output);
	return code;
}

static inline void judge_free(struct judge *judge)
{
	judge_run(judge, "rm -rf '%s'", judge->folder);
	free(judge);
}

/* Write the pieces as a file of size bytes into the folder. */
static inline void judge_write(struct judge *judge, const char *name,
			       const struct bf_piece *pieces, size_t n_pieces,
			       uint64_t size)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/%s", judge->folder, name);
	FILE *file = fopen(path, "wb");
	if (!file)
		_exit(99);
	for (size_t i = 0; i < n_pieces; i++) {
		const struct bf_piece *piece = &pieces[i];
		if (fseeko(file, (off_t)piece->offset, SEEK_SET) ||
		    fwrite(piece->bytes.data, 1, piece->bytes.size, file) !=
			    piece->bytes.size)
			_exit(99);
	}
	if (fclose(file) || truncate(path, (off_t)size))
		_exit(99);
}

/* Read a file of the folder back. */
static inline struct bf_buffer judge_read(struct judge *judge, const char *name)
{
	char path[256];
	struct bf_buffer buffer = {0};
	struct bf_error error;
	snprintf(path, sizeof(path), "%s/%s", judge->folder, name);
	if (bf_buffer_read_file(path, SIZE_MAX / 2, &buffer, &error)) {
		fprintf(stderr, "%s\n", error.text);
		_exit(99);
	}
	return buffer;
}

#endif
