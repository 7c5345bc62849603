# libisofs as the target `bf_isofs`: shared, or (BF_STATIC_LIBS) with all that it needs
# inside the executable, which then depends on libc alone.

pkg_check_modules(ISOFS REQUIRED libisofs-1>=1.5.4)

add_library(bf_isofs INTERFACE)
target_include_directories(bf_isofs SYSTEM INTERFACE
	${ISOFS_INCLUDE_DIRS} ${ISOFS_INCLUDEDIR})
if(BF_STATIC_LIBS)
	# libisofs.pc does not name what its archive needs.
	foreach(name isofs jte acl attr bz2 z)
		find_library(BF_${name}_ARCHIVE lib${name}.a REQUIRED
			HINTS ${ISOFS_LIBDIR} DOC "static lib${name}")
		target_link_libraries(bf_isofs INTERFACE ${BF_${name}_ARCHIVE})
	endforeach()
	target_link_libraries(bf_isofs INTERFACE Threads::Threads)
else()
	target_link_libraries(bf_isofs INTERFACE ${ISOFS_LINK_LIBRARIES} Threads::Threads)
endif()
