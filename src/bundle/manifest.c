/* SPDX-License-Identifier: GPL-3.0-only */
#include "bundle/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 8, LINE_MAX_SIZE = 1024 };

struct line {
	char text[LINE_MAX_SIZE];
	char *words[WORDS_MAX];
	size_t n_words;
};

static bool is_word_byte(uint8_t byte)
{
	return byte > ' ' && byte <= '~';
}

/* Copy one line and cut it into words; false if it has other bytes or is too long. */
static bool split_line(struct bf_view text, struct line *ret)
{
	if (text.size >= sizeof(ret->text))
		return false;
	memcpy(ret->text, text.data, text.size);
	ret->text[text.size] = '\0';
	for (size_t i = 0; i < text.size; i++)
		if (!is_word_byte(text.data[i]) && text.data[i] != ' ')
			return false;

	ret->n_words = 0;
	char *rest = ret->text;
	for (char *word; (word = strsep(&rest, " "));) {
		if (ret->n_words == WORDS_MAX || !*word)
			return false;
		ret->words[ret->n_words++] = word;
	}
	return true;
}

static bool parse_number(const char *word, uint64_t *ret)
{
	size_t length = strlen(word);
	if (length == 0 || length > 15 || strspn(word, "0123456789") != length)
		return false;
	*ret = strtoull(word, NULL, 10);
	return true;
}

/* Copy a word whole or not at all. */
static bool copy_word(char *out, size_t size, const char *word)
{
	if (strlen(word) >= size)
		return false;
	strcpy(out, word);
	return true;
}

/* Names are joined to the bundle's folder: nothing in them may lead out of it. */
static bool copy_name(char *out, const char *word)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789._-";
	return *word != '.' && strspn(word, allowed) == strlen(word) &&
	       copy_word(out, BF_BUNDLE_NAME_SIZE, word);
}

static bool parse_package(const struct line *line, struct bf_manifest *ret)
{
	if (line->n_words != 4 || ret->n_packages == BF_BUNDLE_PACKAGES_MAX)
		return false;
	struct bf_bundle_package *package = &ret->packages[ret->n_packages++];
	return copy_word(package->name, sizeof(package->name), line->words[1]) &&
	       copy_word(package->version, sizeof(package->version), line->words[2]) &&
	       copy_word(package->suite, sizeof(package->suite), line->words[3]);
}

static bool parse_time(const struct line *line, struct bf_manifest *ret)
{
	uint64_t time;
	if (line->n_words != 2 || !parse_number(line->words[1], &time))
		return false;
	ret->time = (int64_t)time;
	return true;
}

static bool parse_file(const struct line *line, struct bf_manifest *ret)
{
	if (line->n_words != 4 || ret->n_files == BF_BUNDLE_FILES_MAX)
		return false;
	struct bf_manifest_file *file = &ret->files[ret->n_files++];
	return strlen(line->words[1]) == BF_SHA256_HEX_SIZE - 1 &&
	       copy_word(file->sha256, sizeof(file->sha256), line->words[1]) &&
	       parse_number(line->words[2], &file->size) &&
	       copy_name(file->name, line->words[3]);
}

static bool parse_input(const struct line *line, struct bf_manifest *ret)
{
	(void)ret;
	return line->n_words == 4;
}

static enum bf_arch parse_arch(const char *word)
{
	return bf_arch_from_name(bf_view(word, strlen(word)));
}

static bool parse_algorithms(const struct line *line, struct bf_manifest *ret)
{
	if (line->n_words != 3)
		return false;
	enum bf_arch arch = parse_arch(line->words[1]);
	return arch != BF_ARCH_COUNT &&
	       copy_word(ret->ipxe[arch].algorithms, sizeof(ret->ipxe[arch].algorithms),
			 line->words[2]);
}

static bool parse_digest(const struct line *line, struct bf_manifest *ret)
{
	if (line->n_words != 3)
		return false;
	enum bf_arch arch = parse_arch(line->words[1]);
	return arch != BF_ARCH_COUNT &&
	       strlen(line->words[2]) == BF_DIGEST_HEX_SIZE - 1 &&
	       copy_word(ret->ipxe[arch].digest, sizeof(ret->ipxe[arch].digest),
			 line->words[2]);
}

static bool parse_ipxe(const struct line *line, struct bf_manifest *ret)
{
	if (line->n_words != 6)
		return false;
	enum bf_arch arch = parse_arch(line->words[2]);
	if (arch == BF_ARCH_COUNT || ret->ipxe[arch].name[0])
		return false;
	struct bf_manifest_ipxe *ipxe = &ret->ipxe[arch];
	return copy_name(ipxe->name, line->words[1]) &&
	       parse_number(line->words[3], &ipxe->slot_offset) &&
	       parse_number(line->words[4], &ipxe->slot_size) &&
	       copy_word(ipxe->schemes, sizeof(ipxe->schemes), line->words[5]);
}

static bool parse_line(const struct line *line, struct bf_manifest *ret)
{
	static const struct {
		const char *word;
		bool (*parse)(const struct line *line, struct bf_manifest *ret);
	} records[] = {
		{"package", parse_package}, {"time", parse_time},
		{"file", parse_file},       {"input", parse_input},
		{"ipxe", parse_ipxe},       {"algorithms", parse_algorithms},
		{"digest", parse_digest},
	};
	if (line->words[0][0] == '#')
		return true;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++)
		if (strcmp(line->words[0], records[i].word) == 0)
			return records[i].parse(line, ret);
	return false;
}

int bf_manifest_parse(struct bf_view text, struct bf_manifest *ret,
		      struct bf_error *reterr)
{
	static const char first[] = "boots-from-bundle 1\n";
	struct line line;

	memset(ret, 0, sizeof(*ret));
	if (text.size < sizeof(first) - 1 ||
	    memcmp(text.data, first, sizeof(first) - 1) != 0)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "MANIFEST does not begin with 'boots-from-bundle 1'");
	size_t number = 2;
	for (size_t at = sizeof(first) - 1; at < text.size; number++) {
		const uint8_t *start = text.data + at;
		const uint8_t *end = memchr(start, '\n', text.size - at);
		if (!end || !split_line(bf_view(start, (size_t)(end - start)), &line) ||
		    !parse_line(&line, ret))
			return bf_fail(reterr, BF_ERR_FORMAT,
				       "MANIFEST line %zu is not understood", number);
		at += (size_t)(end - start) + 1;
	}
	return BF_OK;
}
