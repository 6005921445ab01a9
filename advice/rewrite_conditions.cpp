// Conditions whose column is wrapped in something that hides it from its index.
#include <fmt/format.h>

#include <set>

#include "advice/rewriter.h"
#include "advice/runs.h"
#include "planner/relation.h"

namespace leftmost::advice {
namespace {

using sql::Expr;
using sql::ExprKind;

bool is_small_integer(const Expr* expr) {
  constexpr std::size_t kDigitsMax = 15;
  return expr->kind == ExprKind::kInteger && expr->text.size() <= kDigitsMax &&
         expr->text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_number(const Expr* expr) { return expr->kind == ExprKind::kInteger || expr->kind == ExprKind::kReal; }

std::string flipped(const std::string& op) {
  if (op == "<") return ">";
  if (op == "<=") return ">=";
  if (op == ">") return "<";
  if (op == ">=") return "<=";
  return op;
}

/// `born + 1 = 1951` -> `born = 1951 - 1`.
void undo_arithmetic(Rewriter& rewriter, const Expr* condition, const Comparison& comparison) {
  const Expr* subject = comparison.subject;
  const std::string value = rewriter.operand(comparison.constant);
  // Sums of integers are exact up to where they become reals, and those are far from any small number.
  const bool is_small =
      is_small_integer(comparison.constant) &&
      (subject->left == nullptr || rewriter.find_column(subject->left) || is_small_integer(subject->left)) &&
      (subject->right == nullptr || rewriter.find_column(subject->right) || is_small_integer(subject->right));
  const auto replace = [&](const Expr* column, const std::string& op, const std::string& other) {
    rewriter.add(condition, fmt::format("{} {} {}", rewriter.text_of(column), op, other),
                 "the arithmetic on the side of the constant",
                 is_small && holds_integers(*rewriter.find_column(column))
                     ? std::string()
                     : fmt::format("{} holds numbers, small enough to compute with exactly",
                                   rewriter.text_of(column)));
  };
  if (subject->kind == ExprKind::kNegate && rewriter.find_column(subject->left)) {
    replace(subject->left, flipped(comparison.op), "-" + value);
    return;
  }
  if (subject->left == nullptr || subject->right == nullptr) return;
  const bool is_left = rewriter.find_column(subject->left) && is_constant(subject->right);
  const bool is_right = rewriter.find_column(subject->right) && is_constant(subject->left);
  if (!is_left && !is_right) return;
  const Expr* column = is_left ? subject->left : subject->right;
  const std::string other = rewriter.operand(is_left ? subject->right : subject->left);
  if (subject->kind == ExprKind::kAdd) {
    replace(column, comparison.op, fmt::format("{} - {}", value, other));
  } else if (subject->kind == ExprKind::kSubtract) {
    if (is_left) replace(column, comparison.op, fmt::format("{} + {}", value, other));
    if (is_right) replace(column, flipped(comparison.op), fmt::format("{} - {}", other, value));
  } else if (subject->kind == ExprKind::kMultiply && is_number(is_left ? subject->right : subject->left) &&
             rewriter.value_of(other + " <> 0") == "1") {
    replace(column, comparison.op, fmt::format("{} / {}", value, rewriter.value_of(other + " * 1.0")));
  }
}

void unwrap_cast(Rewriter& rewriter, const Expr* condition, const Comparison& comparison) {
  const Expr* cast = comparison.subject;
  if (cast->kind != ExprKind::kCast) return;
  const auto column = rewriter.find_column(cast->left);
  if (!column) return;
  const std::string name = rewriter.text_of(cast->left);
  std::string value = rewriter.operand(comparison.constant);
  const storage::Affinity affinity = column->definition->affinity;
  if (affinity == storage::Affinity::kText && is_number(comparison.constant)) {
    value = fmt::format("CAST({} AS TEXT)", value);
  } else if (affinity != storage::Affinity::kText && comparison.constant->kind == ExprKind::kString) {
    value = fmt::format("CAST({} AS NUMERIC)", value);
  }
  rewriter.add(condition, fmt::format("{} {} {}", name, comparison.op, value),
               "the cast on the side of the constant",
               holds_integers(*column) && equal_words(cast->text, "integer") && is_number(comparison.constant)
                   ? std::string()
                   : fmt::format("CAST keeps the order of {} and makes no two of its values equal", name));
}

/// The column compares with the constant as a value without type and collation does: nothing is converted.
bool compares_plainly(const storage::ColumnDef& column, const Expr* constant) {
  if (column.collation != storage::Collation::kBinary) return false;
  switch (column.affinity) {
    case storage::Affinity::kBlob:
      return true;
    case storage::Affinity::kText:
      return constant->kind == ExprKind::kString;
    default:
      return is_number(constant);
  }
}

/// `coalesce(a, d) = c`: a = c, where d is not c; else the NULLs as well.
void unwrap_coalesce(Rewriter& rewriter, const Expr* condition, const Comparison& comparison) {
  const Expr* call = comparison.subject;
  if (!is_call(call, "coalesce", 2) && !is_call(call, "ifnull", 2)) return;
  const auto column = rewriter.find_column(call->list[0]);
  if (!column || !is_constant(call->list[1]) || comparison.op == "IS") return;
  const std::string presumes =
      compares_plainly(*column->definition, comparison.constant)
          ? std::string()
          : fmt::format("{} compares with its own type and collation as it does without",
                        rewriter.text_of(call->list[0]));
  const std::string name = rewriter.text_of(call->list[0]);
  const std::string value = rewriter.operand(comparison.constant);
  const std::string decides =
      rewriter.value_of(fmt::format("{} {} {}", rewriter.operand(call->list[1]), comparison.op, value));
  if (decides == "0") {
    rewriter.add(condition, fmt::format("{} {} {}", name, comparison.op, value),
                 fmt::format("{} as it is: what stands for NULL does not meet the condition", name),
                 presumes);
  } else if (decides == "1") {
    rewriter.add(condition, fmt::format("({0} {1} {2} OR {0} IS NULL)", name, comparison.op, value),
                 fmt::format("{} as it is, and its NULLs beside", name), presumes);
  } else {
    rewriter.add(condition, fmt::format("{} {} {}", name, comparison.op, value),
                 fmt::format("{} as it is", name), fmt::format("no NULL of {} is meant", name));
  }
}

/// `a || ' ' || b = 'x y'` -> `a = 'x' AND b = 'y'`.
void split_concatenation(Rewriter& rewriter, const Expr* condition, const Comparison& comparison) {
  if (comparison.subject->kind != ExprKind::kConcat || comparison.op != "=" ||
      comparison.constant->kind != ExprKind::kString) {
    return;
  }
  const auto parts = split(comparison.subject, ExprKind::kConcat);
  if (parts.size() != 3 || parts[1]->kind != ExprKind::kString || parts[1]->text.empty()) return;
  if (!rewriter.find_column(parts[0]) || !rewriter.find_column(parts[2])) return;
  const std::string_view whole = comparison.constant->text;
  const std::size_t at = whole.find(parts[1]->text);
  if (at == std::string_view::npos || whole.find(parts[1]->text, at + 1) != std::string_view::npos) return;
  rewriter.add(condition,
               fmt::format("{} = {} AND {} = {}", rewriter.text_of(parts[0]), quoted(whole.substr(0, at)),
                           rewriter.text_of(parts[2]), quoted(whole.substr(at + parts[1]->text.size()))),
               "each column compared by itself",
               fmt::format("{} and {} hold text, written alike wherever it is meant to be equal",
                           rewriter.text_of(parts[0]), rewriter.text_of(parts[2])));
}

/// NOT a > x, NOT (a BETWEEN x AND y): the condition that is meant.
void turn_negation(Rewriter& rewriter, const Expr* condition) {
  const Expr* inner = condition->kind == ExprKind::kNot ? condition->left : nullptr;
  if (inner != nullptr) {
    const auto comparison = comparison_of(inner);
    if (comparison && comparison->op != "=" && comparison->op != "IS") {
      const std::string op = comparison->op == "<"    ? ">="
                             : comparison->op == "<=" ? ">"
                             : comparison->op == ">"  ? "<="
                                                      : "<";
      rewriter.add(condition,
                   fmt::format("{} {} {}", rewriter.operand(comparison->subject), op,
                               rewriter.operand(comparison->constant)),
                   "the comparison that is meant, without NOT");
    }
    if (rewriter.find_column(inner)) {
      rewriter.add(condition, fmt::format("{} = 0", rewriter.text_of(inner)),
                   "a comparison in place of a truth test",
                   fmt::format("{} holds 0, 1 and NULL only", rewriter.text_of(inner)));
    }
  }
  const Expr* unequal = condition->kind == ExprKind::kNe                   ? condition
                        : inner != nullptr && inner->kind == ExprKind::kEq ? inner
                                                                           : nullptr;
  if (unequal != nullptr && is_constant(unequal->left) != is_constant(unequal->right)) {
    const bool is_left = is_constant(unequal->right);
    rewriter.add(
        condition,
        fmt::format("({0} < {1} OR {0} > {1})", rewriter.operand(is_left ? unequal->left : unequal->right),
                    rewriter.operand(is_left ? unequal->right : unequal->left)),
        "the two ranges that are meant");
  }
  const Expr* between = condition->kind == ExprKind::kBetween && condition->negated                ? condition
                        : inner != nullptr && inner->kind == ExprKind::kBetween && !inner->negated ? inner
                                                                                                   : nullptr;
  if (between != nullptr) {
    const std::string name = rewriter.operand(between->left);
    rewriter.add(condition,
                 fmt::format("({0} < {1} OR {0} > {2})", name, rewriter.operand(between->list[0]),
                             rewriter.operand(between->list[1])),
                 "the two ranges that are meant");
  }
}

/// Indexes of the column's table that have it under another collation than its own.
void try_collations(Rewriter& rewriter, const Expr* condition, const Comparison& comparison) {
  const Expr* subject =
      comparison.subject->kind == ExprKind::kCollate ? comparison.subject->left : comparison.subject;
  const Expr* constant =
      comparison.constant->kind == ExprKind::kCollate ? comparison.constant->left : comparison.constant;
  const auto column = rewriter.find_column(subject);
  if (!column) return;
  const std::string bare =
      fmt::format("{} {} {}", rewriter.text_of(subject), comparison.op, rewriter.operand(constant));
  if (subject != comparison.subject || constant != comparison.constant) {
    rewriter.add(
        condition, bare, "the collation of the column",
        fmt::format("{} is written alike wherever it is meant to be equal", rewriter.text_of(subject)));
  }
  const int number = column->table->find_column(column->definition->name);
  std::set<storage::Collation> seen = {column->definition->collation};
  for (const storage::IndexPtr& index : rewriter.catalog().indexes_of(column->table->id)) {
    for (const storage::IndexColumn& key : index->key_columns) {
      if (key.column != number || !seen.insert(key.collation).second) continue;
      const auto collation = storage::collation_name(key.collation);
      rewriter.add(condition, fmt::format("{} COLLATE {}", bare, collation),
                   fmt::format("the collation of {}", index->name),
                   fmt::format("{} has no two values that {} alone takes to be equal",
                               rewriter.text_of(subject), collation));
    }
  }
}

/// A generated column has this very formula.
void name_generated_column(Rewriter& rewriter, const Expr* condition, const Comparison& comparison) {
  if (comparison.subject->kind == ExprKind::kName) return;
  const auto squeezed = [](std::string_view text) {
    std::string out;
    for (const char c : text) {
      if (c != ' ' && c != '\n' && c != '\t') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    return out;
  };
  const std::string formula = squeezed(rewriter.text_of(comparison.subject));
  for (const storage::TablePtr& table : rewriter.catalog().tables(storage::SchemaName::kMain)) {
    for (const storage::ColumnDef& column : table->columns) {
      if (column.generated == storage::GeneratedKind::kNone || squeezed(column.generated_sql) != formula)
        continue;
      rewriter.add(condition,
                   fmt::format("{} {} {}", sql_name(column.name), comparison.op,
                               rewriter.operand(comparison.constant)),
                   "the generated column by its name");
    }
  }
}

/// The spellings under which an expression may be in an index: operands swapped, upper for lower.
void respell(Rewriter& rewriter, const Expr* condition, const Comparison& comparison) {
  const Expr* subject = comparison.subject;
  const std::string value = rewriter.operand(comparison.constant);
  const bool commutes = subject->kind == ExprKind::kAdd || subject->kind == ExprKind::kMultiply;
  if (commutes && !is_constant(subject->left) && !is_constant(subject->right)) {
    rewriter.add(condition,
                 fmt::format("{} {} {} {} {}", rewriter.operand(subject->right),
                             subject->kind == ExprKind::kAdd ? "+" : "*", rewriter.operand(subject->left),
                             comparison.op, value),
                 "the operands in the order of the index");
  }
  const bool is_lower = is_call(subject, "lower", 1);
  if ((!is_lower && !is_call(subject, "upper", 1)) || comparison.op != "=" ||
      comparison.constant->kind != ExprKind::kString) {
    return;
  }
  const std::string argument = rewriter.text_of(subject->list[0]);
  const std::string folded = rewriter.value_of(fmt::format("{}({})", is_lower ? "lower" : "upper", value));
  if (folded != value) return;
  const std::string other = is_lower ? "upper" : "lower";
  rewriter.add(
      condition,
      fmt::format("{}({}) = {}", other, argument, rewriter.value_of(fmt::format("{}({})", other, value))),
      fmt::format("{}(), as the index has it", other));
  rewriter.add(condition, fmt::format("{} = {} COLLATE NOCASE", argument, value),
               "NOCASE in place of the function", fmt::format("{} holds text", argument));
}

/// Two columns: which side names the collation, and which is converted.
void compare_columns(Rewriter& rewriter, const Expr* condition) {
  if (condition->kind != ExprKind::kEq) return;
  const auto left = rewriter.find_column(condition->left);
  const auto right = rewriter.find_column(condition->right);
  if (!left || !right) return;
  const std::string a = rewriter.text_of(condition->left), b = rewriter.text_of(condition->right);
  if (left->definition->collation != right->definition->collation) {
    rewriter.add(condition, fmt::format("{} = {}", b, a), "the column whose collation counts on the left",
                 "both collations take the same values to be equal");
  }
  const bool is_left_text = left->definition->affinity == storage::Affinity::kText;
  const bool is_right_text = right->definition->affinity == storage::Affinity::kText;
  if (is_left_text == is_right_text) return;
  rewriter.add(
      condition,
      is_left_text ? fmt::format("{} = CAST({} AS TEXT)", a, b) : fmt::format("CAST({} AS TEXT) = {}", a, b),
      "the number cast to text, so that the text is compared as it is stored",
      fmt::format("{} is written as SQLite prints numbers", is_left_text ? a : b));
}

}  // namespace

void rewrite_condition(Rewriter& rewriter, const Expr* condition) {
  turn_negation(rewriter, condition);
  compare_columns(rewriter, condition);
  if (rewriter.find_column(condition)) {
    rewriter.add(condition, fmt::format("{} = 1", rewriter.text_of(condition)),
                 "a comparison in place of a truth test",
                 fmt::format("{} holds 0, 1 and NULL only", rewriter.text_of(condition)));
  }
  for (const char* hint : {"likely", "unlikely"}) {
    if (is_call(condition, hint, 1))
      rewriter.add(condition, "(" + rewriter.text_of(condition->list[0]) + ")", "without the hint");
  }
  if (is_call(condition, "likelihood", 2))
    rewriter.add(condition, "(" + rewriter.text_of(condition->list[0]) + ")", "without the hint");
  const auto comparison = comparison_of(condition);
  if (!comparison) return;
  if (comparison->subject->kind == ExprKind::kPlus && rewriter.find_column(comparison->subject->left)) {
    rewriter.add({{comparison->subject->span, rewriter.text_of(comparison->subject->left)}},
                 "without the unary plus", "the value compares with the column's type as it does without");
    return;
  }
  undo_arithmetic(rewriter, condition, *comparison);
  unwrap_cast(rewriter, condition, *comparison);
  unwrap_coalesce(rewriter, condition, *comparison);
  split_concatenation(rewriter, condition, *comparison);
  try_collations(rewriter, condition, *comparison);
  name_generated_column(rewriter, condition, *comparison);
  respell(rewriter, condition, *comparison);
  respell_json(rewriter, condition, *comparison);
}

}  // namespace leftmost::advice
