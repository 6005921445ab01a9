// is_complete(): where a statement ends, told from its tokens alone.
#include "engine/sql/lexer.h"
#include "engine/sql/parser.h"
#include "grammar.h"

namespace leftmost::engine::sql {

namespace {

/// What has been read of the statement. CREATE TRIGGER ends with `; END ;`, any other with a semicolon.
enum class Read {
  kNothing,      ///< of the text: not complete
  kWhole,        ///< a whole statement, and nothing since
  kPart,         ///< of a statement that is no CREATE TRIGGER
  kExplain,      ///< EXPLAIN [QUERY PLAN]
  kCreate,       ///< CREATE [TEMP]
  kTrigger,      ///< CREATE TRIGGER ...
  kTriggerSemi,  ///< ... ;
  kTriggerEnd,   ///< ... ; END
};

Read after(Read read, int code) {
  switch (read) {
    case Read::kNothing:
    case Read::kWhole:
      if (code == T_SEMI) return Read::kWhole;
      if (code == T_EXPLAIN) return Read::kExplain;
      return code == T_CREATE ? Read::kCreate : Read::kPart;
    case Read::kPart:
      return code == T_SEMI ? Read::kWhole : Read::kPart;
    case Read::kExplain:
      if (code == T_SEMI) return Read::kWhole;
      if (code == T_CREATE) return Read::kCreate;
      return code == T_QUERY || code == T_PLAN || code == T_WHY ? Read::kExplain : Read::kPart;
    case Read::kCreate:
      if (code == T_SEMI) return Read::kWhole;
      if (code == T_TRIGGER) return Read::kTrigger;
      return code == T_TEMP ? Read::kCreate : Read::kPart;
    case Read::kTrigger:
      return code == T_SEMI ? Read::kTriggerSemi : Read::kTrigger;
    case Read::kTriggerSemi:
      if (code == T_SEMI) return Read::kTriggerSemi;
      return code == T_END ? Read::kTriggerEnd : Read::kTrigger;
    case Read::kTriggerEnd:
      return code == T_SEMI ? Read::kWhole : Read::kTrigger;
  }
  return Read::kPart;
}

bool is_unclosed(std::string_view token) {
  return token[0] == '\'' || token[0] == '"' || token[0] == '`' || token[0] == '[';
}

}  // namespace

bool is_complete(std::string_view text) {
  Read read = Read::kNothing;
  std::size_t offset = 0;
  while (const auto token = next_token(text, offset)) {
    const std::string_view bytes = text.substr(token->span.begin, token->span.end - token->span.begin);
    offset = token->span.end;
    if (token->token_class == TokenClass::kSpace) continue;
    if (token->token_class == TokenClass::kComment) {
      const bool is_open_block =
          bytes[0] == '/' && (bytes.size() < 4 || bytes.substr(bytes.size() - 2) != "*/");
      if (is_open_block) return false;
      continue;
    }
    if (token->token_class == TokenClass::kIllegal && is_unclosed(bytes)) return false;
    read = after(read, token->code);
  }
  return read == Read::kWhole;
}

}  // namespace leftmost::engine::sql
