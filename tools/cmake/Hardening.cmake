# SPDX-License-Identifier: GPL-3.0-only
# What makes a fault in memory harder to use, in everything that is compiled and linked.
# tests/house/test_hardening.py looks for it in the files that come out.

include(CheckCCompilerFlag)
include(CheckCSourceCompiles)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)

# A large frame touches every page of it, so that none is jumped over; indirect calls land
# where a function starts (x86 only).
foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection)
	string(MAKE_C_IDENTIFIER "BF_HAS${flag}" has)
	check_c_compiler_flag(${flag} ${has})
	if(${has})
		target_compile_options(bf_compiler INTERFACE $<$<COMPILE_LANGUAGE:C>:${flag}>)
	endif()
endforeach()

# Nothing writable is executable; what the loader has resolved is read only after that.
target_link_options(bf_compiler INTERFACE LINKER:-z,relro,-z,now,-z,noexecstack)

# The third level knows sizes only the running program does; a libc or a compiler that is too
# old for it takes the second. The sanitizers look for more, and at the real functions.
if(NOT BF_SANITIZE)
	set(CMAKE_REQUIRED_FLAGS "-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
	check_c_source_compiles("
		#include <features.h>
		_Static_assert(__USE_FORTIFY_LEVEL == 3, \"taken\");
		int main(void) { return 0; }" BF_HAS_FORTIFY_SOURCE_3)
	unset(CMAKE_REQUIRED_FLAGS)
	set(level 2)
	if(BF_HAS_FORTIFY_SOURCE_3)
		set(level 3)
	endif()
	# Some compilers come with a level of their own.
	target_compile_options(bf_compiler INTERFACE
		$<$<AND:$<COMPILE_LANGUAGE:C>,$<NOT:$<CONFIG:Debug>>>:-U_FORTIFY_SOURCE
		-D_FORTIFY_SOURCE=${level}>)
endif()

# 16,000 names that nobody looks up; builds for a debugger keep them.
target_link_options(bf_compiler INTERFACE $<$<CONFIG:Release,MinSizeRel>:LINKER:-s>)
