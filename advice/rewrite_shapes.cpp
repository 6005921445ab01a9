// Rewrites that give a statement another shape: row values, UNION ALL, IN and EXISTS, min and max apart,
// pages by key.
#include <fmt/format.h>

#include <algorithm>

#include "advice/rewriter.h"

namespace leftmost::advice {
namespace {

using sql::Expr;
using sql::ExprKind;

bool is_greater(const std::string& op) { return op == ">" || op == ">="; }

/// `a > x OR (a = x AND b > y)` and longer ones: the columns and values, outermost first.
struct Keyset {
  std::vector<std::string> columns, values;
  std::string op;
};

bool read_keyset(const Rewriter& rewriter, const Expr* expr, Keyset& keyset) {
  const auto arms = split(expr, ExprKind::kOr);
  const auto first = comparison_of(arms.front());
  if (!first || first->subject->kind != ExprKind::kName || first->op.size() > 2 || first->op == "=" ||
      first->op == "IS")
    return false;
  const std::string column = rewriter.text_of(first->subject);
  const std::string value = rewriter.text_of(first->constant);
  if (!keyset.op.empty() && is_greater(keyset.op) != is_greater(first->op)) return false;
  keyset.columns.push_back(column);
  keyset.values.push_back(value);
  keyset.op = first->op;
  if (arms.size() == 1) return true;
  if (first->op.size() == 2) return false;

  // The other arms all begin with column = value; what is left of them is the keyset of the columns after it.
  std::vector<std::vector<const Expr*>> rests;
  for (std::size_t i = 1; i < arms.size(); ++i) {
    std::vector<const Expr*> rest;
    bool has_equality = false;
    for (const Expr* part : split(arms[i], ExprKind::kAnd)) {
      const auto comparison = comparison_of(part);
      if (!has_equality && comparison && comparison->op == "=" &&
          rewriter.text_of(comparison->subject) == column &&
          rewriter.text_of(comparison->constant) == value) {
        has_equality = true;
      } else {
        rest.push_back(part);
      }
    }
    if (!has_equality || rest.empty()) return false;
    rests.push_back(std::move(rest));
  }
  if (rests.size() == 1 && rests[0].size() == 1) return read_keyset(rewriter, rests[0][0], keyset);
  // a > x OR (a = x AND b > y) OR (a = x AND b = y AND c > z)
  if (rests[0].size() != 1) return false;
  const auto second = comparison_of(rests[0][0]);
  if (rests.size() != 2 || !second || rests[1].size() != 2) return false;
  if (!read_keyset(rewriter, rests[0][0], keyset)) return false;
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    const auto equality = comparison_of(rests[1][i]);
    if (equality && equality->op == "=" &&
        rewriter.text_of(equality->subject) == rewriter.text_of(second->subject) &&
        rewriter.text_of(equality->constant) == rewriter.text_of(second->constant)) {
      return read_keyset(rewriter, rests[1][1 - i], keyset);
    }
  }
  return false;
}

std::string list(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

/// Everything of a SELECT's text but its WHERE condition, which `where` replaces. Empty if it is not a plain
/// one.
std::string with_where(const Rewriter& rewriter, const sql::Select* select, const std::string& where) {
  const sql::Span span = rewriter.with_parentheses(select->where->span);
  return rewriter.text_of(sql::Span{select->span.begin, span.begin}) + where +
         rewriter.text_of(sql::Span{span.end, select->span.end});
}

bool mentions_aggregate(const Expr* expr) {
  if (expr == nullptr) return false;
  if (expr->kind == ExprKind::kFunction) {
    for (const char* name : {"count", "sum", "total", "avg", "min", "max", "group_concat"}) {
      const bool is_scalar = (equal_words(name, "min") || equal_words(name, "max")) && expr->list.size() > 1;
      if (equal_words(expr->text, name) && !is_scalar) return true;
    }
    if (expr->call->over != nullptr) return true;
  }
  if (mentions_aggregate(expr->left) || mentions_aggregate(expr->right)) return true;
  return std::any_of(expr->list.begin(), expr->list.end(), mentions_aggregate);
}

bool is_plain(const sql::Select* select) {
  return select->prior == nullptr && !select->is_values && !select->distinct && select->group_by.empty() &&
         select->having == nullptr && select->windows.empty() &&
         std::none_of(select->columns.begin(), select->columns.end(),
                      [](const sql::ResultColumn& column) { return mentions_aggregate(column.expr); });
}

/// OR as UNION ALL: each row is in the first arm whose condition it meets.
void split_disjunction(Rewriter& rewriter, const sql::Select* select) {
  if (select->where == nullptr || !select->order_by.empty() || select->limit != nullptr ||
      select->with != nullptr || !is_plain(select)) {
    return;
  }
  const auto terms = split(select->where, ExprKind::kAnd);
  for (const Expr* term : terms) {
    const auto arms = split(term, ExprKind::kOr);
    constexpr std::size_t kArmsMax = 4;
    if (arms.size() < 2 || arms.size() > kArmsMax) continue;
    std::string others;
    for (const Expr* other : terms) {
      if (other != term) others += fmt::format(" AND ({})", rewriter.text_of(other));
    }
    std::string all, distinct, before;
    for (const Expr* arm : arms) {
      const std::string condition = "(" + rewriter.text_of(arm) + ")";
      all += (all.empty() ? "" : " UNION ALL ") + with_where(rewriter, select, condition + before + others);
      distinct += (distinct.empty() ? "" : " UNION ") + with_where(rewriter, select, condition + others);
      before += fmt::format(" AND {} IS NOT TRUE", condition);
    }
    rewriter.add({{select->span, all}}, "each branch of the OR by itself, joined by UNION ALL");
    rewriter.add({{select->span, distinct}}, "each branch of the OR by itself, joined by UNION",
                 "no two rows of the result are the same");
  }
}

/// SELECT min(a), max(b): each is one step from an end of an index, but not both in one pass.
void part_min_and_max(Rewriter& rewriter, const sql::Select* select) {
  if (select->prior != nullptr || select->columns.size() < 2 || !select->group_by.empty() ||
      select->having != nullptr || select->with != nullptr || select->limit != nullptr ||
      select->from.empty() || !select->order_by.empty()) {
    return;
  }
  const std::string rest = rewriter.text_of(sql::Span{select->columns.back().span.end, select->span.end});
  std::vector<Edit> edits;
  std::string text;
  for (const sql::ResultColumn& column : select->columns) {
    if (column.expr == nullptr || (!is_call(column.expr, "min", 1) && !is_call(column.expr, "max", 1)))
      return;
    const std::string name =
        column.name.empty() ? std::string() : " AS " + rewriter.text_of(column.name.span);
    text += fmt::format("{}(SELECT {}{}){}", text.empty() ? "SELECT " : ", ", rewriter.text_of(column.expr),
                        rest, name);
  }
  rewriter.add({{select->span, text}}, "min and max apart, each from its end of the index");
}

/// LIMIT n OFFSET m: from the key after which the page begins.
void turn_offset_to_key(Rewriter& rewriter, const sql::Select* select) {
  if (select->offset == nullptr || select->order_by.empty() || select->with != nullptr || !is_plain(select))
    return;
  if (select->offset->kind != ExprKind::kInteger || select->offset->text == "0" ||
      !is_constant(select->limit))
    return;
  std::vector<std::string> columns;
  for (const sql::OrderTerm& term : select->order_by) {
    if (term.expr->kind != ExprKind::kName || term.descending != select->order_by.front().descending ||
        term.nulls != sql::NullsOrder::kDefault || !rewriter.find_column(term.expr)) {
      return;
    }
    columns.push_back(rewriter.text_of(term.expr));
  }
  // The row before the page, as the application would remember it.
  const std::string_view text = rewriter.text();
  const std::uint32_t from = select->columns.back().span.end;
  const std::uint32_t order_end = select->order_by.back().expr->span.end;
  std::uint32_t limit_begin = order_end;
  while (limit_begin + 5 <= text.size() && !equal_words(text.substr(limit_begin, 5), "limit")) ++limit_begin;
  if (limit_begin + 5 > text.size() || select->span.begin != 0) return;
  const std::string body = rewriter.text_of(sql::Span{from, limit_begin});
  auto statement = rewriter.database().prepare(
      fmt::format("SELECT {}{} LIMIT 1 OFFSET {} - 1", list(columns), body, select->offset->text));
  if (!statement || statement->parameter_count() > 0) return;
  const auto step = statement->step();
  if (!step || *step != engine::StepResult::kRow) return;
  std::vector<std::string> values;
  for (int i = 0; i < statement->column_count(); ++i) {
    if (statement->value(i).is_null()) return;
    values.push_back(storage::to_sql_literal(statement->value(i)));
  }
  const char* op = select->order_by.front().descending ? "<" : ">";
  const std::string key = columns.size() == 1 ? fmt::format("{} {} {}", columns[0], op, values[0])
                                              : fmt::format("({}) {} ({})", list(columns), op, list(values));
  std::vector<Edit> edits;
  if (select->where != nullptr) {
    const sql::Span where = rewriter.with_parentheses(select->where->span);
    edits.push_back({where, fmt::format("({}) AND {}", rewriter.text_of(where), key)});
  } else {
    const std::uint32_t end =
        select->from.back().on != nullptr ? select->from.back().on->span.end : select->from.back().span.end;
    edits.push_back({{end, end}, " WHERE " + key});
  }
  edits.push_back({{limit_begin, select->span.end}, "LIMIT " + rewriter.text_of(select->limit)});
  rewriter.add(std::move(edits), "from the last key of the page before, which the application remembers",
               fmt::format("({}) is never NULL and different in every row", list(columns)));
}

bool mentions_any_column_of(Rewriter& rewriter, const sql::Select* select, const Expr* expr) {
  if (expr == nullptr) return false;
  if (expr->kind == ExprKind::kName) {
    rewriter.enter(select);
    const bool found = rewriter.is_of_innermost(expr);
    rewriter.leave();
    return found;
  }
  if (mentions_any_column_of(rewriter, select, expr->left) ||
      mentions_any_column_of(rewriter, select, expr->right))
    return true;
  return std::any_of(expr->list.begin(), expr->list.end(),
                     [&](const Expr* element) { return mentions_any_column_of(rewriter, select, element); });
}

/// A condition `inner = outer` of a correlated subquery, and the rest of its WHERE as text.
struct Correlation {
  const Expr* inner = nullptr;
  const Expr* outer = nullptr;
  std::string rest;
};
std::optional<Correlation> find_correlation(Rewriter& rewriter, const sql::Select* select) {
  std::optional<Correlation> found;
  std::string rest;
  for (const Expr* term : split(select->where, ExprKind::kAnd)) {
    if (!found && term->kind == ExprKind::kEq && term->left->kind == ExprKind::kName &&
        term->right->kind == ExprKind::kName) {
      const bool is_left = mentions_any_column_of(rewriter, select, term->left);
      const bool is_right = mentions_any_column_of(rewriter, select, term->right);
      if (is_left != is_right) {
        found = Correlation{is_left ? term->left : term->right, is_left ? term->right : term->left, {}};
        continue;
      }
    }
    rest += (rest.empty() ? "" : " AND ") + rewriter.operand(term);
  }
  if (found) found->rest = rest;
  return found;
}

std::string from_text(const Rewriter& rewriter, const sql::Select* select) {
  const sql::FromItem& last = select->from.back();
  const std::uint32_t end = last.on != nullptr ? rewriter.with_parentheses(last.on->span).end : last.span.end;
  return rewriter.text_of(sql::Span{select->from.front().span.begin, end});
}

bool is_simple_subquery(const sql::Select* select) {
  return is_plain(select) && select->limit == nullptr && select->with == nullptr && !select->from.empty() &&
         select->order_by.empty();
}

std::string where_clause(const std::string& condition) {
  return condition.empty() ? "" : " WHERE " + condition;
}

}  // namespace

void rewrite_disjunction(Rewriter& rewriter, const Expr* condition) {
  Keyset keyset;
  if (!read_keyset(rewriter, condition, keyset) || keyset.columns.size() < 2) return;
  rewriter.add(condition, fmt::format("({}) {} ({})", list(keyset.columns), keyset.op, list(keyset.values)),
               "one comparison of row values");
}

void rewrite_subquery_condition(Rewriter& rewriter, const Expr* condition) {
  const Expr* exists = condition->kind == ExprKind::kExists ? condition : nullptr;
  const bool is_not = condition->kind == ExprKind::kNot && condition->left->kind == ExprKind::kExists;
  if (is_not) exists = condition->left;
  if (exists != nullptr && is_simple_subquery(exists->select)) {
    if (const auto correlation = find_correlation(rewriter, exists->select)) {
      rewriter.add(
          condition,
          fmt::format("{} {}IN (SELECT {} FROM {}{})", rewriter.text_of(correlation->outer),
                      is_not ? "NOT " : "", rewriter.text_of(correlation->inner),
                      from_text(rewriter, exists->select), where_clause(correlation->rest)),
          is_not ? "NOT IN, whose list is made once" : "IN, whose list is made once and can be searched for",
          is_not ? fmt::format("neither {} nor {} is NULL", rewriter.text_of(correlation->outer),
                               rewriter.text_of(correlation->inner))
                 : std::string());
    }
  }
  if (condition->kind == ExprKind::kInSelect && is_simple_subquery(condition->select) &&
      condition->select->columns.size() == 1 && condition->select->columns[0].expr != nullptr) {
    const sql::Select* select = condition->select;
    const std::string item = rewriter.operand(select->columns[0].expr);
    const std::string left = rewriter.operand(condition->left);
    // `constant IN (correlated)`: the correlation becomes the comparison.
    if (is_constant(condition->left) && !condition->negated) {
      if (const auto correlation = find_correlation(rewriter, select)) {
        const std::string rest = fmt::format("{} = {}{}", item, left,
                                             correlation->rest.empty() ? "" : " AND " + correlation->rest);
        rewriter.add(condition,
                     fmt::format("{} IN (SELECT {} FROM {} WHERE {})", rewriter.text_of(correlation->outer),
                                 rewriter.text_of(correlation->inner), from_text(rewriter, select), rest),
                     "IN turned round: its left side is a column that can be searched");
      }
    } else if (!condition->negated && condition->left->kind == ExprKind::kName) {
      const std::string where =
          select->where == nullptr ? std::string() : " AND (" + rewriter.text_of(select->where) + ")";
      rewriter.add(condition,
                   fmt::format("EXISTS (SELECT 1 FROM {} WHERE {} = {}{})", from_text(rewriter, select), item,
                               left, where),
                   "EXISTS, which stops at the first row");
    }
  }
  // (a, b) IN (VALUES (1, 2), (3, 4))
  const bool is_row_list = condition->kind == ExprKind::kInSelect &&
                           condition->left->kind == ExprKind::kRow && condition->select->is_values &&
                           condition->select->prior == nullptr && !condition->negated;
  if (!is_row_list) return;
  std::string text;
  for (const auto& row : condition->select->rows) {
    if (row.size() != condition->left->list.size()) return;
    std::string all;
    for (std::size_t i = 0; i < row.size(); ++i) {
      all += fmt::format("{}{} = {}", all.empty() ? "" : " AND ", rewriter.operand(condition->left->list[i]),
                         rewriter.operand(row[i]));
    }
    text += fmt::format("{}({})", text.empty() ? "" : " OR ", all);
  }
  rewriter.add(condition, "(" + text + ")", "the rows of the list joined by OR, each searched by itself");
}

void rewrite_select(Rewriter& rewriter, const sql::Select* select, bool is_whole_statement) {
  part_min_and_max(rewriter, select);
  if (!is_whole_statement) return;
  split_disjunction(rewriter, select);
  turn_offset_to_key(rewriter, select);
}

}  // namespace leftmost::advice
