# Installs the build into a folder of its own, builds consumer/ against nothing but that folder, and runs it.
cmake_minimum_required(VERSION 3.25)

function(run what)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output ERROR_VARIABLE errors RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${what} failed (${status}):\n${output}\n${errors}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${WORK_DIR}")
run("the installation" "${CMAKE_COMMAND}" --install "${LEFTMOST_BINARY_DIR}" --prefix "${WORK_DIR}/prefix")
run("configuring the consumer" "${CMAKE_COMMAND}" -S "${CONSUMER_DIR}" -B "${WORK_DIR}/build" -G Ninja
    "-DCMAKE_PREFIX_PATH=${WORK_DIR}/prefix" "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}" -DCMAKE_BUILD_TYPE=Release)
run("building the consumer" "${CMAKE_COMMAND}" --build "${WORK_DIR}/build")
run("running the consumer" "${WORK_DIR}/build/consumer")

file(READ "${CONSUMER_DIR}/expected.txt" expected)
if(NOT output STREQUAL expected)
  message(FATAL_ERROR "the consumer printed\n${output}\ninstead of\n${expected}")
endif()
file(GLOB programs "${WORK_DIR}/prefix/bin/leftmost")
if(NOT programs)
  message(FATAL_ERROR "the program was not installed")
endif()
file(GLOB_RECURSE headers RELATIVE "${WORK_DIR}/prefix/include" "${WORK_DIR}/prefix/include/*.h")
list(LENGTH headers header_count)
message("installed ${header_count} headers; the consumer answered\n${output}")
