# `cmake --install` puts the program, the libraries, their headers and a CMake package in place:
#   find_package(leftmost REQUIRED)
#   target_link_libraries(app PRIVATE leftmost::engine)
include(CMakePackageConfigHelpers)

set(LEFTMOST_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/leftmost")

foreach(folder storage planner engine oracle)
  if(TARGET leftmost_${folder})
    install(TARGETS leftmost_${folder} EXPORT leftmostTargets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/leftmost"
            FILES_MATCHING PATTERN "*.h")
    set(LEFTMOST_HAS_PACKAGE ON)
  endif()
endforeach()
if(TARGET leftmost)
  install(TARGETS leftmost RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()

if(LEFTMOST_HAS_PACKAGE)
  # Named here in case a library links the warnings without $<BUILD_INTERFACE:>; installed, they are empty.
  install(TARGETS leftmost_warnings EXPORT leftmostTargets)
  install(EXPORT leftmostTargets NAMESPACE leftmost:: DESTINATION "${LEFTMOST_PACKAGE_DIR}")
  configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/leftmostConfig.cmake.in" leftmostConfig.cmake
                                INSTALL_DESTINATION "${LEFTMOST_PACKAGE_DIR}")
  write_basic_package_version_file(leftmostConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES "${PROJECT_BINARY_DIR}/leftmostConfig.cmake" "${PROJECT_BINARY_DIR}/leftmostConfigVersion.cmake"
          DESTINATION "${LEFTMOST_PACKAGE_DIR}")
endif()
