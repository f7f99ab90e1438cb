# SPDX-License-Identifier: Apache-2.0
# Tests are found, not registered: x_test.c beside x.c (cmocka), x_fuzz.c with its corpus, and the
# black-box tests in tests/ that drive the real program.
enable_testing()
set(GN_TEST_ENV "GANGLION=${CMAKE_BINARY_DIR}/ganglion;GN_SOURCE=${CMAKE_SOURCE_DIR};GN_BUILD=${CMAKE_BINARY_DIR}")

foreach(room ${GN_ROOMS})
  file(GLOB_RECURSE tests CONFIGURE_DEPENDS src/${room}/*_test.c)
  foreach(source ${tests})
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE gn_${room} PkgConfig::CMOCKA)
    add_test(NAME ${room}/${name} COMMAND ${name})
    set_tests_properties(${room}/${name} PROPERTIES TIMEOUT 120 ENVIRONMENT "${GN_TEST_ENV}")
  endforeach()

  # A fuzz harness defines LLVMFuzzerTestOneInput. Here its corpus is replayed; `make fuzz` explores.
  file(GLOB_RECURSE harnesses CONFIGURE_DEPENDS src/${room}/*_fuzz.c)
  foreach(source ${harnesses})
    get_filename_component(name ${source} NAME_WE)
    if(GN_FUZZ)
      add_executable(${name} ${source})
      target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
      target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    else()
      add_executable(${name} ${source} fuzz/corpus_replay.c)
      add_test(NAME corpus/${name} COMMAND ${name} ${CMAKE_SOURCE_DIR}/fuzz/corpus/${name})
      set_tests_properties(corpus/${name} PROPERTIES TIMEOUT 120)
    endif()
    target_link_libraries(${name} PRIVATE gn_${room})
  endforeach()
endforeach()

add_test(NAME house/tidy COMMAND python3 ${CMAKE_SOURCE_DIR}/tools/tidy.py ${CMAKE_SOURCE_DIR})
add_test(NAME house/format COMMAND ${CMAKE_SOURCE_DIR}/tools/fmt.sh --check)
add_test(NAME house/limits COMMAND python3 ${CMAKE_SOURCE_DIR}/tools/limits_doc.py --check)
add_test(NAME house/mqtt_conformance COMMAND python3 ${CMAKE_SOURCE_DIR}/tools/mqtt_conformance.py --check)
add_test(NAME house/tidy_finds COMMAND python3 ${CMAKE_SOURCE_DIR}/tools/tidy_test.py)

# tests/<area>/<what>.test.mjs: Node's test runner against the real program, real clients, real files.
# Two at a time, for most of what they do is wait. Alone run those that measure, or that use the machine up.
set(GN_BOX_ALONE "^(flood/|journal/|node/torture|identity/guessing|web/closed_loop|web/device_loop|cli/agent)")
file(GLOB_RECURSE boxes CONFIGURE_DEPENDS tests/*.test.mjs)
foreach(source ${boxes})
  file(RELATIVE_PATH name ${CMAKE_SOURCE_DIR}/tests ${source})
  string(REPLACE ".test.mjs" "" name ${name})
  add_test(NAME box/${name} COMMAND node --test ${source} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/tests)
  set_tests_properties(box/${name} PROPERTIES TIMEOUT 300 ENVIRONMENT "${GN_TEST_ENV}")
  if(name MATCHES ${GN_BOX_ALONE})
    set_tests_properties(box/${name} PROPERTIES RUN_SERIAL ON)
  endif()
endforeach()

# tests/interop/*.c drive the client libraries of others; the black-box tests there run them. Paho has no .pc file, and
# is wanted by the tests only: without it, its tests say what to install.
find_library(GN_PAHO paho-mqtt3as)
add_custom_target(interop)
foreach(pair "interop_mosquitto:PkgConfig::MOSQUITTO" "interop_paho:${GN_PAHO}")
  string(REGEX MATCH "^([^:]*):(.*)$" pair ${pair})
  set(name ${CMAKE_MATCH_1})
  set(library ${CMAKE_MATCH_2})
  if(NOT library MATCHES "NOTFOUND$")
    add_executable(${name} tests/interop/${name}.c)
    target_link_libraries(${name} PRIVATE ${library})
    add_dependencies(interop ${name})
  endif()
endforeach()
