# SPDX-License-Identifier: GPL-3.0-only
# Write the C file that says which commit is built, if it does not say so already: it is looked
# for in every build, and nothing else is compiled again for a new one.
#
#   cmake -DSOURCE=FOLDER -DOUTPUT=FILE.c [-DGIT=PROGRAM] [-DGIVEN=COMMIT] -P Commit.cmake

# git archive writes the commit here, see .gitattributes.
set(archived "$Format:%H$")

set(commit "${GIVEN}")
# No repository but this one, as that which sources were unpacked in would be.
if(NOT commit AND GIT AND EXISTS ${SOURCE}/.git)
	execute_process(
		COMMAND ${GIT} --git-dir=.git describe --always --exclude=* --abbrev=12
			"--dirty= with changes"
		WORKING_DIRECTORY ${SOURCE}
		OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT commit AND archived MATCHES "^[0-9a-f]+$")
	set(commit ${archived})
endif()
if(NOT commit)
	set(commit "unknown commit")
endif()

string(LENGTH "${commit}" length)
if(length GREATER 12 AND commit MATCHES "^[0-9a-f]+$")
	string(SUBSTRING ${commit} 0 12 commit)
endif()
if(NOT commit MATCHES "^[0-9A-Za-z .+~_-]+$")
	message(FATAL_ERROR "BF_COMMIT is '${commit}': it should be what git rev-parse HEAD prints")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT [[
#include "cmd/commit.h"

const char bf_commit[] = "@commit@";
]] @ONLY)
