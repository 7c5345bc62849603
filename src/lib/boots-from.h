/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * libboots-from: boot images for many machines from one process.
 *
 * An image is what `boots-from URL` writes: a hybrid ISO that boots iPXE, sets up the
 * network and boots a URL. Laying one out is the expensive part and is done once, in a
 * template; the image for a machine is the template with some kilobytes laid over it, at
 * offsets that are known.
 *
 *     struct bf_boot_error error;
 *     struct bf_boot_template *tmpl;
 *     struct bf_boot_target *target = bf_boot_target_new();
 *     struct bf_boot_image *image;
 *
 *     bf_boot_template_new(NULL, &tmpl, &error);
 *     bf_boot_target_set(target, "url", "http://10.0.0.1/boot/web1", &error);
 *     bf_boot_image_new(tmpl, target, &image, &error);
 *     bf_boot_image_write(image, fd, &error);
 *
 * (every call that returns an int can fail; real code looks.) The same options and target
 * give the same bytes, which are those that the command writes, whichever way they are
 * taken out of the image.
 *
 * Rules that hold for every function here:
 *
 * - Errors. A function that returns an int returns BF_BOOT_OK or a negative enum
 *   bf_boot_status, and then leaves one sentence in its last argument, which may be NULL.
 *   After a failure nothing was handed out and no argument has changed.
 * - Ownership. Strings and bytes handed in are copied. What a _new function hands out
 *   is released with the _free function of the same name, which takes NULL. A template
 *   must outlive its images; options and targets may go as soon as they were used.
 * - Threads. There is no global state: different objects may be used in different threads
 *   at once. A template and an image never change, any number of threads may use the same
 *   one at once; options and a target belong to one thread at a time.
 * - The library prints nothing, ends no process, forks none, starts no thread, and opens
 *   no file but those that options name. It looks at no environment variable.
 */
#ifndef BOOTS_FROM_H
#define BOOTS_FROM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define BF_BOOT_PUBLIC __attribute__((visibility("default")))
#else
#define BF_BOOT_PUBLIC
#endif

/* New values may be added; treat one you do not know as a failure like the others. */
enum bf_boot_status {
	BF_BOOT_OK = 0,
	BF_BOOT_NOMEM = -1,       /* out of memory */
	BF_BOOT_IO = -2,          /* the system refused to read or write */
	BF_BOOT_FORMAT = -3,      /* a file is not what it claims to be */
	BF_BOOT_UNSUPPORTED = -4, /* well formed, but not something that can be used */
	BF_BOOT_NO_SLOT = -5,     /* an iPXE binary without room for a script */
	BF_BOOT_TOO_BIG = -6,     /* does not fit; both sizes are in the text */
	BF_BOOT_SIGNED = -7,      /* patching would break a signature */
	BF_BOOT_INPUT = -8,       /* a value that cannot be used */
	BF_BOOT_USAGE = -9,       /* a value or name that makes no sense */
};

/*
 * One sentence in printable ASCII without a final full stop or newline. Where a list belongs
 * to it, such as the certificates a file holds, that stands below it, two blanks in front of
 * each line.
 */
struct bf_boot_error {
	char text[1024];
};

/*
 * What a template is made from. Options have the names and take the text of the command's
 * long options:
 *
 *     prebuilt   folder with the bundle of iPXE binaries, instead of the one inside
 *     arch       boot paths: bios, x86_64, arm64, riscv64 with commas, or all
 *     label      volume label of the ISO
 *     layout     isohybrid, gpt, mbr or cd
 *     script-room   bytes that a script may have: 8131, or what is given here, to 1M
 *     trust      file with the one certificate that HTTPS servers are held against; of a
 *                file with several FILE#2 is the second
 *     ipxe       file with an iPXE binary, instead of the bundle's for its architecture; a
 *                signed one stays as it is, and the script goes into a file beside it
 *     shim       file with a vendor's shim, which then starts iPXE on its architecture, where
 *                firmware with Secure Boot on starts nothing else
 *     mokmanager file with the MokManager that goes with it
 *     sign-key   file with the private key that the UEFI programs are signed with, for Secure
 *                Boot; goes with
 *     sign-cert  file with the certificate that belongs to it, and its issuers; the image has
 *                it as /enroll.cer
 *     sign-passphrase   file whose first line opens an encrypted key; nobody is asked for it
 *
 * Setting an option again replaces it; ipxe, shim and mokmanager add one more, up to 8. An
 * unknown name is BF_BOOT_USAGE, so a program can ask what the library it runs with has. NULL
 * only when out of memory.
 */
struct bf_boot_options;
BF_BOOT_PUBLIC struct bf_boot_options *bf_boot_options_new(void);
BF_BOOT_PUBLIC void bf_boot_options_free(struct bf_boot_options *options);
BF_BOOT_PUBLIC int bf_boot_options_set(struct bf_boot_options *options, const char *name,
				       const char *value, struct bf_boot_error *reterr);

/*
 * Read the bundle and lay out an image. options may be NULL for the command's defaults.
 * This takes milliseconds, and libisofs lays out one image at a time. When memory runs out
 * inside libisofs, it may crash; a wrong image is never handed out.
 */
struct bf_boot_template;
BF_BOOT_PUBLIC int bf_boot_template_new(const struct bf_boot_options *options,
					struct bf_boot_template **ret,
					struct bf_boot_error *reterr);
BF_BOOT_PUBLIC void bf_boot_template_free(struct bf_boot_template *boot_template);

/* The size in bytes of the template and of each of its images. */
BF_BOOT_PUBLIC uint64_t
bf_boot_template_size(const struct bf_boot_template *boot_template);

