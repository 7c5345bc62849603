# SPDX-License-Identifier: GPL-3.0-only
# The libraries we build on, as targets bf_isofs, bf_lzma, bf_crypto, bf_zlib, bf_deflate: shared,
# or (BF_STATIC_LIBS) inside the executable, which then needs nothing but libc and can be copied
# to another machine.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# bf_find_archive(RESULT NAME HINTS...): libNAME.a.
function(bf_find_archive result name)
	find_library(BF_${name}_ARCHIVE lib${name}.a HINTS ${ARGN} DOC "static lib${name}")
	if(NOT BF_${name}_ARCHIVE)
		message(FATAL_ERROR "lib${name}.a is missing: a static link needs it "
			"(-DBF_STATIC_LIBS=OFF makes one without)")
	endif()
	set(${result} ${BF_${name}_ARCHIVE} PARENT_SCOPE)
endfunction()

# bf_needed_names(RESULT SHARED): the names of the libraries that a shared one is linked with.
function(bf_needed_names result shared)
	execute_process(COMMAND ${CMAKE_READELF} --dynamic --wide ${shared}
		OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
	string(REPLACE "[" "" dynamic "${dynamic}") # a list would end at its ]
	string(REGEX MATCHALL "Shared library: lib[^]]*\\.so" needed "${dynamic}")
	list(TRANSFORM needed REPLACE ".* lib(.*)\\.so" "\\1")
	set(${result} ${needed} PARENT_SCOPE)
endfunction()

# bf_archives(RESULT TARGET): the archives of a static link of pkg-config's module. What a .pc
# file does not say, as libisofs's, the shared library does.
function(bf_archives result target)
	set(archives)
	set(names ${${target}_STATIC_LIBRARIES})
	while(names)
		list(POP_FRONT names name)
		# Of libc, which stays shared; and the compiler's, for processors that cannot count
		# to 64 bits at once, which are none of ours.
		if(name MATCHES "^(atomic|c|dl|m|pthread|rt)$")
			continue()
		endif()
		bf_find_archive(archive ${name} ${${target}_STATIC_LIBRARY_DIRS} ${${target}_LIBDIR})
		if(archive IN_LIST archives)
			continue()
		endif()
		list(APPEND archives ${archive})
		string(REGEX REPLACE "\\.a$" ".so" shared ${archive})
		set(needed)
		if(EXISTS ${shared})
			bf_needed_names(needed ${shared})
		endif()
		list(APPEND names ${needed})
	endwhile()
	set(${result} ${archives} PARENT_SCOPE)
endfunction()

# bf_library(TARGET MODULE): pkg-config's MODULE. TARGET_shared is the shared library either way.
function(bf_library target module)
	pkg_check_modules(${target} REQUIRED ${module})
	foreach(name ${target} ${target}_shared)
		add_library(${name} INTERFACE)
		target_include_directories(${name} SYSTEM INTERFACE
			${${target}_INCLUDE_DIRS} ${${target}_INCLUDEDIR})
	endforeach()
	target_link_libraries(${target}_shared INTERFACE
		${${target}_LINK_LIBRARIES} Threads::Threads ${CMAKE_DL_LIBS})
	if(BF_STATIC_LIBS)
		bf_archives(archives ${target})
		list(JOIN archives "," archives)
		target_link_libraries(${target} INTERFACE
			$<LINK_GROUP:RESCAN,${archives}> Threads::Threads ${CMAKE_DL_LIBS})
	else()
		target_link_libraries(${target} INTERFACE ${target}_shared)
	endif()
endfunction()

bf_library(bf_isofs libisofs-1>=1.5.4)
bf_library(bf_lzma liblzma)
bf_library(bf_crypto libcrypto>=3)
bf_library(bf_zlib zlib)
bf_library(bf_deflate libdeflate)

# libcsv comes without a .pc file.
find_path(BF_csv_INCLUDE csv.h REQUIRED)
if(BF_STATIC_LIBS)
	set(csv libcsv.a)
else()
	set(csv csv)
endif()
find_library(BF_csv_LIBRARY ${csv} REQUIRED)
add_library(bf_csv INTERFACE)
target_include_directories(bf_csv SYSTEM INTERFACE ${BF_csv_INCLUDE})
target_link_libraries(bf_csv INTERFACE ${BF_csv_LIBRARY})

# All of xxHash is in its header.
pkg_check_modules(XXHASH REQUIRED libxxhash>=0.8)
add_library(bf_xxhash INTERFACE)
target_include_directories(bf_xxhash SYSTEM INTERFACE
	${XXHASH_INCLUDE_DIRS} ${XXHASH_INCLUDEDIR})

# `boots-from serve` loads the library when it starts, and no more than its header is compiled
# in; where there is nothing to load, it is linked in.
if(BF_FULLY_STATIC)
	bf_library(bf_microhttpd libmicrohttpd>=0.9.73)
else()
	pkg_check_modules(MICROHTTPD REQUIRED libmicrohttpd>=0.9.73)
	add_library(bf_microhttpd INTERFACE)
	target_include_directories(bf_microhttpd SYSTEM INTERFACE
		${MICROHTTPD_INCLUDE_DIRS} ${MICROHTTPD_INCLUDEDIR})
endif()
