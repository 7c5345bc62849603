/* SPDX-License-Identifier: GPL-3.0-only */
#include "script/userscript.h"

#include <string.h>

#include "ipxe/slot.h"

static const char magic[] = BF_SLOT_MAGIC;
enum { MAGIC_SIZE = sizeof(magic) - 1 };

static int check_byte(struct bf_view line, size_t i, size_t number,
		      struct bf_error *reterr)
{
	uint8_t byte = line.data[i];
	size_t column = i + 1;
	if (byte == 0)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "line %zu, column %zu: a NUL byte; this is not a script",
			       number, column);
	if (byte > 0x7f)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "line %zu, column %zu: the byte \\x%02x is not ASCII, "
			       "which is all that iPXE takes%s",
			       number, column, byte,
			       number == 1 && i == 0 ? "; a byte order mark?" : "");
	if (byte == '\r')
		return bf_fail(reterr, BF_ERR_INPUT,
			       "line %zu, column %zu: a carriage return inside the line",
			       number, column);
	return BF_OK;
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t';
}

/* Whether the line is "#!ipxe", with or without something around it. */
static bool has_magic(struct bf_view line, size_t at)
{
	return bf_view_has(line, at, MAGIC_SIZE) &&
	       memcmp(line.data + at, magic, MAGIC_SIZE) == 0 &&
	       (line.size == at + MAGIC_SIZE || is_blank(line.data[at + MAGIC_SIZE]));
}

static size_t skip_blanks(struct bf_view line)
{
	size_t at = 0;
	while (at < line.size && is_blank(line.data[at]))
		at++;
	return at;
}

static int check_line(struct bf_view line, size_t number, struct bf_error *reterr)
{
	for (size_t i = 0; i < line.size; i++) {
		int err = check_byte(line, i, number, reterr);
		if (err)
			return err;
	}
	size_t start = skip_blanks(line);
	if (has_magic(line, start) && (number > 1 || start > 0))
		return bf_fail(reterr, BF_ERR_INPUT,
			       "line %zu, column %zu: " BF_SLOT_MAGIC
			       " makes a script of what "
			       "starts with it: take out what is before it, or this line",
			       number, start + 1);
	if (number == 1 && bf_view_has(line, 0, 3) && memcmp(line.data, "#!/", 3) == 0)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "line 1: a script for another interpreter; one for iPXE "
			       "starts with " BF_SLOT_MAGIC);
	return BF_OK;
}

/* Take the next line out of text, without its end: a newline, perhaps after a return. */
static struct bf_view next_line(struct bf_view *text)
{
	const uint8_t *newline = memchr(text->data, '\n', text->size);
	size_t length = newline ? (size_t)(newline - text->data) : text->size;
	size_t taken = newline ? length + 1 : length;
	struct bf_view line = bf_view_part(*text, 0, length);
	if (length > 0 && line.data[length - 1] == '\r')
		line.size--;
	*text = bf_view_part(*text, taken, text->size - taken);
	return line;
}

/* A slot is found by these words, and one inside another one would be two. */
static int check_sentinel(struct bf_view line, struct bf_view before, size_t number,
			  struct bf_error *reterr)
{
	static const char word[] = BF_SLOT_MARKER;
	static const size_t size = sizeof(word) - 1;
	if (!bf_view_has(line, 0, size) || memcmp(line.data, word, size) != 0 ||
	    before.size < MAGIC_SIZE + 1 ||
	    memcmp(before.data + before.size - MAGIC_SIZE - 1, BF_SLOT_FIRST_LINE,
		   MAGIC_SIZE + 1) != 0)
		return BF_OK;
	return bf_fail(reterr, BF_ERR_INPUT,
		       "line %zu: '%s' behind a line that ends in " BF_SLOT_MAGIC
		       " is how a script is found in an image: take one of the two out",
		       number, word);
}

int bf_userscript_convert(struct bf_view text, struct bf_buffer *ret,
			  struct bf_error *reterr)
{
	bool empty = true;
	for (size_t number = 1; text.size > 0; number++) {
		struct bf_view line = next_line(&text);
		int err = check_line(line, number, reterr);
		if (!err)
			err = check_sentinel(line, bf_buffer_view(ret), number, reterr);
		if (err)
			return err;
		/* A slot starts with a #!ipxe of its own. */
		if (has_magic(line, 0))
			continue;
		if (skip_blanks(line) < line.size)
			empty = false;
		if (bf_buffer_append(ret, line.data, line.size) ||
		    bf_buffer_append(ret, "\n", 1))
			return bf_fail_nomem(reterr);
	}
	if (empty)
		return bf_fail(reterr, BF_ERR_INPUT, "the script is empty");
	return BF_OK;
}
