# The lexer and the grammar are generated into the build folder; engine/sql/grammar/ and lexer.re are their sources.
set(sql_generated "${CMAKE_CURRENT_BINARY_DIR}/sql")
file(MAKE_DIRECTORY "${sql_generated}")
# The parts of the grammar, in their order: two reduce/reduce conflicts are decided by it.
set(LEFTMOST_SQL_GRAMMAR_PARTS
  prologue names transactions create_table definitions select change expressions windows epilogue)
list(TRANSFORM LEFTMOST_SQL_GRAMMAR_PARTS APPEND .y)
list(TRANSFORM LEFTMOST_SQL_GRAMMAR_PARTS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/sql/grammar/")
add_custom_command(
  OUTPUT "${sql_generated}/grammar.y"
  COMMAND ${CMAKE_COMMAND} -E cat ${LEFTMOST_SQL_GRAMMAR_PARTS} > "${sql_generated}/grammar.y"
  DEPENDS ${LEFTMOST_SQL_GRAMMAR_PARTS}
  COMMENT "joining engine/sql/grammar/")
bison_target(LeftmostSqlGrammar "${sql_generated}/grammar.y" "${sql_generated}/grammar.cpp"
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
  sql/window_names.cpp
  ${BISON_LeftmostSqlGrammar_OUTPUTS}
  "${sql_generated}/lexer.cpp")
# Sources that include the generated grammar.h.
target_include_directories(leftmost_engine PRIVATE "${sql_generated}")
set_source_files_properties(sql/complete.cpp sql/keywords.cpp sql/parser.cpp "${sql_generated}/lexer.cpp"
  PROPERTIES OBJECT_DEPENDS "${sql_generated}/grammar.h")
# What the generators write is theirs, not ours.
set_source_files_properties(${BISON_LeftmostSqlGrammar_OUTPUTS} "${sql_generated}/lexer.cpp"
  PROPERTIES COMPILE_OPTIONS "-w")
# Values are copied word by word: see GrammarValue in grammar_run.h.
set_property(SOURCE ${BISON_LeftmostSqlGrammar_OUTPUTS} APPEND PROPERTY COMPILE_OPTIONS "-fno-tree-slp-vectorize;-fno-tree-loop-vectorize;-fno-tree-loop-distribute-patterns")
