// engine/sql/grammar_run.h - one pass of the grammar over one statement, and the words around it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sql/syntax.h"
#include "engine/sql/tree_builder.h"

namespace leftmost::engine::sql {

/// What a symbol of the grammar carries. Which member counts is declared in grammar/prologue.y.
///
/// The parser copies a value whenever a rule is reduced, right after an action has written one member of it.
/// A processor hands a written word on to a read of the same width at once, but not to a wider one: so the
/// members are words and are copied word by word.
union GrammarValue {
  GrammarValue() {}  // an array of them is made for every statement, most of it for nothing
  GrammarValue(const GrammarValue& other) { *this = other; }
  GrammarValue& operator=(const GrammarValue& other) {
    for (int i = 0; i < 4; ++i) words[i] = other.words[i];
    return *this;
  }
  std::uint64_t words[4];
  std::int64_t number;
  std::int64_t flag;
  Span span;
  Expr* expr;
  Select* select;
  Window* window;
  FunctionCall* call;
  With* with;
  References* references;
  Statement* statement;
  Target* target;
  ColumnDefinition* column;
  List<const Expr*> exprs;
  List<Name> names;
  List<OrderTerm> terms;
  List<ResultColumn> columns;
  List<FromItem> from;
  List<CommonTable> common_tables;
  List<Window> windows;
  List<Assignment> assignments;
  List<ColumnConstraint> constraints;
  List<ColumnDefinition> definitions;
  List<TableConstraint> table_constraints;
  List<const Statement*> statements;
  List<std::string_view> texts;
  OrderTerm term;
  FromPrefix prefix;
  IndexHint hint;
  ColumnConstraint* constraint;
  JoinWords join_words;
  OnUsing on_using;
  Limit limit;
  ReturningTail returning;
  UpsertTail upsert;
  TriggerHead trigger;
  FrameBound bound;
  FrameEnds ends;
};
static_assert(sizeof(GrammarValue) == sizeof(GrammarValue::words));

struct GrammarRun {
  explicit GrammarRun(TreeBuilder& tree_builder) : builder(tree_builder) {}

  TreeBuilder& builder;
  /// Where the next token is looked for.
  std::size_t offset = 0;
  /// The token that the grammar looks at, and the code of it; 0 before the first.
  Span token;
  int code = 0;
  int code_before = 0;
  /// The first code handed out, when it is not to be the first token: chooses what is parsed.
  int start_code = 0;
  /// The run ended for a reason that is recorded already.
  bool stopped = false;
  bool overflowed = false;

  /// Second runs only: keep the stack as it was when the token came, to tell what else could have come.
  bool keep_states = false;
  std::vector<short> states;
};

/// Runs the grammar. Afterwards run.builder holds the tree or the complaint.
void run_grammar(GrammarRun& run);

/// What could have stood in place of run.token, in words: `expected a table name`. Empty when too much could
/// have. Requires: a run with keep_states that ended in a syntax error.
std::string describe_expected(const GrammarRun& run);

/// The text's next token that is neither space nor comment, kept in run.token: its code, SEMI (with an empty
/// span) for the end of a statement that has begun, 0 for the end of the text. An illegal token is a
/// complaint and stops the run.
int read_token(GrammarRun& run);

/// The hint for a token that came after `code_before` and is not one of those that `is_accepted` says yes to.
std::string expected_words(const std::function<bool(int code)>& is_accepted, int code_before);

/// What a list of IN arguments has as capacity when there is none: `x IN t` is no call, `x IN t()` is one.
inline constexpr std::uint32_t kNoCall = 0xffffffff;

/// By code; keywords.cpp fills it.
inline constexpr int kCodesMax = 512;
extern const std::array<bool, kCodesMax> kFallsBackToName;
/// Whether a keyword with this code is a name wherever the grammar cannot use the keyword.
inline bool falls_back_to_name(int code) {
  return 0 < code && code < kCodesMax && kFallsBackToName[static_cast<std::size_t>(code)];
}

}  // namespace leftmost::engine::sql
