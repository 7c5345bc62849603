# SPDX-License-Identifier: GPL-3.0-only
# The libraries of the rooms where the modules of a page are built: those that run there from
# Debian's source packages, which are in BF_SOURCES. Their own warnings are their own.
# libcrypto is in a module of its own, and libisofs does not run there: see src/wasi.

# bf_unpack(PACKAGE NAME): what is upstream's of a source package, into the folder NAME
function(bf_unpack package name)
	set(folder ${PROJECT_BINARY_DIR}/${name})
	if(EXISTS ${folder})
		return()
	endif()
	file(GLOB archive ${BF_SOURCES}/${package}/*.orig.tar.?z*)
	list(FILTER archive EXCLUDE REGEX "\\.asc$")
	file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${folder}.part)
	file(GLOB top ${folder}.part/*)
	file(RENAME ${top} ${folder})
	file(REMOVE_RECURSE ${folder}.part)
endfunction()

bf_unpack(libcsv csv)
bf_unpack(xz-utils lzma)
bf_unpack(zlib zlib)

# bf_source_library(NAME INCLUDES folders... SOURCES files...): of the folder of its name
function(bf_source_library name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "INCLUDES;DEFINITIONS;SOURCES")
	list(TRANSFORM arg_SOURCES PREPEND ${PROJECT_BINARY_DIR}/${name}/)
	list(TRANSFORM arg_INCLUDES PREPEND ${PROJECT_BINARY_DIR}/${name}/)
	add_library(bf_${name} STATIC ${arg_SOURCES})
	target_include_directories(bf_${name} SYSTEM PUBLIC ${arg_INCLUDES})
	target_compile_definitions(bf_${name} PUBLIC ${arg_DEFINITIONS})
	target_compile_options(bf_${name} PRIVATE -w)
endfunction()

bf_source_library(csv INCLUDES . SOURCES libcsv.c)

bf_source_library(zlib INCLUDES . DEFINITIONS Z_SOLO= SOURCES crc32.c)

# Raw LZMA1 in both directions, and what its match finder and we digest with.
bf_source_library(lzma
	INCLUDES src/liblzma/api src/liblzma/common src/liblzma/check src/liblzma/lz
		src/liblzma/lzma src/liblzma/rangecoder src/common src/liblzma/simple src/liblzma/delta
	DEFINITIONS _WASI_EMULATED_SIGNAL sigset_t=int HAVE_STDBOOL_H HAVE_STDINT_H HAVE_INTTYPES_H HAVE_STRING_H SIZEOF_SIZE_T=4
		HAVE_ENCODERS HAVE_DECODERS HAVE_ENCODER_LZMA1 HAVE_DECODER_LZMA1
		HAVE_MF_HC3 HAVE_MF_HC4 HAVE_MF_BT2 HAVE_MF_BT3 HAVE_MF_BT4
		HAVE_CHECK_CRC32 HAVE_CHECK_SHA256 TUKLIB_SYMBOL_PREFIX=lzma_
		TUKLIB_FAST_UNALIGNED_ACCESS
	SOURCES
		src/liblzma/check/crc32_fast.c src/liblzma/check/crc32_table.c
		src/liblzma/check/sha256.c src/liblzma/common/block_buffer_encoder.c
		src/liblzma/common/common.c src/liblzma/common/filter_buffer_decoder.c
		src/liblzma/common/filter_buffer_encoder.c src/liblzma/common/filter_common.c
		src/liblzma/common/filter_decoder.c src/liblzma/common/filter_encoder.c
		src/liblzma/common/stream_buffer_encoder.c src/liblzma/lz/lz_decoder.c
		src/liblzma/lz/lz_encoder.c src/liblzma/lz/lz_encoder_mf.c
		src/liblzma/lzma/fastpos_table.c src/liblzma/lzma/lzma_decoder.c
		src/liblzma/lzma/lzma_encoder.c src/liblzma/lzma/lzma_encoder_optimum_fast.c
		src/liblzma/lzma/lzma_encoder_optimum_normal.c
		src/liblzma/lzma/lzma_encoder_presets.c src/liblzma/rangecoder/price_table.c)

# All of xxHash is in its header, which is the one of the machine that builds.
find_file(BF_XXHASH_HEADER xxhash.h PATHS /usr/include NO_CMAKE_FIND_ROOT_PATH REQUIRED)
file(COPY ${BF_XXHASH_HEADER} DESTINATION ${PROJECT_BINARY_DIR}/xxhash)
add_library(bf_xxhash INTERFACE)
target_include_directories(bf_xxhash SYSTEM INTERFACE ${PROJECT_BINARY_DIR}/xxhash)

include(WasiLibcrypto)
add_library(bf_crypto INTERFACE)
add_library(bf_isofs INTERFACE)
