/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Writes inputs that are not text, of programs that are forged: nothing of iPXE's own is in
 * them.
 *
 *     make_seeds FOLDER STUBS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "archive.h"
#include "base/file.h"
#include "forge_certificate.h"
#include "forge_ipxe.h"
#include "forge_signature.h"
#include "fuzz.h"
#include "ipxe/pin.h"
#include "ipxe/plant.h"
#include "ipxe/site.h"
#include "packer.h"
#include "pinnable.h"
#include "seeds.h"
#include "sign/image_digest.h"

enum { COMMAND_LINE = 0x60, FILE_NAME = 0x70, SLOT_SIZE = BF_SLOT_SIZE_MIN };

static const char *folder, *stubs;

void write_seed(const char *target, const char *name, struct bf_view bytes)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", folder, target);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%s", folder, target, name);
	FILE *file = fopen(path, "wb");
	fuzz_require(file);
	fuzz_require(fwrite(bytes.data, 1, bytes.size, file) == bytes.size);
	fuzz_require(fclose(file) == 0);
}

/* With bytes in front. */
static void write_headed(const char *target, const char *name, const char *head,
			 size_t head_size, struct bf_view bytes)
{
	struct bf_buffer seed = {0};
	fuzz_require(!bf_buffer_append(&seed, head, head_size));
	fuzz_require(!bf_buffer_append(&seed, bytes.data, bytes.size));
	write_seed(target, name, bf_buffer_view(&seed));
	bf_buffer_free(&seed);
}

/* ---- Packed streams ---- */

/* Plans of all kinds of symbols, and what they make as a payload of its own. */
static void write_plans(void)
{
	static struct packer packer;
	uint32_t state = 7;
	uint8_t plan[400];
	for (unsigned n = 0; n < 8; n++) {
		char name[16];
		struct bf_buffer payload = {0};
		for (size_t i = 0; i < sizeof(plan); i++)
			plan[i] = (uint8_t)(sample_number(&state) >> n);
		struct bf_view view = bf_view(plan, sizeof(plan) >> n);
		snprintf(name, sizeof(name), "plan-%u", n);
		write_headed("lzma1", name, "\x40\1", 2, view);
		packer_make(&packer, view);
		forge_packed_block(&payload, bf_buffer_view(&packer.encoder.packed));
		write_seed("zbin", name, bf_buffer_view(&payload));
		packer_free(&packer);
		bf_buffer_free(&payload);
	}
}

/* ---- Programs ---- */

static void write_pinnable(void)
{
	struct bf_buffer binary = {0}, checkpoint = {0};
	uint8_t program[1000];
	uint32_t state = 3;
	pinnable_make(&binary);
	fuzz_require(!bf_pin_checkpoint(bf_buffer_view(&binary), &checkpoint, NULL));
	write_seed("checkpoint", "stored", bf_buffer_view(&checkpoint));
	sample_program(program, sizeof(program), &state);
	write_headed("pin", "late", "\x84\3", 2, bf_view(program, sizeof(program)));
	write_headed("pin", "early", "\x10\0", 2, bf_view(program, 200));
	write_headed("pin", "alone", "\0\0", 2, bf_view(program, 0));
	bf_buffer_free(&binary);
	bf_buffer_free(&checkpoint);
}

static void forge_program(uint8_t program[FORGE_PROGRAM_SIZE])
{
	forge_ipxe_program(program);
	memcpy(program + FORGE_PROGRAM_TABLE + COMMAND_LINE, "<CMDLINE>", 10);
}

static void forge_efi(uint8_t file[FORGE_SIZE], uint16_t machine)
{
	forge_ipxe_efi(file, machine);
	memcpy(file + FORGE_PE_TABLE + COMMAND_LINE, "<CMDLINE>", 10);
}

static void put_slot(uint8_t *at)
{
	fuzz_require(!bf_plant_format_slot(at, SLOT_SIZE, BF_SLOT_OFFSET_UNKNOWN, NULL));
}

static void write_efi_imports(void)
{
	uint8_t file[FORGE_SIZE];
	forge_efi(file, BF_PE_MACHINE_ARM64);
	write_headed("import", "efi", "f", 1, bf_view(file, sizeof(file)));
	put_slot(file + FORGE_PE_SCRIPT);
	write_headed("import", "efi-slot", "f", 1, bf_view(file, sizeof(file)));
}

static void write_lkrn_imports(void)
{
	uint8_t program[FORGE_PROGRAM_SIZE];
	struct bf_buffer lkrn = {0};
	forge_program(program);
	forge_lkrn(bf_view(program, sizeof(program)), &lkrn);
	write_headed("import", "lkrn", "f", 1, bf_buffer_view(&lkrn));
	write_headed("import", "program", "p", 1, bf_view(program, sizeof(program)));
	put_slot(program + FORGE_PROGRAM_SCRIPT);
	write_headed("import", "packed-slot", "p", 1, bf_view(program, sizeof(program)));
	memcpy(program + FORGE_PROGRAM_SCRIPT, "#!ipxe\nshell\n", 13);
	write_headed("import", "script", "p", 1, bf_view(program, sizeof(program)));
	bf_buffer_free(&lkrn);
}

