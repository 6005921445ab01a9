# The lexer and the grammar are generated into the build folder; engine/sql/grammar.y and lexer.re are their sources.
set(sql_generated "${CMAKE_CURRENT_BINARY_DIR}/sql")
file(MAKE_DIRECTORY "${sql_generated}")
# Two reduce/reduce conflicts are decided by the order of rules; grammar.y says which.
bison_target(LeftmostSqlGrammar "${CMAKE_CURRENT_SOURCE_DIR}/sql/grammar.y" "${sql_generated}/grammar.cpp"
             DEFINES_FILE "${sql_generated}/grammar.h" COMPILE_FLAGS "-Wno-precedence -Wno-conflicts-rr -Wno-deprecated")
add_custom_command(
  OUTPUT "${sql_generated}/lexer.cpp"
  COMMAND ${RE2C_EXECUTABLE} --no-debug-info -W -o "${sql_generated}/lexer.cpp" "${CMAKE_CURRENT_SOURCE_DIR}/sql/lexer.re"
  DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/sql/lexer.re"
  COMMENT "re2c engine/sql/lexer.re")

target_sources(leftmost_engine PRIVATE
  sql/complete.cpp
  sql/keywords.cpp
  sql/parser.cpp
  sql/select_builder.cpp
  sql/statement_builder.cpp
  sql/tree_builder.cpp
  ${BISON_LeftmostSqlGrammar_OUTPUTS}
  "${sql_generated}/lexer.cpp")
# Sources that include the generated grammar.h.
target_include_directories(leftmost_engine PRIVATE "${sql_generated}")
set_source_files_properties(sql/complete.cpp sql/keywords.cpp sql/parser.cpp "${sql_generated}/lexer.cpp"
  PROPERTIES OBJECT_DEPENDS "${sql_generated}/grammar.h")
# What the generators write is theirs, not ours.
set_source_files_properties(${BISON_LeftmostSqlGrammar_OUTPUTS} "${sql_generated}/lexer.cpp"
  PROPERTIES COMPILE_OPTIONS "-w")
