// LIKE and GLOB with a literal prefix are a range of texts: 'abc%' lies between 'ABC' and 'abd'
// (section 3.6).

#include <string>

#include "planner/bound_values.h"
#include "planner/comparison.h"
#include "planner/expr_tools.h"
#include "planner/term_analysis.h"
#include "storage/number_text.h"

namespace leftmost::planner {

namespace {

struct Pattern {
  std::string prefix;     ///< before the first wildcard, escapes removed
  bool complete = false;  ///< the pattern is the prefix and one `%` or `*`
};

struct Wildcards {
  char any;            // % or *
  char one;            // _ or ?
  char set = '\0';     // [ of GLOB
  char escape = '\0';  // of LIKE ... ESCAPE
};

std::optional<Pattern> literal_prefix(std::string_view text, const Wildcards& wildcards) {
  text = text.substr(0, text.find('\0'));  // SQLite reads the pattern up to its first NUL
  std::size_t length = 0;
  Pattern pattern;
  const auto is_wildcard = [&](char c) {
    return c == wildcards.any || c == wildcards.one || (wildcards.set != '\0' && c == wildcards.set);
  };
  while (length < text.size() && !is_wildcard(text[length])) {
    const bool escaped = wildcards.escape != '\0' && text[length] == wildcards.escape;
    ++length;
    if (escaped && length < text.size()) ++length;
  }
  if (length == 0 || static_cast<unsigned char>(text[length - 1]) == 255) return std::nullopt;
  if (length == 1 && wildcards.escape != '\0' && text[0] == wildcards.escape) return std::nullopt;
  pattern.complete = length + 1 == text.size() && text[length] == wildcards.any;
  for (std::size_t i = 0; i < length; ++i) {
    if (wildcards.escape != '\0' && text[i] == wildcards.escape && ++i >= length) break;
    pattern.prefix.push_back(text[i]);
  }
  return pattern.prefix.empty() ? std::nullopt : std::optional(pattern);
}

bool looks_numeric(std::string_view prefix) {
  if (storage::parse_number(prefix).is_whole_text) return true;
  if (prefix == "-") return true;
  std::string next(prefix);
  ++next.back();
  return storage::parse_number(next).is_whole_text;
}

char to_upper_ascii(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; }

const storage::Value* known_text(const Expr* pattern, const Context& context) {
  const storage::Value* value = nullptr;
  if (pattern->kind == ExprKind::kLiteral) value = &pattern->value;
  if (pattern->kind == ExprKind::kParameter) value = look_at(*pattern, context);
  return value != nullptr && value->is_text() ? value : nullptr;
}

/// Of like(pattern, x[, escape]) or glob(pattern, x); nothing if the ESCAPE is none that SQLite plans with.
std::optional<Wildcards> wildcards_of(const Expr* call) {
  Wildcards wildcards =
      call->function->role == FunctionRole::kGlob ? Wildcards{'*', '?', '['} : Wildcards{'%', '_'};
  if (call->list.size() == 3) {
    const Expr* escape = call->list[2];
    if (escape->kind != ExprKind::kLiteral || !escape->value.is_text() ||
        escape->value.as_bytes().size() != 1)
      return std::nullopt;
    wildcards.escape = escape->value.as_bytes()[0];
    if (wildcards.escape == wildcards.any || wildcards.escape == wildcards.one) return std::nullopt;
  }
  return wildcards;
}

std::optional<Pattern> known_pattern(const Expr* call, const Context& context) {
  const std::optional<Wildcards> wildcards = wildcards_of(call);
  const storage::Value* text = known_text(skip_collate(call->list[0]), context);
  if (!wildcards || text == nullptr) return std::nullopt;
  return literal_prefix(text->as_bytes(), *wildcards);
}

/// Texts with this prefix may be numbers, and the subject may hold numbers.
bool may_be_number(const Expr* subject, const Pattern& pattern) {
  const bool is_text_column =
      subject->kind == ExprKind::kColumn && affinity_of(subject) == storage::Affinity::kText;
  return !is_text_column && looks_numeric(pattern.prefix);
}

}  // namespace

bool pattern_may_be_number(const Expr* call, const Context& context) {
  const std::optional<Pattern> pattern = known_pattern(call, context);
  return pattern && may_be_number(call->list[1], *pattern);
}

void analyse_pattern(TermList& list, Term& term, const TermScope& scope) {
  Expr* call = term.expr;
  const FunctionRole role = call->function->role;
  if ((role != FunctionRole::kLike && role != FunctionRole::kGlob) || call->list.size() < 2 ||
      call->list.size() > 3) {
    return;
  }
  std::optional<Pattern> pattern = known_pattern(call, scope.context);
  Expr* subject = call->list[1];
  if (!pattern || may_be_number(subject, *pattern)) return;

  const bool ignores_case = role == FunctionRole::kLike && !scope.context.options.case_sensitive_like;
  std::string low = pattern->prefix, high = pattern->prefix;
  if (ignores_case) {
    for (char& c : low) c = to_upper_ascii(c);
    for (char& c : high) c = storage::to_lower_ascii(c);
    // One above '@' is 'A', where case starts to matter: the LIKE itself has to look again.
    if (high.back() == '@') pattern->complete = false;
  }
  ++high.back();

  storage::Arena& arena = scope.context.arena;
  const auto bound = [&](ExprKind kind, const std::string& value) {
    Expr* collated = arena.make<Expr>();
    collated->kind = ExprKind::kCollate;
    collated->collation = ignores_case ? storage::Collation::kNoCase : storage::Collation::kBinary;
    collated->left = clone(subject, arena);
    Expr* limit = arena.make<Expr>();
    limit->value = storage::Value::text(arena.copy(value));
    Expr* made = make_binary(arena, kind, collated, limit);
    made->span = call->span;
    copy_join_mark(made, call);
    Term& half = append_term(list, made, TermOrigin::kVirtual);
    half.is_pattern_bound = true;
    half.written = term.written;
    analyse_term(list, half, scope);
    return &half;
  };
  Term* lower = bound(ExprKind::kGe, low);
  Term* upper = bound(ExprKind::kLt, high);
  lower->pattern_pair = upper;
  if (pattern->complete) {
    make_child(*lower, term);
    make_child(*upper, term);
  }
}

}  // namespace leftmost::planner
