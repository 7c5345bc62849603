# SPDX-License-Identifier: GPL-3.0-only
# What every page is made of: the modules, and the page's own HTML, CSS and script.

include(Web)

# The modules of WebAssembly as they stand in a page, but for its text: the same in every one.
set(BF_PAGE_DIR ${CMAKE_CURRENT_BINARY_DIR}/page)
set(compressed)
foreach(name boots-from certificates)
	set(output ${BF_PAGE_DIR}/${name}.wasm.gz)
	add_custom_command(OUTPUT ${output}
		COMMAND ${CMAKE_COMMAND} -E make_directory ${BF_PAGE_DIR}
		COMMAND gzip -9 -n < ${BF_WEB_MODULE_DIR}/${name}.wasm > ${output}
		DEPENDS ${BF_WEB_MODULE_DIR}/${name}.wasm
		VERBATIM)
	list(APPEND compressed ${output})
endforeach()

# Modules of JavaScript, each behind those it uses, become one that can stand in a page.
set(modules wasm certificates module pack zip form report list hosts main)
list(TRANSFORM modules PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/page/)
list(TRANSFORM modules APPEND .js)
add_custom_command(OUTPUT ${BF_PAGE_DIR}/page.js
	COMMAND ${CMAKE_COMMAND} -E make_directory ${BF_PAGE_DIR}
	COMMAND sed -e "/^import /d" -e "s/^export //" -e "/^\\/\\/ SPDX/d" ${modules} > ${BF_PAGE_DIR}/page.js
	COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_CURRENT_SOURCE_DIR}/page/page.html
		${CMAKE_CURRENT_SOURCE_DIR}/page/page.css ${BF_PAGE_DIR}
	DEPENDS ${modules} page/page.html page/page.css
	VERBATIM)
add_custom_target(page_parts DEPENDS ${BF_PAGE_DIR}/page.js ${compressed})
add_dependencies(page_parts web_module)
add_dependencies(bf_page page_parts)
set_source_files_properties(page/parts.c PROPERTIES
	COMPILE_DEFINITIONS "BF_PAGE_DIR=\"${BF_PAGE_DIR}\""
	OBJECT_DEPENDS "${BF_PAGE_DIR}/page.js;${compressed}")
