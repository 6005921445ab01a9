# leftmost_warnings: what we hold our own code to. Linked by HouseFolder.cmake to every target of the house; nothing
# of it reaches those who use the installed package.
add_library(leftmost_warnings INTERFACE)
target_compile_options(leftmost_warnings INTERFACE
  "$<BUILD_INTERFACE:-Wall;-Wextra;-Wpedantic;-Wshadow;-Werror;${LEFTMOST_SANITIZE_QUIET}>")
