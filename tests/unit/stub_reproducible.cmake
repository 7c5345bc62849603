# SPDX-License-Identifier: GPL-3.0-only
# cmake -DGENERATOR=NAME -DSOURCE=prebuilt/stub -DBUILT=DIR -P stub_reproducible.cmake: a copy of the stubs'
# sources in another folder, built in another folder, gives the same bytes.

set(work ${BUILT}/reproducible/a/rather/different/place)
file(REMOVE_RECURSE ${BUILT}/reproducible)
file(COPY ${SOURCE}/ DESTINATION ${work}/copied)
file(WRITE ${work}/CMakeLists.txt
	"cmake_minimum_required(VERSION 3.25)\nproject(copy NONE)\nadd_subdirectory(copied out)\n")
execute_process(COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} -S ${work} -B ${work}/build
	OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${work}/build --target stubs
	OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

file(GLOB stubs RELATIVE ${BUILT} ${BUILT}/*.stub)
list(LENGTH stubs count)
if(count LESS 3)
	message(FATAL_ERROR "${count} stubs in ${BUILT}")
endif()
foreach(stub IN LISTS stubs)
	file(SHA256 ${BUILT}/${stub} first)
	file(SHA256 ${work}/build/out/${stub} second)
	if(NOT first STREQUAL second)
		message(FATAL_ERROR "${stub} differs when it is built elsewhere")
	endif()
endforeach()
file(REMOVE_RECURSE ${BUILT}/reproducible)
