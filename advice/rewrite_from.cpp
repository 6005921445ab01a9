// Words in FROM and WITH that forbid the planner something: join operators, hints, MATERIALIZED.
#include <fmt/format.h>

#include <algorithm>

#include "advice/rewriter.h"

namespace leftmost::advice {
namespace {

sql::Span span_of(const Word& first, const Word& last) { return {first.span.begin, last.span.end}; }

/// Whether IS NULL stands in a condition: that of a LEFT JOIN may ask for the very rows without a partner.
bool asks_for_null(const sql::Expr* expr) {
  if (expr == nullptr) return false;
  if (expr->kind == sql::ExprKind::kIsNull || expr->kind == sql::ExprKind::kIs) return true;
  return asks_for_null(expr->left) || asks_for_null(expr->right) ||
         std::any_of(expr->list.begin(), expr->list.end(), asks_for_null);
}

void free_join(Rewriter& rewriter, const sql::Select& select, const sql::FromItem& before,
               const sql::FromItem& item) {
  if (item.join.comma || item.join.natural) return;
  // What precedes may end with an ON clause; the operator is right before the item.
  const auto words = words_of(rewriter.text(), before.span.begin, item.span.begin);
  for (std::size_t i = words.size(); i-- > 0;) {
    if (!equal_words(words[i].text, "join")) continue;
    std::size_t first = i;
    while (first > 0 &&
           (equal_words(words[first - 1].text, "cross") || equal_words(words[first - 1].text, "left") ||
            equal_words(words[first - 1].text, "right") || equal_words(words[first - 1].text, "full") ||
            equal_words(words[first - 1].text, "outer"))) {
      --first;
    }
    const sql::Span span = span_of(words[first], words[i]);
    if (item.join.cross)
      rewriter.add({{span, "JOIN"}}, "JOIN in place of CROSS JOIN, which fixes the order of the loops");
    if ((item.join.left || item.join.right) && !asks_for_null(select.where))
      rewriter.add({{span, "JOIN"}}, "an inner JOIN", "the condition leaves no row without a partner");
    if (item.join.left && item.join.right) {
      rewriter.add({{span, "LEFT JOIN"}}, "a LEFT JOIN", "no row of the right table is without a partner");
    }
    return;
  }
}

void drop_hint(Rewriter& rewriter, const sql::FromItem& item) {
  if (!item.not_indexed && item.indexed_by.empty()) return;
  const auto words =
      words_of(rewriter.text(), item.span.begin, static_cast<std::uint32_t>(rewriter.text().size()));
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (item.not_indexed && equal_words(words[i].text, "not") && equal_words(words[i + 1].text, "indexed")) {
      rewriter.add({{span_of(words[i], words[i + 1]), ""}}, "without NOT INDEXED");
      return;
    }
    if (!item.indexed_by.empty() && equal_words(words[i].text, "indexed") && i + 2 < words.size()) {
      rewriter.add({{span_of(words[i], words[i + 2]), ""}}, "without INDEXED BY");
      return;
    }
  }
}

/// A condition that a partial index wants to see, beside those that the statement has.
void repeat_partial_conditions(Rewriter& rewriter, const sql::Select* select) {
  if (select->where == nullptr || select->from.size() != 1) return;
  const auto table = rewriter.catalog().find_table(select->from.front().name.text);
  if (!table) return;
  for (const storage::IndexPtr& index : rewriter.catalog().indexes_of(table->id)) {
    if (!index->where_sql) continue;
    const sql::Span span = rewriter.with_parentheses(select->where->span);
    const bool needs_parentheses = select->where->kind == sql::ExprKind::kOr;
    const std::string where = needs_parentheses && span.begin == select->where->span.begin
                                  ? "(" + rewriter.text_of(span) + ")"
                                  : rewriter.text_of(span);
    rewriter.add({{span, fmt::format("{} AND ({})", where, *index->where_sql)}},
                 fmt::format("with the condition of {}, as it stands there", index->name),
                 fmt::format("every row that is meant has {}", *index->where_sql));
  }
}

/// A filter on a UNION, repeated in each of its arms.
void repeat_in_arms(Rewriter& rewriter, const sql::Select* select) {
  if (select->from.size() != 1 || select->from.front().select == nullptr || select->where == nullptr) return;
  const sql::Select* compound = select->from.front().select;
  if (compound->prior == nullptr || compound->limit != nullptr || compound->with != nullptr) return;
  const sql::Select* first = compound;
  while (first->prior != nullptr) first = first->prior;
  for (const sql::Expr* condition : split(select->where, sql::ExprKind::kAnd)) {
    const auto comparison = comparison_of(condition);
    if (!comparison || comparison->subject->kind != sql::ExprKind::kName) continue;
    std::size_t position = 0;
    while (position < first->columns.size()) {
      const sql::ResultColumn& column = first->columns[position];
      const std::string_view shown = !column.name.empty() ? column.name.text
                                     : column.expr != nullptr && column.expr->kind == sql::ExprKind::kName
                                         ? column.expr->text
                                         : std::string_view();
      if (equal_words(shown, comparison->subject->text)) break;
      ++position;
    }
    std::vector<Edit> edits;
    std::vector<std::optional<Rewriter::Column>> columns;
    for (const sql::Select* arm = compound; arm != nullptr; arm = arm->prior) {
      const bool is_plain = !arm->is_values && arm->group_by.empty() && position < arm->columns.size() &&
                            arm->columns[position].expr != nullptr && !arm->from.empty() &&
                            (arm == compound || arm->limit == nullptr);
      if (!is_plain || (arm == compound && !arm->order_by.empty())) return;
      rewriter.enter(arm);
      columns.push_back(rewriter.find_column(arm->columns[position].expr));
      rewriter.leave();
      const std::string repeated = fmt::format("{} {} {}", rewriter.operand(arm->columns[position].expr),
                                               comparison->op, rewriter.operand(comparison->constant));
      if (arm->where != nullptr) {
        const sql::Span span = rewriter.with_parentheses(arm->where->span);
        edits.push_back({span, fmt::format("({}) AND {}", rewriter.text_of(span), repeated)});
      } else {
        edits.push_back({{arm->span.end, arm->span.end}, " WHERE " + repeated});
      }
    }
    const bool are_alike = std::all_of(columns.begin(), columns.end(), [&](const auto& column) {
      return column && column->definition->affinity == columns.front()->definition->affinity &&
             column->definition->collation == columns.front()->definition->collation;
    });
    rewriter.add(std::move(edits), "the filter repeated in each arm, before they are put together",
                 are_alike ? std::string() : "the columns of all arms compare with the value alike");
  }
}

}  // namespace

