# Compiles through ccache when it is there, unless the caller chose a launcher.
find_program(LEFTMOST_CCACHE ccache)
mark_as_advanced(LEFTMOST_CCACHE)
if(LEFTMOST_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${LEFTMOST_CCACHE}")
endif()
