// engine/sql/parser.h - SQL text to syntax tree, one statement at a time.
//
// The text goes through the lexer (lexer.h) into an LALR(1) grammar (grammar/). Both read the text once,
// from left to right; the grammar's stack holds at most 100 entries, as SQLite's, and no tree is higher than
// 1000 nodes, so hostile text costs neither stack nor time. Errors are in SQLite's words.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/sql/syntax.h"
#include "storage/arena.h"
#include "storage/error.h"

namespace leftmost::engine::sql {

struct ParsedStatement {
  const Statement* statement = nullptr;  ///< null: only white space, comments or a lone semicolon
  std::size_t bytes_consumed = 0;        ///< up to where the next statement starts, the semicolon included
};

/// Parses the first statement of `text`, which ends at its first NUL byte if it has one. The tree lives in
/// `arena` and points into `text`. Work through several statements by dropping `bytes_consumed` bytes after
/// each; an empty statement and nothing left consumes everything.
///
/// Errors (kError, nothing consumed): `near "X": syntax error`, `incomplete input`, `unrecognized token:
/// "X"`, `parser stack overflow`, limits and the other complaints of SQLite's parser. sql_offset is the
/// offending token (none where SQLite gives none, as for incomplete input), hint says what could have stood
/// there. kTooBig: text longer than 1,000,000,000 bytes.
Expected<ParsedStatement> parse(std::string_view text, storage::Arena& arena);

/// Parses one expression and nothing after it (a CHECK, DEFAULT or index expression kept as text).
/// Errors: as parse().
Expected<const Expr*> parse_expression(std::string_view text, storage::Arena& arena);

/// Whether `text` ends with a complete statement: a semicolon outside quotes, comments and CREATE TRIGGER
/// bodies, and then nothing but space and comments. What an interactive shell asks before it runs what was
/// typed (the rule of sqlite3_complete()).
bool is_complete(std::string_view text);

}  // namespace leftmost::engine::sql
