# leftmost_warnings: what we hold our own code to. Linked by HouseFolder.cmake to every target of the house; nothing
# of it reaches those who use the installed package.
add_library(leftmost_warnings INTERFACE)
# GCC 12 sees overlapping copies in std::string's operator+ where there are none (https://gcc.gnu.org/PR105651).
set(LEFTMOST_FALSE_ALARMS "$<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>")
target_compile_options(leftmost_warnings INTERFACE
  "$<BUILD_INTERFACE:-Wall;-Wextra;-Wpedantic;-Wshadow;-Werror;${LEFTMOST_FALSE_ALARMS};${LEFTMOST_SANITIZE_QUIET}>")
