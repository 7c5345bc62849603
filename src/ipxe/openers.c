/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/openers.h"

#include <stdlib.h>
#include <string.h>

enum {
	NAME_MIN = 3, /* aoe, ftp, nfs */
	NAME_MAX = 15,
	ENTRIES_MIN =
		3, /* every iPXE has file or tcp and udp besides what it can load from */
	ENTRIES_MAX = 32,
	ATTEMPTS_MAX =
		256, /* pointers to a known name; in a real iPXE it is one of three */
};

struct entries {
	struct bf_view names[ENTRIES_MAX];
	size_t count;
};

static bool is_scheme_char(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("+.-_", c));
}

/* A scheme's name in lower case (RFC 3986, and the "_" of ib_srp), ended by a NUL. */
static bool read_name(struct bf_view bytes, size_t offset, struct bf_view *ret)
{
	size_t length = 0;
	while (length <= NAME_MAX && offset + length < bytes.size &&
	       is_scheme_char(bytes.data[offset + length]))
		length++;
	if (length < NAME_MIN || length > NAME_MAX || offset + length == bytes.size ||
	    bytes.data[offset + length] != '\0' || bytes.data[offset] < 'a')
		return false;
	*ret = bf_view_part(bytes, offset, length);
	return true;
}

/*
 * The name may be the tail of a longer string, where the linker merged the two ("tftp" in
 * "mtftp"). iPXE's code lies before its strings; without section headers, as in the lkrn,
 * this is what tells a function's address from a port number or another string's address.
 */
static bool read_entry(const struct bf_program *program, size_t offset,
		       struct bf_view *ret_name)
{
	if (!bf_view_has(program->bytes, offset, 2 * program->pointer_size))
		return false;
	uint64_t scheme = bf_program_pointer(program, offset);
	uint64_t open = bf_program_pointer(program, offset + program->pointer_size);
	size_t name;
	return open >= program->code && open < program->code_end && open < scheme &&
	       bf_program_find(program, scheme, &name) &&
	       read_name(program->bytes, name, ret_name);
}

static void read_entries(const struct bf_program *program, size_t offset,
			 struct entries *ret)
{
	ret->count = 0;
	while (ret->count < ENTRIES_MAX &&
	       read_entry(program, offset, &ret->names[ret->count])) {
		ret->count++;
		offset += 2 * program->pointer_size;
	}
}

static bool is_name(struct bf_view name, const char *text)
{
	return name.size == strlen(text) && memcmp(name.data, text, name.size) == 0;
}

/* Pairs of a word and a function are common; those that name a protocol we know are not. */
static bool is_table(const struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		if (is_name(entries->names[i], "http") ||
		    is_name(entries->names[i], "tftp"))
			return entries->count >= ENTRIES_MIN;
	}
	return false;
}

/* The first entry of the table that has one at offset. */
static size_t find_start(const struct bf_program *program, size_t offset)
{
	size_t size = 2 * program->pointer_size;
	struct bf_view name;
	for (int i = 1; i < ENTRIES_MAX && offset >= size &&
			read_entry(program, offset - size, &name);
	     i++)
		offset -= size;
	return offset;
}

/*
 * The names of two protocols lead to the pointers to them, and those to the table: what is
 * no such pointer, nearly all of a program, costs no more than comparing it.
 */
static bool find_table(const struct bf_program *program, struct entries *ret)
{
	struct bf_program_addresses names = {0};
	int attempts = 0;
	bf_program_find_text(program, "tftp", &names);
	bf_program_find_text(program, "http", &names);
	for (size_t offset = 0;
	     attempts < ATTEMPTS_MAX &&
	     bf_view_has(program->bytes, offset, program->pointer_size);
	     offset += program->pointer_size) {
		if (!bf_program_is_among(&names, bf_program_pointer(program, offset)))
			continue;
		read_entries(program, find_start(program, offset), ret);
		if (is_table(ret))
			return true;
		attempts++;
	}
	return false;
}

static int compare_names(const void *a, const void *b)
{
	const struct bf_view *x = a, *y = b;
	int order = memcmp(x->data, y->data, x->size < y->size ? x->size : y->size);
	return order ? order : (x->size > y->size) - (x->size < y->size);
}

int bf_openers_list(const struct bf_program *program, char *ret, size_t size,
		    struct bf_error *reterr)
{
	struct entries entries;
	char *out = ret;

	if (!find_table(program, &entries))
		return bf_fail(reterr, BF_ERR_UNSUPPORTED, "no table of URI openers");
	qsort(entries.names, entries.count, sizeof(entries.names[0]), compare_names);
	for (size_t i = 0; i < entries.count; i++) {
		struct bf_view name = entries.names[i];
		if (is_name(name, "tcp") || is_name(name, "udp"))
			continue;
		size_t comma = out != ret;
		if (comma + name.size + 1 > size - (size_t)(out - ret))
			return bf_fail(reterr, BF_ERR_TOO_BIG,
				       "the names of %zu URI openers take more than %zu "
				       "bytes",
				       entries.count, size);
		if (comma)
			*out++ = ',';
		memcpy(out, name.data, name.size);
		out += name.size;
	}
	*out = '\0';
	return BF_OK;
}
