// LIKE, GLOB, substr and the date functions: what they ask of a column is often a range of it.
#include <fmt/format.h>

#include <algorithm>

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

/// strftime('%Y', c), date(c) and their like: the column, and how many characters of a date it gives.
struct DatePart {
  const Expr* column = nullptr;
  std::size_t digits = 0;
  bool is_number = false;  ///< CAST(... AS INTEGER)
};
std::optional<DatePart> date_part(const Rewriter& rewriter, const Expr* expr) {
  DatePart part;
  if (expr->kind == ExprKind::kCast && equal_words(expr->text, "integer")) {
    expr = expr->left;
    part.is_number = true;
  }
  if (is_call(expr, "strftime", 2) && expr->list[0]->kind == ExprKind::kString) {
    part.column = expr->list[1];
    const std::string_view format = expr->list[0]->text;
    part.digits = format == "%Y" ? 4 : format == "%Y-%m" ? 7 : format == "%Y-%m-%d" ? 10 : 0;
  } else if (is_call(expr, "date", 1)) {
    part.column = expr->list[0];
    part.digits = 10;
  }
  if (part.digits == 0 || (part.is_number && part.digits != 4) || !rewriter.find_column(part.column))
    return std::nullopt;
  return part;
}

std::optional<Period> period_of(const Rewriter& rewriter, const DatePart& part, const Expr* constant) {
  const bool fits = constant->kind == (part.is_number ? ExprKind::kInteger : ExprKind::kString) &&
                    constant->text.size() == part.digits;
  return fits ? period_of(rewriter, std::string(constant->text)) : std::nullopt;
}

constexpr const char* kHalfOpenRange = "a half-open range on the bare column";

/// A date part compared with a constant.
void extract_period(Rewriter& rewriter, const Expr* condition) {
  const auto comparison = comparison_of(condition);
  if (!comparison || comparison->op == "IS") return;
  const auto part = date_part(rewriter, comparison->subject);
  if (!part) return;
  const std::string column = rewriter.text_of(part->column);
  const std::string presumes =
      fmt::format("{} holds dates as text, 'YYYY-MM-DD' or with a time behind it", column);
  if (const auto period = period_of(rewriter, *part, comparison->constant)) {
    rewriter.add(condition, range(column, comparison->op, period->begin, period->end), kHalfOpenRange,
                 presumes);
    return;
  }
  // A day that is computed, or given: SQLite computes the one after it.
  const Expr* day = comparison->constant;
  const bool is_computed = day->kind == ExprKind::kCurrentDate ||
                           (day->kind == ExprKind::kFunction && equal_words(day->text, "date"));
  const bool is_given = day->kind == ExprKind::kParameter && day->text.size() > 1;
  if (part->digits != 10 || (!is_computed && !is_given)) return;
  const std::string begin = rewriter.text_of(day);
  rewriter.add(condition, range(column, comparison->op, begin, fmt::format("date({}, '+1 day')", begin)),
               kHalfOpenRange,
               presumes + (is_given ? fmt::format(", and {} is a day, 'YYYY-MM-DD'", begin) : std::string()));
}

/// BETWEEN and IN of date parts.
void extract_periods(Rewriter& rewriter, const Expr* condition) {
  const auto part = date_part(rewriter, condition->left);
  constexpr std::size_t kPeriodsMax = 4;
  if (!part || condition->list.empty() || condition->list.size() > kPeriodsMax) return;
  std::vector<Period> periods;
  for (const Expr* constant : condition->list) {
    const auto period = period_of(rewriter, *part, constant);
    if (!period) return;
    periods.push_back(*period);
  }
  const std::string column = rewriter.text_of(part->column);
  std::string text;
  if (condition->kind == ExprKind::kBetween) {
    text = condition->negated
               ? fmt::format("({0} < {1} OR {0} >= {2})", column, periods[0].begin, periods[1].end)
               : range(column, "=", periods[0].begin, periods[1].end);
  } else if (!condition->negated) {
    for (const Period& period : periods)
      text += (text.empty() ? "" : " OR ") + range(column, "=", period.begin, period.end);
    if (periods.size() > 1) text = "(" + text + ")";
  }
  if (text.empty()) return;
  rewriter.add(condition, text,
               periods.size() > 1 && condition->kind == ExprKind::kInList
                   ? "half-open ranges on the bare column"
                   : kHalfOpenRange,
               fmt::format("{} holds dates as text, 'YYYY-MM-DD' or with a time behind it", column));
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

/// Numbers are stored as text, and texts are equal only if they are written alike.
bool is_plain_text(const Rewriter::Column& column) {
  return column.definition->affinity == storage::Affinity::kText &&
         column.definition->collation == storage::Collation::kBinary;
}

bool has_letter(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
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
  const std::string column = rewriter.text_of(call->list[0]);
  rewriter.add(condition, range(column, "=", quoted(prefix), quoted(end)), kHalfOpenRange,
               is_plain_text(*rewriter.find_column(call->list[0]))
                   ? std::string()
                   : fmt::format("{} holds text, and upper and lower case differ", column));
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
    // GLOB minds the case as BINARY does, LIKE as NOCASE does, and without a letter there is none to mind.
    const bool is_text = column->definition->affinity == storage::Affinity::kText;
    const bool is_exact = is_plain_text(*column) && (is_glob || !has_letter(*pattern));
    const bool is_folded =
        is_text && !is_glob && column->definition->collation == storage::Collation::kNoCase;
    rewriter.add(condition, fmt::format("{} = {}", name, quoted(*pattern)),
                 "an equality: the pattern has no wildcard",
                 is_exact || is_folded ? std::string()
                 : is_glob             ? fmt::format("{} holds text, written alike", name)
                                       : case_alike);
    return;
  }
  const bool is_prefix = wild > 0 && wild + 1 == pattern->size() && (*pattern)[wild] == any;
  if (!is_prefix) return;
  const std::string prefix = pattern->substr(0, wild);
  if (!is_glob && prefix.find_first_of("*?[") == std::string::npos) {
    rewriter.add(condition, fmt::format("{} GLOB {}", name, quoted(prefix + "*")),
                 "GLOB, which minds the case", has_letter(prefix) ? case_alike : std::string());
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
  if (condition->kind == ExprKind::kBetween || condition->kind == ExprKind::kInList) {
    extract_periods(rewriter, condition);
    return;
  }
  extract_period(rewriter, condition);
  extract_prefix(rewriter, condition);
}

}  // namespace leftmost::advice