void rewrite_from(Rewriter& rewriter, const sql::Select* select) {
  for (std::size_t i = 0; i < select->from.size(); ++i) {
    drop_hint(rewriter, select->from[i]);
    if (i > 0) free_join(rewriter, *select, select->from[i - 1], select->from[i]);
  }
  repeat_partial_conditions(rewriter, select);
  repeat_in_arms(rewriter, select);
  for (const sql::OrderTerm& term : select->order_by) {
    if (term.nulls == sql::NullsOrder::kDefault) continue;
    const auto words =
        words_of(rewriter.text(), term.expr->span.end, static_cast<std::uint32_t>(rewriter.text().size()));
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      if (!equal_words(words[i].text, "nulls")) continue;
      rewriter.add({{span_of(words[i], words[i + 1]), ""}}, "without the place of the NULLs",
                   fmt::format("{} is never NULL", rewriter.text_of(term.expr)));
      break;
    }
  }
}

void rewrite_with(Rewriter& rewriter, const sql::With* with) {
  if (with->recursive) return;
  for (const sql::CommonTable& table : with->tables) {
    if (table.materialized == sql::Materialized::kNotMaterialized) continue;
    const auto words = words_of(rewriter.text(), table.span.begin, table.select->span.begin);
    for (const Word& word : words) {
      if (table.materialized == sql::Materialized::kMaterialized && equal_words(word.text, "materialized")) {
        rewriter.add({{word.span, "NOT MATERIALIZED"}},
                     fmt::format("{} as a part of the statement, not a table of its own", table.name.text));
        break;
      }
      if (table.materialized == sql::Materialized::kAny && equal_words(word.text, "as")) {
        rewriter.add({{word.span, "AS NOT MATERIALIZED"}},
                     fmt::format("{} as a part of the statement, not a table of its own", table.name.text));
        break;
      }
    }
  }
}

}  // namespace leftmost::advice
