# SPDX-License-Identifier: GPL-3.0-only
# A toolchain for WebAssembly: Debian's clang and lld, and the C library wasi-libc. A page has
# no WASI to offer: what is linked calls for none of it on the way anything is done here.

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(BF_WASI ON)
set(CMAKE_C_COMPILER clang)
set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
set(CMAKE_ASM_COMPILER clang)
set(CMAKE_ASM_COMPILER_TARGET wasm32-wasi)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_C_FLAGS_INIT "-flto --sysroot=/usr -isystem /usr/include/wasm32-wasi")
set(CMAKE_EXECUTABLE_SUFFIX_C .wasm)