/* The time stamp of everything in the images, in seconds since 1970: the bundle's. */
BF_BOOT_PUBLIC int64_t
bf_boot_template_time(const struct bf_boot_template *boot_template);

/*
 * Copy bytes [offset, offset + length) of the template itself, whose slots hold a
 * placeholder or nothing, and which is not signed, to out. Returns how many that were: fewer
 * than length only at the end.
 */
BF_BOOT_PUBLIC size_t bf_boot_template_read(const struct bf_boot_template *boot_template,
					    uint64_t offset, void *out, size_t length);

/*
 * What one machine boots, and over which network. Settings have the names and take the
 * text of the command's long options:
 *
 *     url        what to boot, anything iPXE's chain takes
 *     ip         ADDRESS/PREFIX instead of DHCP, or ADDRESS/255.255.255.0; ADDRESS alone
 *                where netmask says it
 *     netmask    255.255.255.0, or the prefix length: 24
 *     gateway    ADDRESS
 *     dns        ADDRESS, up to four times: the one setting that adds
 *     vlan       1 to 4094
 *     nic        net0, net1, ... or a MAC address, in any spelling
 *     hostname   letters, digits, hyphens and dots
 *     retries    how often DHCP is tried again, 0 to 9; 2 when not set
 *     script     an iPXE script (its text) that does it all, instead of the above
 *
 * Where an iPXE was signed with its script in it, a target with nothing set has that script,
 * and one with another is BF_BOOT_SIGNED. Setting another one twice is refused with BF_BOOT_USAGE,
 * as is an unknown name.
 * bf_boot_target_new() returns NULL only when out of memory.
 */
struct bf_boot_target;
BF_BOOT_PUBLIC struct bf_boot_target *bf_boot_target_new(void);
BF_BOOT_PUBLIC void bf_boot_target_free(struct bf_boot_target *target);
BF_BOOT_PUBLIC int bf_boot_target_set(struct bf_boot_target *target, const char *name,
				      const char *value, struct bf_boot_error *reterr);

/* Forget all settings, to use the target for another machine. */
BF_BOOT_PUBLIC void bf_boot_target_clear(struct bf_boot_target *target);

/*
 * Whether bf_boot_image_new() would make an image, out of memory aside: the settings make
 * sense together, the template's iPXE knows the URL's scheme, and the script fits.
 */
BF_BOOT_PUBLIC int bf_boot_target_check(const struct bf_boot_target *target,
					const struct bf_boot_template *boot_template,
					struct bf_boot_error *reterr);

/*
 * Make the image for a target: some microseconds, where programs are signed some milliseconds,
 * and memory for the differences only.
 */
struct bf_boot_image;
BF_BOOT_PUBLIC int bf_boot_image_new(const struct bf_boot_template *boot_template,
				     const struct bf_boot_target *target,
				     struct bf_boot_image **ret,
				     struct bf_boot_error *reterr);
BF_BOOT_PUBLIC void bf_boot_image_free(struct bf_boot_image *image);

/* The size of the image in bytes, the same as the template's. */
BF_BOOT_PUBLIC uint64_t bf_boot_image_size(const struct bf_boot_image *image);

/*
 * Copy bytes [offset, offset + length) of the image to out, wherever that is: nothing else
 * of it is made. Returns how many that were: fewer than length only at the end. Reading
 * bf_boot_image_size() bytes from 0 is the whole image in memory.
 */
BF_BOOT_PUBLIC size_t bf_boot_image_read(const struct bf_boot_image *image,
					 uint64_t offset, void *out, size_t length);

/*
 * Write the whole image to a descriptor, from its present position on; it stays open. A
 * pipe without a reader raises SIGPIPE like any write(2), a limit on the size of files
 * SIGXFSZ. After BF_BOOT_IO part of the image may have been written.
 */
BF_BOOT_PUBLIC int bf_boot_image_write(const struct bf_boot_image *image, int fd,
				       struct bf_boot_error *reterr);

/* size bytes that stand at offset of the image where the template has others. */
struct bf_boot_difference {
	uint64_t offset;
	size_t size;
	const void *bytes;
};

/*
 * All that tells the image from its template, in rising order and without overlaps. Returns
 * how many there are and sets *ret to the first; they belong to the image.
 */
BF_BOOT_PUBLIC size_t bf_boot_image_differences(const struct bf_boot_image *image,
						const struct bf_boot_difference **ret);

/*
 * The URL of a host's image on a `boots-from serve --secret`, which permits to fetch it until
 * expires, in seconds since 1970: base/TOKEN/host.iso. secret is what the server's file has
 * without a line end, 32 to 4096 bytes; base is the http or https URL it is reached by. With a
 * target the link itself says what the host boots, and the server needs to know nothing of it;
 * the target is held against boot_template, which is like the server's. Both may be NULL. The
 * text is written to out, out_size bytes, always terminated; BF_BOOT_LINK_SIZE is enough for
 * any base of up to 1000 characters. BF_BOOT_TOO_BIG when it does not fit there, or into what
 * servers take.
 */
enum { BF_BOOT_LINK_SIZE = 2048 };
BF_BOOT_PUBLIC int bf_boot_link_print(const void *secret, size_t secret_size,
				      const char *base, const char *host, int64_t expires,
				      const struct bf_boot_target *target,
				      const struct bf_boot_template *boot_template,
				      char *out, size_t out_size,
				      struct bf_boot_error *reterr);

/* The version of the library that runs, such as "1.2.3". */
BF_BOOT_PUBLIC const char *bf_boot_version(void);

#ifdef __cplusplus
}
#endif

#endif