/* ---- A bundle ---- */

static void read_stub(const char *name, struct bf_buffer *ret)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", stubs, name);
	fuzz_require(!bf_buffer_read_file(path, 4096, ret, NULL));
}

static void add(struct bf_buffer *archive, uint8_t name, struct bf_view bytes)
{
	uint8_t head[ARCHIVE_HEAD_SIZE] = {name};
	bf_put_le16(head + 1, (uint16_t)bytes.size);
	fuzz_require(!bf_buffer_append(archive, head, sizeof(head)));
	fuzz_require(!bf_buffer_append(archive, bytes.data, bytes.size));
}

/* A binary with a slot, and its stub; and their lines of MANIFEST. */
static void add_ipxe(enum bf_arch arch, uint8_t name, struct bf_view stock,
		     struct bf_buffer *archive, struct bf_buffer *manifest)
{
	struct bf_buffer stub = {0}, planted = {0};
	struct bf_slot slot;
	struct bf_site site;
	char digest[BF_DIGEST_HEX_SIZE];
	read_stub(bf_arch_row(arch)->stub_name, &stub);
	fuzz_require(!bf_plant(stock, bf_buffer_view(&stub), SLOT_SIZE, &planted, NULL));
	struct bf_view binary = bf_buffer_view(&planted);
	struct bf_source source = bf_source_view(binary);
	fuzz_require(!bf_slot_find(binary, &slot, NULL));
	fuzz_require(!bf_site_init(&site, arch, 0, binary, slot, NULL));
	fuzz_require(!bf_site_digest(&site, &source, digest, NULL));
	fuzz_require(!bf_buffer_print(manifest,
				      "ipxe %s %s %zu %u %s\nalgorithms %s rsa\n"
				      "digest %s %s\n",
				      archive_names[name], bf_arch_name(arch),
				      slot.offset, slot.size, forge_schemes,
				      bf_arch_name(arch), bf_arch_name(arch), digest));
	add(archive, name, binary);
	add(archive, name + 1, bf_buffer_view(&stub));
	bf_buffer_free(&stub);
	bf_buffer_free(&planted);
}

static void write_bundle(const char *name, bool has_bios, bool has_efi)
{
	uint8_t file[FORGE_SIZE], program[FORGE_PROGRAM_SIZE];
	struct bf_buffer archive = {0}, manifest = {0}, lkrn = {0};
	fuzz_require(!bf_buffer_print(&manifest, "package ipxe 9.8.7 forged\ntime 1\n"));
	forge_efi(file, BF_PE_MACHINE_AMD64);
	forge_program(program);
	forge_lkrn(bf_view(program, sizeof(program)), &lkrn);
	if (has_bios)
		add_ipxe(BF_ARCH_BIOS, ARCHIVE_LKRN, bf_buffer_view(&lkrn), &archive,
			 &manifest);
	if (has_efi)
		add_ipxe(BF_ARCH_X86_64, ARCHIVE_X86_64, bf_view(file, sizeof(file)),
			 &archive, &manifest);
	add(&archive, ARCHIVE_MANIFEST, bf_buffer_view(&manifest));
	write_seed("bundle", name, bf_buffer_view(&archive));
	bf_buffer_free(&archive);
	bf_buffer_free(&manifest);
	bf_buffer_free(&lkrn);
}

/* ---- Certificates ---- */

/* A key of which everything is the same each time, and three certificates of it. */
static void make_chain(struct forge_recipe recipes[3])
{
	static const uint8_t secret[32] = "not a secret, and never was one";
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret,
						     sizeof(secret));
	fuzz_require(key);
	recipes[0] = (struct forge_recipe){.key = key, .name = "web1", .issuer = "R1"};
	recipes[1] = (struct forge_recipe){
		.key = key, .name = "R1", .issuer = "Root", .is_ca = true};
	recipes[2] = (struct forge_recipe){.key = key, .name = "Root", .is_ca = true};
}

/* In the forms that files have; those with a password are in the corpus. */
static void write_certificates(void)
{
	struct forge_recipe chain[3];
	struct bf_buffer pem = {0}, one = {0}, all = {0}, p7b = {0}, wide = {0};
	make_chain(chain);
	for (size_t i = 0; i < 3; i++)
		forge_pem(&chain[i], &pem);
	forge_pkcs7(&chain[2], 1, &one);
	forge_pkcs7(chain, 3, &all);
	forge_block_of("PKCS7", bf_buffer_view(&all), &p7b);
	forge_key(chain[0].key, &p7b);
	fuzz_require(!bf_buffer_zero(&wide, 2 * pem.size));
	for (size_t i = 0; i < pem.size; i++)
		wide.data[2 * i] = pem.data[i];
	write_seed("certificate", "fullchain.pem", bf_buffer_view(&pem));
	write_seed("certificate", "one.p7b", bf_buffer_view(&one));
	write_seed("certificate", "windows.p7b", bf_buffer_view(&p7b));
	write_headed("certificate", "utf-16", "\xff\xfe", 2, bf_buffer_view(&wide));
	EVP_PKEY_free(chain[0].key);
	bf_buffer_free(&pem);
	bf_buffer_free(&one);
	bf_buffer_free(&all);
	bf_buffer_free(&p7b);
	bf_buffer_free(&wide);
}

