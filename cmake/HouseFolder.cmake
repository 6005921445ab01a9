# What every folder of the house has in common.

# Adds `folder` once it has a CMakeLists.txt, and gives its library (leftmost_<folder>) and, in shell/, the program
# `leftmost` the include path, the warnings and the public name leftmost::<folder>.
function(leftmost_add_folder folder)
  if(NOT EXISTS "${PROJECT_SOURCE_DIR}/${folder}/CMakeLists.txt")
    return()
  endif()
  add_subdirectory(${folder})
  if(TARGET leftmost_${folder})
    leftmost_house_target(leftmost_${folder})
    set_target_properties(leftmost_${folder} PROPERTIES EXPORT_NAME ${folder})
    add_library(leftmost::${folder} ALIAS leftmost_${folder})
  endif()
  if(folder STREQUAL "shell" AND TARGET leftmost)
    leftmost_house_target(leftmost)
    set_target_properties(leftmost PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
  endif()
endfunction()

# Includes are written from the root of the repository, and installed headers keep the folders.
function(leftmost_house_target target)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    set(scope INTERFACE)
  else()
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:leftmost_warnings>)
  endif()
  target_compile_features(${target} ${scope} cxx_std_20)
  target_include_directories(${target} ${scope}
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/leftmost>)
endfunction()
