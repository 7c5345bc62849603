/* SPDX-License-Identifier: GPL-3.0-only */
#include "script/address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <sys/socket.h>

#include "base/number.h"

static const char hex_digits[] = "0123456789abcdefABCDEF";

size_t bf_address_size(const struct bf_address *address)
{
	return address->family == AF_INET ? 4 : 16;
}

const char *bf_address_print(const struct bf_address *address,
			     char out[BF_ADDRESS_TEXT_SIZE])
{
	return inet_ntop(address->family, address->bytes, out, BF_ADDRESS_TEXT_SIZE);
}

struct bf_address bf_address_mask(int family, unsigned prefix)
{
	struct bf_address mask = {.family = family};
	for (unsigned bit = 0; bit < prefix; bit++)
		mask.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return mask;
}

bool bf_address_is_same(const struct bf_address *a, const struct bf_address *b)
{
	return a->family == b->family &&
	       memcmp(a->bytes, b->bytes, bf_address_size(a)) == 0;
}

bool bf_address_in_subnet(const struct bf_address *a, const struct bf_address *b,
			  unsigned prefix)
{
	struct bf_address mask = bf_address_mask(a->family, prefix);
	for (size_t i = 0; i < bf_address_size(a); i++)
		if ((a->bytes[i] ^ b->bytes[i]) & mask.bytes[i])
			return false;
	return true;
}

bool bf_address_host_bits_are(const struct bf_address *address, unsigned prefix, bool one)
{
	struct bf_address mask = bf_address_mask(address->family, prefix);
	for (size_t i = 0; i < bf_address_size(address); i++) {
		uint8_t host = (uint8_t)~mask.bytes[i];
		if ((address->bytes[i] & host) != (one ? host : 0))
			return false;
	}
	return true;
}

/* RFC 1122, 3.2.1.3, and RFC 4291, 2.4: what can be one host on a network. */
static bool is_unicast(const struct bf_address *address)
{
	static const uint8_t zeros[15];
	const uint8_t *bytes = address->bytes;
	if (address->family == AF_INET)
		return bytes[0] != 0 && bytes[0] != 127 && bytes[0] < 224;
	if (memcmp(bytes, zeros, sizeof(zeros)) == 0 && bytes[15] <= 1)
		return false; /* :: and ::1 */
	return bytes[0] != 0xff;
}

bool bf_address_is_link_local(const struct bf_address *address)
{
	return address->family == AF_INET6 && address->bytes[0] == 0xfe &&
	       (address->bytes[1] & 0xc0) == 0x80;
}

int bf_address_parse(const char *text, struct bf_address *ret, struct bf_error *reterr)
{
	struct bf_address address = {.family = strchr(text, ':') ? AF_INET6 : AF_INET};
	if (inet_pton(address.family, text, address.bytes) != 1)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "not an IPv4 or IPv6 address, such as 192.0.2.7");
	if (!is_unicast(&address))
		return bf_fail(reterr, BF_ERR_USAGE, "not the address of one host");
	*ret = address;
	return BF_OK;
}

/* RFC 950, 2.1, as everybody has it: ones, then zeros. */
static bool parse_mask(const char *text, unsigned *ret)
{
	struct bf_address given = {.family = AF_INET};
	if (inet_pton(AF_INET, text, given.bytes) != 1)
		return false;
	for (unsigned prefix = 1; prefix <= 32; prefix++) {
		struct bf_address mask = bf_address_mask(AF_INET, prefix);
		if (bf_address_is_same(&mask, &given)) {
			*ret = prefix;
			return true;
		}
	}
	return false;
}

int bf_address_parse_prefix(const char *text, unsigned *ret, bool *ret_is_mask,
			    struct bf_error *reterr)
{
	*ret_is_mask = parse_mask(text, ret);
	if (*ret_is_mask ||
	    bf_number_parse(text + (*text == '/'), 1, 128, ret, NULL) == BF_OK)
		return BF_OK;
	return bf_fail(reterr, BF_ERR_USAGE,
		       "not a netmask, such as 255.255.255.0, and not a prefix length, "
		       "such as 24");
}

/* How many groups of hex digits there are with this separator between them. */
static size_t count_groups(const char *text, char separator)
{
	size_t n = 1;
	for (; separator && *text; text++)
		n += *text == separator;
	return n;
}

bool bf_address_parse_mac(const char *text, char ret[BF_MAC_TEXT_SIZE])
{
	char digits[12];
	size_t n_digits = 0;
	char separator = text[strspn(text, hex_digits)];
	size_t n_groups = count_groups(text, separator);
	if ((separator && !strchr(":-.", separator)) || n_groups > 6 || 6 % n_groups)
		return false;
	for (size_t i = 0; i < n_groups; i++) {
		size_t length = strspn(text, hex_digits);
		if (length != 12 / n_groups ||
		    text[length] != (i + 1 < n_groups ? separator : '\0'))
			return false;
		memcpy(digits + n_digits, text, length);
		n_digits += length;
		text += length + 1;
	}
	for (size_t i = 0; i < 6; i++) {
		ret[3 * i] = (char)tolower((unsigned char)digits[2 * i]);
		ret[3 * i + 1] = (char)tolower((unsigned char)digits[2 * i + 1]);
		ret[3 * i + 2] = i < 5 ? ':' : '\0';
	}
	return true;
}
