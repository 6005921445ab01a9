# Everything from outside. storage/, planner/ and engine/ may use Boost's headers, fmt and tl::expected, and never SQLite.
include(GNUInstallDirs)

if(LEFTMOST_BROWSER)
  # Emscripten has its own sysroot: only the headers of header-only libraries are borrowed from the system, one by
  # one, as the rest of the system's include folder would hide the browser's own C library.
  set(borrowed "${PROJECT_BINARY_DIR}/borrowed-headers")
  file(MAKE_DIRECTORY "${borrowed}")
  foreach(header boost/version.hpp fmt/core.h tl/expected.hpp)
    get_filename_component(library "${header}" DIRECTORY)
    find_path(LEFTMOST_${library}_HEADERS NAMES ${header} PATHS /usr/include /usr/local/include
              NO_CMAKE_FIND_ROOT_PATH REQUIRED)
    file(CREATE_LINK "${LEFTMOST_${library}_HEADERS}/${library}" "${borrowed}/${library}" SYMBOLIC)
  endforeach()
  foreach(target Boost::headers fmt::fmt tl::expected)
    add_library(${target} INTERFACE IMPORTED GLOBAL)
    target_include_directories(${target} SYSTEM INTERFACE "${borrowed}")
  endforeach()
  target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY=1)
  find_package(BISON 3.8 REQUIRED)
  find_program(RE2C_EXECUTABLE re2c REQUIRED)
  return()
endif()

find_package(Boost 1.81 REQUIRED)
find_package(fmt REQUIRED)
find_package(tl-expected REQUIRED)
find_package(BISON 3.8 REQUIRED)
find_program(RE2C_EXECUTABLE re2c REQUIRED)

find_package(SQLite3 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tomlplusplus REQUIRED)

# libedit comes without a CMake package.
find_path(LEFTMOST_LIBEDIT_INCLUDE_DIR editline/readline.h REQUIRED)
find_library(LEFTMOST_LIBEDIT_LIBRARY edit REQUIRED)
mark_as_advanced(LEFTMOST_LIBEDIT_INCLUDE_DIR LEFTMOST_LIBEDIT_LIBRARY)
add_library(libedit::libedit INTERFACE IMPORTED GLOBAL)
target_include_directories(libedit::libedit SYSTEM INTERFACE "${LEFTMOST_LIBEDIT_INCLUDE_DIR}")
target_link_libraries(libedit::libedit INTERFACE "${LEFTMOST_LIBEDIT_LIBRARY}")

if(LEFTMOST_BUILD_TESTS)
  find_package(Catch2 REQUIRED)
endif()
if(LEFTMOST_BUILD_BENCH)
  find_package(benchmark REQUIRED)
  find_package(absl REQUIRED)  # absl::btree, which the bare B+tree is measured against
endif()
