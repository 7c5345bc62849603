/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The stub that becomes the entry point of a slotted ipxe.efi. It hands the script in the
 * slot to iPXE as its command line (UEFI 2.10, 9.1 "EFI Loaded Image Protocol": LoadOptions)
 * and jumps to iPXE's own entry point, as if the firmware had called that.
 *
 * iPXE must come up whatever happens here, if only to its shell: every failure leads to the
 * same jump, without a script.
 *
 * It is linked to a flat blob without relocations or writable data, which runs at any
 * address. The blob starts with struct stub_header, whose deltas src/ipxe/plant_efi.c fills
 * in; the code follows directly.
 */

#if defined(__x86_64__)
#define EFIAPI __attribute__((ms_abi))
#define MACHINE 0x8664
#elif defined(__aarch64__)
#define EFIAPI
#define MACHINE 0xaa64
#elif defined(__riscv) && __riscv_xlen == 64
#define EFIAPI
#define MACHINE 0x5064
#else
#error "no UEFI calling convention known for this machine"
#endif

typedef unsigned char UINT8;
typedef unsigned short UINT16;
typedef unsigned short CHAR16;
typedef unsigned int UINT32;
typedef int INT32;
typedef unsigned long UINTN;
typedef void *EFI_HANDLE;
typedef UINTN EFI_STATUS;

#define EFI_SUCCESS 0

enum EFI_MEMORY_TYPE {
	EfiLoaderData = 2,
};

struct EFI_GUID {
	UINT32 Data1;
	UINT16 Data2;
	UINT16 Data3;
	UINT8 Data4[8];
};

struct EFI_TABLE_HEADER {
	UINT8 opaque[24];
};

/* UEFI 2.10, 4.4: the services before the two we call are only counted. */
struct EFI_BOOT_SERVICES {
	struct EFI_TABLE_HEADER Hdr;
	void *RaiseTPL_to_GetMemoryMap[5];
	EFI_STATUS(EFIAPI *AllocatePool)
	(enum EFI_MEMORY_TYPE PoolType, UINTN Size, void **Buffer);
	void *FreePool_to_UninstallProtocolInterface[10];
	EFI_STATUS(EFIAPI *HandleProtocol)
	(EFI_HANDLE Handle, const struct EFI_GUID *Protocol, void **Interface);
};

/* UEFI 2.10, 4.3 */
struct EFI_SYSTEM_TABLE {
	struct EFI_TABLE_HEADER Hdr;
	CHAR16 *FirmwareVendor;
	UINT32 FirmwareRevision;
	EFI_HANDLE ConsoleInHandle;
	void *ConIn;
	EFI_HANDLE ConsoleOutHandle;
	void *ConOut;
	EFI_HANDLE StandardErrorHandle;
	void *StdErr;
	void *RuntimeServices;
	struct EFI_BOOT_SERVICES *BootServices;
};

/* UEFI 2.10, 9.1.1 */
struct EFI_LOADED_IMAGE_PROTOCOL {
	UINT32 Revision;
	EFI_HANDLE ParentHandle;
	struct EFI_SYSTEM_TABLE *SystemTable;
	EFI_HANDLE DeviceHandle;
	void *FilePath;
	void *Reserved;
	UINT32 LoadOptionsSize;
	void *LoadOptions;
};

typedef EFI_STATUS(EFIAPI *EFI_IMAGE_ENTRY_POINT)(EFI_HANDLE ImageHandle,
						  struct EFI_SYSTEM_TABLE *SystemTable);

/* Deltas are from the header's own first byte. */
struct stub_header {
	UINT32 machine;
	INT32 entry_delta; /* to the entry point iPXE was linked with */
	INT32 slot_delta;  /* to the script slot */
	UINT32 slot_size;
};

#define AT_START __attribute__((section(".header"), used))
#define AT_ENTRY __attribute__((section(".text.entry")))

/* volatile: the values are not the ones the compiler sees. */
AT_START static const volatile struct stub_header header = {.machine = MACHINE};

static const struct EFI_GUID EFI_LOADED_IMAGE_PROTOCOL_GUID = {
	0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};

static const UINT8 *at_delta(INT32 delta)
{
	return (const UINT8 *)&header + delta;
}

/* Not inlined, so that the entry point needs no stack of its own and can end in a jump. */
__attribute__((noinline)) static void EFIAPI
set_load_options(EFI_HANDLE ImageHandle, struct EFI_SYSTEM_TABLE *SystemTable)
{
	struct EFI_BOOT_SERVICES *bs = SystemTable->BootServices;
	struct EFI_LOADED_IMAGE_PROTOCOL *image;
	void *buffer;
	if (bs->HandleProtocol(ImageHandle, &EFI_LOADED_IMAGE_PROTOCOL_GUID,
			       (void **)&image) != EFI_SUCCESS)
		return;

	/* iPXE drops the first word, it expects the program's name; a NUL ends the text. */
	const UINT8 *slot = at_delta(header.slot_delta);
	UINT32 slot_size = header.slot_size;
	UINT32 size = (2 + slot_size + 1) * (UINT32)sizeof(CHAR16);
	if (bs->AllocatePool(EfiLoaderData, size, &buffer) != EFI_SUCCESS)
		return;
	CHAR16 *out = buffer;
	*out++ = 'x';
	*out++ = ' ';
	for (UINT32 i = 0; i < slot_size; i++)
		*out++ = slot[i];
	*out = 0;

	image->LoadOptions = buffer;
	image->LoadOptionsSize = size;
}

EFI_STATUS EFIAPI stub_entry(EFI_HANDLE ImageHandle,
			     struct EFI_SYSTEM_TABLE *SystemTable);

AT_ENTRY EFI_STATUS EFIAPI stub_entry(EFI_HANDLE ImageHandle,
				      struct EFI_SYSTEM_TABLE *SystemTable)
{
	set_load_options(ImageHandle, SystemTable);
	EFI_IMAGE_ENTRY_POINT entry = (EFI_IMAGE_ENTRY_POINT)at_delta(header.entry_delta);
	__attribute__((musttail)) return entry(ImageHandle, SystemTable);
}
