// engine/sql/lexer.h - text to tokens, as SQLite cuts it (https://www.sqlite.org/lang.html, "SQL syntax").
//
// What the parser reads, and what completion and colouring in a terminal can read as well: it never fails,
// what is no token comes out as kIllegal, and every byte up to the first NUL belongs to exactly one token.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/sql/syntax.h"

namespace leftmost::engine::sql {

enum class TokenClass : std::uint8_t {
  kSpace,    ///< white space, a byte order mark
  kComment,  ///< -- to the end of the line, or /* */ (the end of the text closes it too)
  kKeyword,  ///< may still be a name where the grammar wants one
  kName,     ///< plain, "quoted", [quoted] or `quoted`
  kString,   ///< 'quoted'; stands for a name in some places
  kNumber,
  kBlob,       ///< x'...'
  kParameter,  ///< ?, ?5, :a, @a, #a, $a, $a::b(c)
  kOperator,   ///< punctuation
  kSemicolon,
  kIllegal,  ///< `123abc`, an unterminated quote, a lone `!`
};

struct Token {
  TokenClass token_class = TokenClass::kSpace;
  int code = 0;  ///< the grammar's number of it; 0 for space, comments and illegal ones
  Span span;     ///< never empty
};

/// The token at byte `offset` of `text`, or none at the end: the end of the text or its first NUL byte.
/// Requires: offset <= text.size(), text.size() < 2^32.
std::optional<Token> next_token(std::string_view text, std::size_t offset);

}  // namespace leftmost::engine::sql
