#include "engine/sql/parser.h"

#include "engine/sql/grammar_run.h"
#include "engine/sql/lexer.h"
#include "engine/sql/limits.h"
#include "grammar.h"

namespace leftmost::engine::sql {

namespace {

/// The code of the next token that is neither space nor comment, 0 at the end; a name, a string and what can
/// become a name are all ID.
int peek_code(std::string_view text, std::size_t& offset) {
  while (const auto token = next_token(text, offset)) {
    offset = token->span.end;
    if (token->token_class == TokenClass::kSpace || token->token_class == TokenClass::kComment) continue;
    const int code = token->code;
    const bool is_name = code == T_STRING || code == T_JOIN_KW || code == T_WINDOW || code == T_OVER;
    return is_name || falls_back_to_name(code) ? static_cast<int>(T_ID) : code;
  }
  return 0;
}

/// WINDOW, OVER and FILTER are keywords only here: WINDOW name AS; ) OVER name; ) OVER (; ) FILTER (.
int decide_window_word(int code, int code_before, std::string_view text, std::size_t offset) {
  const int next = peek_code(text, offset);
  switch (code) {
    case T_WINDOW:
      return next == T_ID && peek_code(text, offset) == T_AS ? T_WINDOW : T_ID;
    case T_OVER:
      return code_before == T_RP && (next == T_LP || next == T_ID) ? T_OVER : T_ID;
    default:
      return code_before == T_RP && next == T_LP ? T_FILTER : T_ID;
  }
}

/// Runs once, and after a syntax error once more to learn what could have stood there.
Expected<void> run(TreeBuilder& builder, GrammarRun& first, storage::Arena& arena, int start_code) {
  if (builder.text().size() > kTextBytesMax)
    return leftmost::fail(ErrorCode::kTooBig, "string or blob too big");
  first.start_code = start_code;
  run_grammar(first);
  if (first.overflowed) return leftmost::fail(ErrorCode::kError, "parser stack overflow");
  if (!builder.failed()) return {};
  Error error = builder.take_error();
  const bool is_syntax_error = !first.stopped;
  if (is_syntax_error) {
    TreeBuilder again(builder.text(), arena);
    GrammarRun second(again);
    second.keep_states = true;
    second.start_code = start_code;
    run_grammar(second);
    error.hint = describe_expected(second);
  }
  return Unexpected(std::move(error));
}

std::string_view up_to_nul(std::string_view text) { return text.substr(0, text.find('\0')); }

}  // namespace

int read_token(GrammarRun& run) {
  const std::string_view text = run.builder.text();
  for (;;) {
    while (run.offset < text.size() && (text[run.offset] == ' ' || text[run.offset] == '\n')) ++run.offset;
    const auto token = next_token(text, run.offset);
    run.code_before = run.code;
    if (!token) {
      const auto end = static_cast<std::uint32_t>(text.size());
      run.token = Span{end, end};
      run.code = run.code == 0 || run.code == T_SEMI ? 0 : static_cast<int>(T_SEMI);
      return run.code;
    }
    run.offset = token->span.end;
    if (token->token_class == TokenClass::kSpace || token->token_class == TokenClass::kComment) continue;
    run.token = token->span;
    if (token->token_class == TokenClass::kIllegal) {
      run.builder.fail("unrecognized token: \"" + std::string(run.builder.text(token->span)) + "\"",
                       token->span.begin);
      run.stopped = true;
      return 0;
    }
    run.code = token->code;
    if (run.code == T_WINDOW || run.code == T_OVER || run.code == T_FILTER) {
      run.code = decide_window_word(run.code, run.code_before, text, run.offset);
    }
    return run.code;
  }
}

Expected<ParsedStatement> parse(std::string_view text, storage::Arena& arena) {
  TreeBuilder builder(up_to_nul(text), arena);
  GrammarRun grammar(builder);
  if (auto done = run(builder, grammar, arena, 0); !done) return Unexpected(std::move(done.error()));
  return ParsedStatement{builder.statement(), builder.statement() != nullptr ? grammar.offset : text.size()};
}

Expected<const Expr*> parse_expression(std::string_view text, storage::Arena& arena) {
  TreeBuilder builder(up_to_nul(text), arena);
  GrammarRun grammar(builder);
  if (auto done = run(builder, grammar, arena, T_START_EXPRESSION); !done) {
    return Unexpected(std::move(done.error()));
  }
  return builder.expression();
}

}  // namespace leftmost::engine::sql
