// Why a LIKE or GLOB is no range of an index (group L of docs/reasons.md). term_pattern.cpp makes the ranges;
// the order of the tests here is the order in which it gives up.

#include "planner/expr_text.h"
#include "planner/expr_tools.h"
#include "planner/implication.h"
#include "planner/term_analysis.h"
#include "planner/term_reasons.h"

namespace leftmost::planner {

Explanation why_pattern_fails(const Expr* call, const ProbeColumn& indexed, const std::string& name,
                              const Context& context) {
  const bool is_like = call->function->role == FunctionRole::kLike;
  const Expr* pattern = skip_collate(call->list[0]);
  const std::string written = to_text(pattern, 40);
  const auto value = known_value(pattern, context);
  if (pattern->kind == ExprKind::kParameter && !value) {
    return {"pattern-parameter-unknown", "the pattern " + written +
                                             " has no value while planning, so nothing is known "
                                             "about how " +
                                             name + " starts"};
  }
  const bool is_literal = pattern->kind == ExprKind::kLiteral || pattern->kind == ExprKind::kParameter;
  if (!is_literal || !value || !value->is_text()) {
    return {"pattern-not-literal", "the pattern " + written +
                                       " is no text literal, so nothing is known while planning "
                                       "about how " +
                                       name + " starts"};
  }
  const std::string_view text = value->as_bytes();
  const std::string_view wildcards = is_like ? "%_" : "*?[";
  const Expr* escape = call->list.size() < 3 ? nullptr : call->list[2];
  const bool is_escaped = escape != nullptr && escape->kind == ExprKind::kLiteral &&
                          escape->value.is_text() && !text.empty() &&
                          escape->value.as_bytes() == text.substr(0, 1);
  if (!is_escaped && (text.empty() || wildcards.find(text.front()) != std::string_view::npos)) {
    return {"like-leading-wildcard", text.empty()
                                         ? "the pattern is empty: there is no first character to search for"
                                         : "the pattern " + written + " starts with a wildcard, so " + name +
                                               " may start with anything"};
  }
  const storage::Collation needed = is_like && !context.options.case_sensitive_like
                                        ? storage::Collation::kNoCase
                                        : storage::Collation::kBinary;
  if (pattern_may_be_number(call, context)) {
    return {"pattern-non-text-column", name +
                                           " is not declared TEXT: numbers in it are sorted by value, and " +
                                           written + " asks for their digits"};
  }
  const std::string sorted(storage::collation_name(indexed.collation));
  if (needed == storage::Collation::kNoCase && indexed.collation != needed) {
    return {"like-case-insensitive",
            "LIKE ignores case, but the index sorts " + name + " as " + sorted + " and not as NOCASE"};
  }
  if (indexed.collation != needed) {
    return {"collation-mismatch-index", std::string(is_like ? "LIKE" : "GLOB") +
                                            " tells a from A here, but the index sorts " + name + " as " +
                                            sorted};
  }
  return {"pattern-not-literal", "the ESCAPE of " + written + " leaves no first character to search for"};
}

}  // namespace leftmost::planner
