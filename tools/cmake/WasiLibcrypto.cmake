# SPDX-License-Identifier: GPL-3.0-only
# libcrypto for the module of a page that reads certificates and signatures, as bf_libcrypto:
# those of its files that are reached from there, with our tables in the place of its own, which
# name all that it can do. Needs perl and make, by which it writes some of its headers.

bf_unpack(openssl libcrypto)
set(folder ${PROJECT_BINARY_DIR}/libcrypto)
configure_file(src/wasi/standard_exts.h ${folder}/crypto/x509/standard_exts.h COPYONLY)
configure_file(src/wasi/standard_methods.h ${folder}/crypto/asn1/standard_methods.h COPYONLY)

find_program(BF_PERL perl REQUIRED)
find_program(BF_MAKE make REQUIRED)

# The widths of numbers are linux-generic32's, which are WebAssembly's.
set(written providers/common/der/der_ec_gen.c providers/common/der/der_ecx_gen.c
	providers/common/der/der_rsa_gen.c)
list(TRANSFORM written PREPEND ${folder}/ OUTPUT_VARIABLE outputs)
foreach(name digests ec ecx rsa wrap)
	list(APPEND written providers/common/include/prov/der_${name}.h)
endforeach()
add_custom_command(OUTPUT ${folder}/headers.stamp ${outputs}
	COMMAND ${BF_PERL} Configure linux-generic32 no-asm no-threads no-shared no-tests no-dso
		no-module no-legacy no-engine no-ui-console no-secure-memory no-autoload-config no-err
		no-filenames no-async no-sock no-tls no-dtls no-posix-io no-stdio no-cms no-cmp no-ts
		no-ocsp no-ct no-srp no-psk no-comp no-rfc3779 no-ec2m no-dh no-dsa no-sm2 no-sm3 no-sm4
		no-deprecated > configure.log
	COMMAND ${BF_MAKE} build_generated ${written} >> configure.log
	COMMAND ${CMAKE_COMMAND} -E touch headers.stamp
	WORKING_DIRECTORY ${folder}
	COMMENT "Writing libcrypto's headers"
	VERBATIM)
add_custom_target(libcrypto_headers DEPENDS ${folder}/headers.stamp)

set(sources)
# bf_libcrypto_sources(FOLDER NAMES...)
macro(bf_libcrypto_sources path)
	foreach(name ${ARGN})
		list(APPEND sources ${path}/${name}.c)
	endforeach()
endmacro()
bf_libcrypto_sources(crypto/asn1 a_bitstr a_d2i_fp a_digest a_dup a_int a_mbstr a_object
	a_octet a_strex a_time a_type a_utf8 a_verify ameth_lib asn1_lib asn1_parse asn_pack
	d2i_pr p8_pkey tasn_dec tasn_enc tasn_fre tasn_new tasn_prn tasn_typ tasn_utl x_algor
	x_bignum x_int64 x_sig x_val)
bf_libcrypto_sources(crypto asn1_dsa bsearch context core_algorithm core_fetch
	core_namemap cpuid cryptlib ctype der_writer ex_data initthread mem mem_clr mem_sec
	o_str o_time packet param_build param_build_set params params_dup passphrase provider
	provider_child provider_core self_test_core sparse_array threads_none)
bf_libcrypto_sources(crypto/bio bf_prefix bf_readbuff bio_lib bio_meth bio_print
	bss_core bss_mem bss_null ossl_core_bio)
bf_libcrypto_sources(crypto/bn bn_add bn_asm bn_blind bn_conv bn_ctx bn_dh bn_div bn_exp
	bn_gcd bn_intern bn_kron bn_lib bn_mod bn_mont bn_mul bn_nist bn_rand bn_recp bn_shift
	bn_sqr bn_sqrt bn_word)
bf_libcrypto_sources(crypto/buffer buffer)
bf_libcrypto_sources(crypto/ec curve25519 ec_asn1 ec_backend ec_curve ec_cvt ec_key
	ec_kmeth ec_lib ec_mult ec_oct ecdh_ossl ecdsa_ossl ecdsa_vrf ecp_mont ecp_nist ecp_oct
	ecp_smpl ecx_backend ecx_key)
