# SPDX-License-Identifier: Apache-2.0
# The front end (web/dist, built by npm at set-up) becomes one C file of bytes in the portal. Without
# it a page that says how to build it is embedded, so that C work needs no npm.
set(GN_WEB_DIST ${CMAKE_SOURCE_DIR}/web/dist)
file(GLOB_RECURSE web_files CONFIGURE_DEPENDS ${GN_WEB_DIST}/*)
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/assets_data.c
  COMMAND python3 ${CMAKE_SOURCE_DIR}/tools/embed.py ${GN_WEB_DIST} ${CMAKE_BINARY_DIR}/assets_data.c
  DEPENDS ${web_files} ${CMAKE_SOURCE_DIR}/tools/embed.py
  VERBATIM)
get_target_property(portal_type gn_portal TYPE)
if(portal_type STREQUAL "STATIC_LIBRARY")
  target_sources(gn_portal PRIVATE ${CMAKE_BINARY_DIR}/assets_data.c)
endif()
