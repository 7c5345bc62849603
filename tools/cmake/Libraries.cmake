# SPDX-License-Identifier: GPL-3.0-only
# The libraries we build on, as targets bf_isofs, bf_lzma, bf_crypto, bf_zlib: shared, or
# (BF_STATIC_LIBS) inside the executable, which then needs nothing but libc and can be
# copied to another machine.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# bf_library(TARGET MODULE ARCHIVE...): pkg-config's MODULE, and the archives of a static
# link in the order the linker wants them; the .pc files do not name them all. TARGET_shared
# is the shared library either way.
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
		foreach(name ${ARGN})
			find_library(BF_${name}_ARCHIVE lib${name}.a REQUIRED
				HINTS ${${target}_LIBDIR} DOC "static lib${name}")
			target_link_libraries(${target} INTERFACE ${BF_${name}_ARCHIVE})
		endforeach()
		target_link_libraries(${target} INTERFACE Threads::Threads ${CMAKE_DL_LIBS})
	else()
		target_link_libraries(${target} INTERFACE ${target}_shared)
	endif()
endfunction()

bf_library(bf_isofs libisofs-1>=1.5.4 isofs jte acl attr bz2 z)
bf_library(bf_lzma liblzma lzma)
bf_library(bf_crypto libcrypto>=3 crypto)
bf_library(bf_zlib zlib z)

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

# Only its header is compiled in: `boots-from serve` loads the library when it starts.
pkg_check_modules(MICROHTTPD REQUIRED libmicrohttpd>=0.9.73)
add_library(bf_microhttpd INTERFACE)
target_include_directories(bf_microhttpd SYSTEM INTERFACE
	${MICROHTTPD_INCLUDE_DIRS} ${MICROHTTPD_INCLUDEDIR})