bf_libcrypto_sources(crypto/ec/curve448/arch_32 f_impl32)
bf_libcrypto_sources(crypto/ec/curve448/arch_64 f_impl64)
bf_libcrypto_sources(crypto/ec/curve448 curve448 curve448_tables eddsa f_generic scalar)
bf_libcrypto_sources(crypto/encode_decode decoder_lib decoder_meth decoder_pkey)
bf_libcrypto_sources(crypto/err err err_blocks err_prn)
bf_libcrypto_sources(crypto/evp asymcipher bio_enc bio_md ctrl_params_translate digest
	ec_support encode evp_enc evp_fetch evp_lib evp_pkey evp_utils exchange kem keymgmt_lib
	keymgmt_meth legacy_md5 legacy_sha m_sigver names p_legacy p_lib p_verify pmeth_gn
	pmeth_lib signature)
bf_libcrypto_sources(crypto/lhash lhash)
bf_libcrypto_sources(crypto/md5 md5_dgst)
bf_libcrypto_sources(crypto/objects o_names obj_dat obj_lib obj_xref)
bf_libcrypto_sources(crypto/pem pem_lib)
bf_libcrypto_sources(crypto/pkcs12 p12_add p12_asn)
bf_libcrypto_sources(crypto/pkcs7 pk7_asn1 pk7_doit pk7_lib)
bf_libcrypto_sources(crypto/property defn_cache property property_parse property_query
	property_string)
bf_libcrypto_sources(crypto/rsa rsa_ameth rsa_asn1 rsa_backend rsa_crpt rsa_lib rsa_mp
	rsa_mp_names rsa_none rsa_oaep rsa_ossl rsa_pk1 rsa_pss rsa_saos rsa_schemes rsa_sign
	rsa_x931)
bf_libcrypto_sources(crypto/sha keccak1600 sha1dgst sha256 sha3 sha512)
bf_libcrypto_sources(crypto/stack stack)
bf_libcrypto_sources(crypto/x509 pcy_cache pcy_data v3_akeya v3_bcons v3_cpols v3_crld
	v3_extku v3_genn v3_lib v3_ncons v3_pcia v3_purp v3_utl x509_att x509_cmp x509_ext
	x509_obj x509_set x509_v3 x509cset x509name x_all x_attrib x_crl x_exten x_name
	x_pubkey x_req x_x509 x_x509a)
bf_libcrypto_sources(providers/common bio_prov digest_to_nid provider_ctx securitycheck
	securitycheck_default)
bf_libcrypto_sources(providers/common/der der_ec_gen der_ec_sig der_ecx_gen der_ecx_key
	der_rsa_gen der_rsa_key der_rsa_sig)
bf_libcrypto_sources(providers/implementations/digests digestcommon md5_prov sha2_prov
	sha3_prov)
bf_libcrypto_sources(providers/implementations/encode_decode decode_der2key
	decode_spki2typespki endecoder_common)
bf_libcrypto_sources(providers/implementations/keymgmt ec_kmgmt ecx_kmgmt rsa_kmgmt)
bf_libcrypto_sources(providers/implementations/signature ecdsa_sig eddsa_sig rsa_sig)
bf_libcrypto_sources(providers prov_running)

bf_source_library(libcrypto
	INCLUDES . include crypto providers/common/include providers/implementations/include
	SOURCES ${sources})
target_compile_definitions(bf_libcrypto PRIVATE OPENSSL_BUILDING_OPENSSL OPENSSL_SMALL_FOOTPRINT
	_WASI_EMULATED_SIGNAL _WASI_EMULATED_PROCESS_CLOCKS _WASI_EMULATED_GETPID
	OPENSSLDIR="" ENGINESDIR="" MODULESDIR="")
target_compile_options(bf_libcrypto PRIVATE -Oz)
# Keys of its older kind are none of ours.
set_source_files_properties(${folder}/crypto/evp/pmeth_lib.c PROPERTIES
	COMPILE_DEFINITIONS "OPENSSL_NO_EC;OPENSSL_NO_DH;OPENSSL_NO_DSA")
# What makes signatures, and public keys of private ones, has tables of 50 KB; the latter is in
# src/wasi/libcrypto_start.c.
set_source_files_properties(${folder}/crypto/ec/curve25519.c PROPERTIES
	COMPILE_DEFINITIONS "ossl_ed25519_sign=bf_no_sign;\
ossl_ed25519_public_from_private=bf_no_public;ossl_x25519_public_from_private=bf_no_exchange")
set_source_files_properties(${folder}/crypto/ec/curve448/eddsa.c ${folder}/crypto/ec/curve448/curve448.c
	PROPERTIES COMPILE_DEFINITIONS "ossl_ed448_sign=bf_no_sign_448;\
ossl_ed448_public_from_private=bf_no_public_448;ossl_x448_public_from_private=bf_no_exchange_448")
add_dependencies(bf_libcrypto libcrypto_headers)
