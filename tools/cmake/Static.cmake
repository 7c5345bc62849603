# SPDX-License-Identifier: GPL-3.0-only
# BF_FULLY_STATIC: an executable that needs no other file, and may yet be loaded anywhere.

if(NOT BF_FULLY_STATIC)
	return()
endif()
include(CheckLinkerFlag)

set(BF_STATIC_LIBS ON)

# What CMake gives the linker of a position independent executable.
set(CMAKE_C_LINK_OPTIONS_PIE -static-pie)

# No function, nor table, that nobody uses; nothing here unwinds a stack.
target_compile_options(bf_compiler INTERFACE $<$<COMPILE_LANGUAGE:C>:-ffunction-sections
	-fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables>)
target_link_options(bf_compiler INTERFACE LINKER:--gc-sections)

# No symbol of a library is for others. The linker for RISC-V leaves relocations with the names of
# some, and musl's start code applies none but relative ones.
target_link_options(bf_compiler INTERFACE LINKER:--exclude-libs,ALL)

# Thousands of relocations as a bit map, where the linker can write one (one for ARMv7
# only warns): libc has to apply them itself.
check_linker_flag(C LINKER:--fatal-warnings,-z,pack-relative-relocs BF_HAS_RELR)
if(BF_HAS_RELR)
	target_link_options(bf_compiler INTERFACE LINKER:-z,pack-relative-relocs)
endif()
