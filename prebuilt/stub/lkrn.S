/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What ipxe.lkrn's setup code runs first once a slot was planted: point cmd_line_ptr at
 * the script, then go where iPXE's own prologue would have gone.
 *
 * Entered with %cs:0 at byte 0x200 of the setup and %ds:0 at its byte 0, whatever the
 * loader's choice of segment, and with a stack; no other register means anything at the
 * Linux boot protocol's real-mode entry. Runs wherever it is put.
 */
	.set	CMD_LINE_PTR, 0x228

	.code16
	.text
	.globl	_start

/* Both filled in when the stub is planted: offsets from %ds:0. */
text_offset:
	.word	0
entry_offset:
	.word	0

_start:
	call	here
here:
	popw	%bx
	movw	%ds, %ax
	movzwl	%ax, %eax
	shll	$4, %eax
	movzwl	%cs:(text_offset - here)(%bx), %edx
	addl	%edx, %eax
	movl	%eax, CMD_LINE_PTR

	/* The prologue: push %ds; push $entry_offset; lret. */
	pushw	%ds
	pushw	%cs:(entry_offset - here)(%bx)
	lretw
