/* What the user names as a certificate. */
#include "trust/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bf_certificate certificate = {0};
	(void)bf_certificate_parse(bf_view(data, size), &certificate, NULL);
	bf_certificate_free(&certificate);
	return 0;
}
