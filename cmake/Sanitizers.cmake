# LEFTMOST_SANITIZE instruments every target: half-instrumented programs give false reports.
if(LEFTMOST_SANITIZE)
  set(flags -fsanitize=${LEFTMOST_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_compile_options(${flags})
  add_link_options(${flags})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC's manual warns of false positives of these under -fsanitize; the release build keeps them as errors.
    set(LEFTMOST_SANITIZE_QUIET -Wno-maybe-uninitialized)
  endif()
endif()
