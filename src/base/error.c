#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int bf_fail(struct bf_error *reterr, int err, const char *format, ...)
{
	if (!reterr)
		return err;
	va_list args;
	va_start(args, format);
	vsnprintf(reterr->text, sizeof(reterr->text), format, args);
	va_end(args);
	return err;
}

int bf_fail_nomem(struct bf_error *reterr)
{
	return bf_fail(reterr, BF_ERR_NOMEM, "out of memory");
}

int bf_fail_in(struct bf_error *reterr, int err, const char *format, ...)
{
	if (!reterr)
		return err;
	struct bf_error inner = *reterr;
	va_list args;
	va_start(args, format);
	int length = vsnprintf(reterr->text, sizeof(reterr->text), format, args);
	va_end(args);
	if (length < 0 || (size_t)length + 2 >= sizeof(reterr->text))
		return err;
	size_t room = sizeof(reterr->text) - (size_t)length;
	snprintf(reterr->text + length, room, ": %.*s", (int)room - 3, inner.text);
	return err;
}

const char *bf_printable(const char *text, char *out, unsigned long size)
{
	static const char hex[] = "0123456789abcdef";
	static const char cut[] = "...";
	unsigned long used = 0;

	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;
		unsigned long need = byte >= 0x20 && byte <= 0x7e ? 1 : 4;
		if (used + need + sizeof(cut) > size) {
			memcpy(out + used, cut, sizeof(cut) - 1);
			used += sizeof(cut) - 1;
			break;
		}
		if (need == 1) {
			out[used++] = (char)byte;
			continue;
		}
		out[used++] = '\\';
		out[used++] = 'x';
		out[used++] = hex[byte >> 4];
		out[used++] = hex[byte & 15];
	}
	out[used] = '\0';
	return out;
}
