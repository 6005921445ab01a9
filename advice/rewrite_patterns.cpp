// LIKE, GLOB, substr and the date functions: what they ask of a column is often a range of it.
#include <fmt/format.h>

#include "advice/rewriter.h"

namespace leftmost::advice {
namespace {

using sql::Expr;
using sql::ExprKind;

/// `col >= begin AND col < end`, or the side of it that another comparison means.
std::string range(const std::string& column, const std::string& op, const std::string& begin,
                  const std::string& end) {
  if (op == "<") return fmt::format("{} < {}", column, begin);
  if (op == ">=") return fmt::format("{} >= {}", column, begin);
  if (op == "<=") return fmt::format("{} < {}", column, end);
  if (op == ">") return fmt::format("{} >= {}", column, end);
  return fmt::format("({0} >= {1} AND {0} < {2})", column, begin, end);
}

/// The first and the following instant of the year, month or day that a text begins to say.
struct Period {
  std::string begin, end;
};
std::optional<Period> period_of(const Rewriter& rewriter, const std::string& text) {
  std::string first = text;
  const char* step = "+1 day";
  if (text.size() == 4) first += "-01-01", step = "+1 year";
  if (text.size() == 7) first += "-01", step = "+1 month";
  if (first.size() != 10) return std::nullopt;
  const std::string begin = rewriter.value_of(fmt::format("date({})", quoted(first)));
  const std::string end = rewriter.value_of(fmt::format("date({}, '{}')", quoted(first), step));
  if (begin != quoted(first) || end.empty()) return std::nullopt;
  return Period{begin, end};
}

/// strftime('%Y', c), date(c), substr(c, 1, 4) and their like, compared with a constant.
void extract_period(Rewriter& rewriter, const Expr* condition) {
  const auto comparison = comparison_of(condition);
  if (!comparison) return;
  const Expr* call = comparison->subject;
  bool is_number = false;
  if (call->kind == ExprKind::kCast && equal_words(call->text, "integer")) {
    call = call->left;
    is_number = true;
  }
  const Expr* column = nullptr;
  std::size_t digits = 0;
  if (is_call(call, "strftime", 2) && call->list[0]->kind == ExprKind::kString) {
    column = call->list[1];
    const std::string_view format = call->list[0]->text;
    digits = format == "%Y" ? 4 : format == "%Y-%m" ? 7 : format == "%Y-%m-%d" ? 10 : 0;
  } else if (is_call(call, "date", 1)) {
    column = call->list[0];
    digits = 10;
  }
  if (digits == 0 || !rewriter.find_column(column) || comparison->op == "IS") return;
  std::string value(comparison->constant->text);
  const bool fits = is_number ? digits == 4 && comparison->constant->kind == ExprKind::kInteger
                              : comparison->constant->kind == ExprKind::kString;
  if (!fits || value.size() != digits) return;
  const auto period = period_of(rewriter, value);
  if (!period) return;
  rewriter.add(
      condition, range(rewriter.text_of(column), comparison->op, period->begin, period->end),
      "a half-open range on the bare column",
      fmt::format("{} holds dates as text, 'YYYY-MM-DD' or with a time behind it", rewriter.text_of(column)));
}

/// The smallest text above all that begin so; empty if there is none.
std::string successor(std::string prefix) {
  while (!prefix.empty()) {
    const auto last = static_cast<unsigned char>(prefix.back());
    if (last < 0x7e) {
      prefix.back() = static_cast<char>(last + 1);
      return prefix;
    }
    if (last >= 0x80) return {};
    prefix.pop_back();
  }
  return {};
}

void extract_prefix(Rewriter& rewriter, const Expr* condition) {
  const auto comparison = comparison_of(condition);
  if (!comparison || comparison->op != "=" || comparison->constant->kind != ExprKind::kString) return;
  const Expr* call = comparison->subject;
  if (!is_call(call, "substr", 3) && !is_call(call, "substring", 3)) return;
  const std::string prefix(comparison->constant->text);
  const std::string end = successor(prefix);
  const bool fits = rewriter.find_column(call->list[0]) && call->list[1]->text == "1" &&
                    call->list[2]->text == std::to_string(prefix.size()) && !end.empty();
  if (!fits) return;
  rewriter.add(condition, range(rewriter.text_of(call->list[0]), "=", quoted(prefix), quoted(end)),
               "a half-open range on the bare column",
               fmt::format("{} holds text", rewriter.text_of(call->list[0])));
}

/// The pattern if it is known: a literal, or constants joined by ||.
std::optional<std::string> pattern_of(const Rewriter& rewriter, const Expr* expr) {
  if (expr->kind == ExprKind::kString) return std::string(expr->text);
  if (expr->kind != ExprKind::kConcat || !is_constant(expr)) return std::nullopt;
  storage::Arena arena;
  const std::string literal = rewriter.value_of(rewriter.text_of(expr));
  if (literal.size() < 2 || literal.front() != '\'') return std::nullopt;
  std::string text;
  for (std::size_t i = 1; i + 1 < literal.size(); ++i) {
    text += literal[i];
    if (literal[i] == '\'') ++i;
  }
  return text;
}

void rewrite_like(Rewriter& rewriter, const Expr* condition) {
  if (!condition->list.empty() || condition->negated) return;
  const auto column = rewriter.find_column(condition->left);
  const auto pattern = pattern_of(rewriter, condition->right);
  if (!column || !pattern || pattern->empty()) return;
  const std::string name = rewriter.text_of(condition->left);
  const bool is_glob = condition->kind == ExprKind::kGlob;
  const char any = is_glob ? '*' : '%';
  const std::string wildcards = is_glob ? "*?[" : "%_";
  if (condition->right->kind == ExprKind::kConcat) {
    rewriter.add({{condition->right->span, quoted(*pattern)}}, "the pattern as one literal");
  }
  const std::size_t wild = pattern->find_first_of(wildcards);
  const std::string case_alike = fmt::format("{} is written with the case of the pattern", name);
  if (wild == std::string::npos) {
    const bool is_plain_text = column->definition->affinity == storage::Affinity::kText &&
                               column->definition->collation == storage::Collation::kBinary;
    if (is_glob)
      rewriter.add(condition, fmt::format("{} = {}", name, quoted(*pattern)),
                   "an equality: the pattern has no wildcard",
                   is_plain_text ? std::string() : fmt::format("{} holds text, written alike", name));
    if (!is_glob)
      rewriter.add(condition, fmt::format("{} = {}", name, quoted(*pattern)),
                   "an equality: the pattern has no wildcard", case_alike);
    return;
  }
  const bool is_prefix = wild > 0 && wild + 1 == pattern->size() && (*pattern)[wild] == any;
  if (!is_prefix) return;
  const std::string prefix = pattern->substr(0, wild);
  if (!is_glob && prefix.find_first_of("*?[") == std::string::npos) {
    rewriter.add(condition, fmt::format("{} GLOB {}", name, quoted(prefix + "*")),
                 "GLOB, which minds the case", case_alike);
  }
  const bool is_digits = prefix.find_first_not_of("0123456789") == std::string::npos;
  if (is_digits && column->definition->affinity != storage::Affinity::kText && prefix.size() < 9) {
    std::int64_t low = std::stoll(prefix), high = low;
    for (std::size_t digits = prefix.size() + 1; digits <= prefix.size() + 4; ++digits) {
      low = low * 10;
      high = high * 10 + 9;
      rewriter.add(condition, fmt::format("{} BETWEEN {} AND {}", name, low, high), "a range of numbers",
                   fmt::format("{} holds integers of {} digits", name, digits));
    }
  }
}

}  // namespace

void rewrite_pattern_or_date(Rewriter& rewriter, const Expr* condition) {
  if (condition->kind == ExprKind::kLike || condition->kind == ExprKind::kGlob) {
    rewrite_like(rewriter, condition);
    return;
  }
  extract_period(rewriter, condition);
  extract_prefix(rewriter, condition);
}

}  // namespace leftmost::advice
