# Plans to rows, and statements to what they do; included by engine/CMakeLists.txt.
file(GLOB exec_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/exec/*.cpp")
set(LEFTMOST_ENGINE_EXEC_SOURCES ${exec_sources})
