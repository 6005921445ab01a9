# LEFTMOST_SANITIZE instruments every target: half-instrumented programs give false reports.
if(LEFTMOST_SANITIZE)
  set(flags -fsanitize=${LEFTMOST_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_compile_options(${flags})
  add_link_options(${flags})
endif()
