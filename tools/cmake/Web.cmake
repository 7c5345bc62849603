# SPDX-License-Identifier: GPL-3.0-only
# The modules of a page: this project once more, built for WebAssembly inside this build, or what
# was built elsewhere, which is the same for every architecture.

set(BF_WEB_MODULE_DIR "" CACHE PATH "The folder of a page's modules, to put into the program instead of building them")
if(BF_WEB_MODULE_DIR)
	foreach(name boots-from certificates)
		if(NOT EXISTS ${BF_WEB_MODULE_DIR}/${name}.wasm)
			message(FATAL_ERROR "${BF_WEB_MODULE_DIR}/${name}.wasm is not there: "
				"-DBF_WEB_MODULE_DIR wants the folder of a page's modules")
		endif()
	endforeach()
	add_custom_target(web_module)
	return()
endif()

include(ExternalProject)

find_program(BF_WASM_LD wasm-ld)
find_file(BF_WASI_LIBC wasm32-wasi/libc.a PATHS /usr/lib NO_CACHE)
find_program(BF_PERL perl)
find_program(BF_MAKE make)
if(NOT BF_PERL OR NOT BF_MAKE)
	message(FATAL_ERROR "perl or make is missing: boots-from page needs them, for libcrypto "
		"(-DBF_WEB=OFF builds without)")
endif()
if(NOT BF_WASM_LD OR NOT BF_WASI_LIBC)
	message(FATAL_ERROR "clang, lld, wasi-libc or libclang-rt-dev-wasm32 is missing: "
		"boots-from page needs them (-DBF_WEB=OFF builds without)")
endif()

set(lock ${PROJECT_SOURCE_DIR}/src/wasi/libraries.lock)
set(sources ${BF_DOWNLOAD_DIR}/web-sources) # of other versions than the static executables'
set(fetched ${PROJECT_BINARY_DIR}/web-sources.fetched)
add_custom_command(OUTPUT ${fetched}
	COMMAND ${PROJECT_SOURCE_DIR}/tools/fetch-source ${lock} ${sources}
	COMMAND ${CMAKE_COMMAND} -E touch ${fetched}
	DEPENDS ${lock}
	COMMENT "Fetching the sources of the page's libraries from Debian"
	VERBATIM)
add_custom_target(web_sources DEPENDS ${fetched})

set(BF_WEB_MODULE_DIR ${PROJECT_BINARY_DIR}/web/src)
ExternalProject_Add(web_module
	SOURCE_DIR ${PROJECT_SOURCE_DIR}
	BINARY_DIR ${PROJECT_BINARY_DIR}/web
	CMAKE_ARGS
		-DCMAKE_TOOLCHAIN_FILE=${PROJECT_SOURCE_DIR}/tools/cmake/wasi.cmake
		-DCMAKE_C_COMPILER_LAUNCHER=${CMAKE_C_COMPILER_LAUNCHER}
		-DCMAKE_BUILD_TYPE=MinSizeRel
		-DBF_WERROR=${BF_WERROR}
		-DBF_SOURCES=${sources}
	INSTALL_COMMAND ""
	BUILD_ALWAYS ON
	BUILD_BYPRODUCTS ${BF_WEB_MODULE_DIR}/boots-from.wasm ${BF_WEB_MODULE_DIR}/certificates.wasm
	DEPENDS web_sources)
