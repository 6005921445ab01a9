// Rewrites that give a statement another shape: row values, UNION ALL, min and max apart, pages by key,
// HAVING.
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
  std::string text, presumes;
  for (const sql::ResultColumn& column : select->columns) {
    if (column.expr == nullptr || (!is_call(column.expr, "min", 1) && !is_call(column.expr, "max", 1)))
      return;
    // Of equal values (1 and 1.0, `a` and `A`) any may be the least.
    const auto known = rewriter.find_column(column.expr->list[0]);
    const bool is_told_apart = known && known->definition->affinity != storage::Affinity::kBlob &&
                               known->definition->collation == storage::Collation::kBinary;
    if (!is_told_apart)
      presumes = fmt::format("equal values of {} are written alike", rewriter.text_of(column.expr->list[0]));
    const std::string name =
        column.name.empty() ? std::string() : " AS " + rewriter.text_of(column.name.span);
    text += fmt::format("{}(SELECT {}{}){}", text.empty() ? "SELECT " : ", ", rewriter.text_of(column.expr),
                        rest, name);
  }
  rewriter.add({{select->span, text}}, "min and max apart, each from its end of the index", presumes);
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
    const std::uint32_t end = end_of_from(rewriter, select);
    edits.push_back({{end, end}, " WHERE " + key});
  }
  edits.push_back({{limit_begin, select->span.end}, "LIMIT " + rewriter.text_of(select->limit)});
  rewriter.add(std::move(edits), "from the last key of the page before, which the application remembers",
               fmt::format("({}) is never NULL and different in every row", list(columns)));
}

/// HAVING conditions on what is grouped by, without aggregates: they may as well decide which rows are
/// grouped.
void move_having(Rewriter& rewriter, const sql::Select* select) {
  if (select->having == nullptr || select->group_by.empty()) return;
  const auto is_grouped = [&](const Expr* expr) {
    return std::any_of(select->group_by.begin(), select->group_by.end(), [&](const Expr* group) {
      return equal_words(rewriter.text_of(group), rewriter.text_of(expr));
    });
  };
  std::string moved, kept;
  for (const Expr* condition : split(select->having, ExprKind::kAnd)) {
    const auto comparison = comparison_of(condition);
    const bool moves =
        comparison && is_grouped(comparison->subject) &&
        rewriter.find_column(comparison->subject->kind == ExprKind::kCollate ? comparison->subject->left
                                                                             : comparison->subject);
    std::string& text = moves ? moved : kept;
    text += (text.empty() ? "" : " AND ") + rewriter.operand(condition);
  }
  if (moved.empty()) return;
  const sql::Span having = rewriter.with_parentheses(select->having->span);
  const sql::Span last_group = rewriter.with_parentheses(select->group_by.back()->span);
  std::vector<Edit> edits;
  if (select->where != nullptr) {
    const sql::Span where = rewriter.with_parentheses(select->where->span);
    edits.push_back({where, fmt::format("({}) AND {}", rewriter.text_of(select->where), moved)});
  } else {
    const std::uint32_t end = end_of_from(rewriter, select);
    edits.push_back({{end, end}, " WHERE " + moved});
  }
  edits.push_back({{last_group.end, having.end}, kept.empty() ? std::string() : " HAVING " + kept});
  rewriter.add(std::move(edits), "the condition on what is grouped by, in WHERE",
               "all rows of a group meet it, or none");
}

}  // namespace

void rewrite_disjunction(Rewriter& rewriter, const Expr* condition) {
  Keyset keyset;
  if (!read_keyset(rewriter, condition, keyset) || keyset.columns.size() < 2) return;
  rewriter.add(condition, fmt::format("({}) {} ({})", list(keyset.columns), keyset.op, list(keyset.values)),
               "one comparison of row values");
}

void rewrite_select(Rewriter& rewriter, const sql::Select* select, bool is_whole_statement) {
  part_min_and_max(rewriter, select);
  move_having(rewriter, select);
  rewrite_distinct(rewriter, select);
  if (!is_whole_statement) return;
  split_disjunction(rewriter, select);
  turn_offset_to_key(rewriter, select);
  rewrite_order(rewriter, select);
  rewrite_in_as_join(rewriter, select);
}

}  // namespace leftmost::advice