/* ---- Signatures ---- */

enum { CERTIFICATES = FORGE_OPTIONAL + 112 + 8 * BF_PE_CERTIFICATE_TABLE };

/* Two of a program, the first of which is good, with certificates up to the root. */
static void sign_program(struct bf_buffer *file)
{
	struct forge_signer root = forge_signer("Root", NULL);
	struct forge_signer signer = forge_signer("Signer", &root);
	struct forge_signing signing = {.certificates = {root.certificate}};
	struct bf_pe pe;
	fuzz_require(!bf_pe_parse(bf_buffer_view(file), &pe, NULL));
	fuzz_require(!bf_image_sha256(&pe, signing.digest));
	for (unsigned i = 0; i < 2; i++) {
		struct bf_buffer pkcs7 = forge_authenticode(&signing, &signer);
		forge_attach(file, CERTIFICATES, BF_CERTIFICATE_PKCS_SIGNED_DATA,
			     bf_buffer_view(&pkcs7));
		bf_buffer_free(&pkcs7);
		signing.digest[i] ^= 1;
	}
	forge_signer_free(&root);
	forge_signer_free(&signer);
}

/* A table that starts in the program's last bytes, and one of a single byte. */
static void write_anywhere(const struct bf_buffer *file)
{
	uint8_t head[] = {'d', 0, 0, 0, 0, 0, 0, 0, 0};
	struct bf_view table =
		bf_view_part(bf_buffer_view(file), FORGE_SIZE, file->size - FORGE_SIZE);
	bf_put_le32(head + 1, FORGE_SIZE - 8);
	bf_put_le32(head + 5, (uint32_t)table.size + 8);
	write_headed("signature", "early", (char *)head, sizeof(head), table);
	bf_put_le32(head + 5, 1);
	write_headed("signature", "short", (char *)head, sizeof(head), table);
}

static void write_signed(const char *name, struct bf_buffer *file, size_t from)
{
	write_headed("signature", name, from ? "t" : "f", 1,
		     bf_view(file->data + from, file->size - from));
	bf_buffer_free(file);
}

static void write_signatures(void)
{
	static const char name[] = "\\\0g\0r\0u\0b\0x\0006\0004\0.\0e\0f\0i\0\0";
	static const char sbat[] = "sbat,1,SBAT Version\nshim,4,UEFI shim\n";
	struct bf_buffer table = {0}, shim = {0};
	fuzz_require(!bf_buffer_zero(&table, FORGE_SIZE));
	fuzz_require(!bf_buffer_zero(&shim, FORGE_SIZE));
	forge_pe(table.data, BF_PE_MACHINE_AMD64);
	write_headed("signature", "plain", "f", 1, bf_buffer_view(&table));
	sign_program(&table);
	write_anywhere(&table);
	write_signed("table", &table, FORGE_SIZE);
	forge_pe(shim.data, BF_PE_MACHINE_ARM64);
	memcpy(shim.data + forge_section(4, 0), ".vendor_", 8);
	memset(shim.data + FORGE_PE_DATA, 0, FORGE_SIZE - FORGE_PE_DATA);
	memcpy(shim.data + FORGE_PE_DATA, name, sizeof(name));
	memcpy(shim.data + FORGE_PE_SBAT, sbat, sizeof(sbat));
	sign_program(&shim);
	write_signed("shim", &shim, 0);
}

/* iPXE that is taken as it is, with its script in its slot and without a slot. */
static void write_sealed_imports(void)
{
	struct bf_buffer stock = {0}, filled = {0};
	struct bf_view script = bf_view("shell\n", 6);
	fuzz_require(!bf_buffer_zero(&stock, FORGE_SIZE));
	forge_efi(stock.data, BF_PE_MACHINE_AMD64);
	memcpy(stock.data + FORGE_PE_TABLE + FILE_NAME, "autoexec.ipxe", 14);
	fuzz_require(!bf_buffer_append(&filled, stock.data, stock.size));
	fuzz_require(!bf_slot_format(filled.data + FORGE_PE_SCRIPT, SLOT_SIZE,
				     FORGE_PE_SCRIPT, script, NULL));
	sign_program(&stock);
	sign_program(&filled);
	write_headed("import", "efi-sealed", "f", 1, bf_buffer_view(&stock));
	write_headed("import", "efi-sealed-slot", "f", 1, bf_buffer_view(&filled));
	bf_buffer_free(&stock);
	bf_buffer_free(&filled);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	folder = argv[1];
	stubs = argv[2];
	write_plans();
	write_pinnable();
	write_efi_imports();
	write_lkrn_imports();
	write_bundle("bios", true, false);
	write_bundle("efi", false, true);
	write_bundle("both", true, true);
	write_certificates();
	write_signatures();
	write_signers();
	write_sealed_imports();
	return 0;
}
