/*
 * Reads partition tables: the MBR, and the GUID Partition Table with its CRCs (UEFI 2.10,
 * chapter 5). Blocks are 512 bytes, as on every CD image and stick.
 */
#ifndef BF_PARTITION_H
#define BF_PARTITION_H

#include "base/source.h"

enum {
	BF_PARTITION_BLOCK = 512,
	BF_PARTITION_MBR_ENTRIES = 4,
	BF_PARTITION_GPT_MAX = 32, /* used ones that are listed */
	BF_PARTITION_NAME_SIZE = 37,

	BF_PARTITION_PROTECTIVE = 0xee,
	BF_PARTITION_ESP = 0xef,
};

/* A used entry; offset and size are bytes. */
struct bf_partition_mbr_entry {
	unsigned number; /* from 1 */
	bool is_active;
	uint8_t type;
	uint64_t offset, size;
};

struct bf_partition_mbr {
	bool has_boot_code;          /* the code area is not all zero */
	uint64_t isohybrid_isolinux; /* where isohybrid code looks for isolinux.bin */
	struct bf_partition_mbr_entry partitions[BF_PARTITION_MBR_ENTRIES];
	size_t n_partitions;
};

struct bf_partition_gpt_entry {
	unsigned number;
	uint8_t type[16]; /* Partition Type GUID as it stands on the disk */
	uint64_t offset, size;
	char name[BF_PARTITION_NAME_SIZE]; /* what is not printable ASCII as "?" */
};

/* One of the two headers and the entries it leads to. */
struct bf_partition_gpt_header {
	bool is_there; /* it has the signature and could be read */
	uint64_t lba;
	uint64_t alternate_lba;
	uint32_t header_crc, header_crc_computed;
	uint32_t entries_crc, entries_crc_computed;
};

struct bf_partition_gpt {
	struct bf_partition_gpt_header primary, backup;
	size_t n_partitions; /* of the primary */
	struct bf_partition_gpt_entry partitions[BF_PARTITION_GPT_MAX];
};

/*
 * Both return 1 and fill ret, 0 when there is no such table, or BF_ERR_FORMAT and
 * BF_ERR_IO. Wrong CRCs are no failure: they are reported as they are.
 */
int bf_partition_read_mbr(const struct bf_source *disk, struct bf_partition_mbr *ret,
			  struct bf_error *reterr);
int bf_partition_read_gpt(const struct bf_source *disk, struct bf_partition_gpt *ret,
			  struct bf_error *reterr);

/* Whether both CRCs of a header are right. */
bool bf_partition_header_is_good(const struct bf_partition_gpt_header *header);

/* Whether this is the type of an EFI System Partition. */
bool bf_partition_is_esp(const uint8_t type[16]);

enum { BF_PARTITION_GUID_SIZE = 37 };

/* A GUID in its usual spelling, C12A7328-F81F-... */
void bf_partition_format_guid(const uint8_t guid[16], char ret[BF_PARTITION_GUID_SIZE]);

#endif
