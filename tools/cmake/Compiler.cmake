# SPDX-License-Identifier: GPL-3.0-only
# What every C target of the project is compiled with: `bf_compiler` carries it.

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
	set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

add_library(bf_compiler INTERFACE)
target_compile_definitions(bf_compiler INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64)
target_compile_options(bf_compiler INTERFACE
	$<$<COMPILE_LANGUAGE:C>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla
	-Wformat=2 -Wmissing-prototypes -Wstrict-prototypes -Wundef -Wwrite-strings>
	$<$<AND:$<COMPILE_LANGUAGE:C>,$<BOOL:${BF_WERROR}>>:-Werror>)
# Where the sources are is nobody's business, and no two folders would give the same bytes.
target_compile_options(bf_compiler INTERFACE
	$<$<COMPILE_LANGUAGE:C>:-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=>)

if(BF_WASI)
	set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
	target_compile_options(bf_compiler INTERFACE -Oz -ffunction-sections
		-fdata-sections -Wno-gnu-statement-expression) # S_ISREG() of wasi-libc is one
	target_link_options(bf_compiler INTERFACE -mexec-model=reactor
		LINKER:--gc-sections,--strip-all,-z,stack-size=1048576,--stack-first)
	return()
endif()
if(BF_FUZZ)
	# Everything counts the branches it takes: libFuzzer looks for inputs that take others.
	target_compile_options(bf_compiler INTERFACE
		$<$<COMPILE_LANGUAGE:C>:-fsanitize=fuzzer-no-link>)
endif()
if(BF_SANITIZE)
	target_compile_options(bf_compiler INTERFACE
		-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
	target_link_options(bf_compiler INTERFACE -fsanitize=address,undefined)
endif()
