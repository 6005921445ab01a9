// What a statement asks for and its reasons do not mention (explanation_check.h). Looks at the record itself:
// which conditions the loops test, and what ORDER BY, GROUP BY and DISTINCT are about.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "advice/explanation_check.h"
#include "planner/expr_text.h"
#include "planner/expr_tools.h"

namespace leftmost::advice {
namespace {

using planner::ColumnRole;
using planner::Expr;
using planner::ExprKind;

class Untold {
 public:
  explicit Untold(const planner::Plan& plan) : plan_(plan) {}

  std::vector<std::string> run() {
    collect_told();
    for (const planner::SelectPlan& select : plan_.selects) check_loops(select.loops);
    check_loops(plan_.change_loops);
    for (const planner::TableReason& table : plan_.reasons.tables) {
      if (table.item == nullptr || table.item->relation == nullptr || table.select == nullptr) continue;
      if (is_looked_up_by_in(*table.item)) continue;
      for (const planner::IndexReason& index : table.indexes) check_wanted_order(table, index);
    }
    return std::move(untold_);
  }

 private:
  /// Known by its place in the statement; what comes from a view has none there and is known by its text.
  void add_told(const Expr* expr) {
    if (expr == nullptr) return;
    told_.insert(expr);
    if (expr->span.empty()) {
      told_texts_.insert(text_of(expr));
    } else {
      told_spans_.push_back(expr->span);
    }
  }
  /// Told as it stands or with a likely() around it.
  bool is_told(const Expr* condition) const {
    if (told_.count(condition) > 0) return true;
    if (condition->span.empty()) return told_texts_.count(text_of(condition)) > 0;
    return std::any_of(told_spans_.begin(), told_spans_.end(), [&](planner::Span span) {
      return span.begin <= condition->span.begin && condition->span.end <= span.end;
    });
  }
  static std::string text_of(const Expr* expr) { return planner::to_text(planner::skip_markers(expr), 1000); }
  void collect_told() {
    for (const planner::TableReason& table : plan_.reasons.tables) {
      for (const planner::IndexReason& index : table.indexes) {
        for (const planner::ColumnReason& column : index.columns) add_told(column.term);
      }
      for (const planner::UnindexedCondition& condition : table.unindexed) add_told(condition.term);
      for (const planner::TestedCondition& condition : table.tested) add_told(condition.term);
    }
    for (const planner::GeneralReason& reason : plan_.reasons.general) {
      if (!reason.span.empty()) told_spans_.push_back(reason.span);
    }
  }

  template <typename Loops>
  void check_loops(const Loops& loops) {
    for (const planner::Loop& loop : loops) {
      for (const planner::Filter& filter : loop.filters) {
        if (is_told(filter.condition)) continue;
        untold_.push_back(fmt::format("{} is tested on each row of {}, and nothing tells why",
                                      planner::to_text(filter.condition), loop.item->name));
      }
    }
  }

  static const Expr* column_in(std::span<const planner::OrderTerm> terms, planner::ItemId item, int column) {
    for (const planner::OrderTerm& term : terms) {
      const Expr* expr = planner::skip_markers(term.expr);
      if (expr->kind == ExprKind::kColumn && expr->item == item && expr->column == column) return expr;
    }
    return nullptr;
  }
  bool is_looked_up_by_in(const planner::Item& item) const {
    return std::any_of(plan_.steps.begin(), plan_.steps.end(), [&](const planner::Step& step) {
      const bool is_lookup =
          step.kind == planner::StepKind::kInIndex || step.kind == planner::StepKind::kInRowid;
      return is_lookup && step.item->id == item.id;
    });
  }
  void check_wanted_order(const planner::TableReason& table, const planner::IndexReason& index) {
    if (index.index == nullptr) return;
    // A search comes before the order, which the reasons of the whole statement tell.
    if (index.verdict == planner::IndexVerdict::kUsed && index.seek_columns > 0) return;
    const auto first =
        std::find_if(index.columns.begin(), index.columns.end(), [](const planner::ColumnReason& column) {
          return column.role > ColumnRole::kSeekSkip || !column.code.empty();
        });
    if (first == index.columns.end()) return;
    if (!first->code.empty() || first->role != ColumnRole::kIdle || first->term != nullptr) return;
    const auto& keys = index.index->def->key_columns;
    const auto position = static_cast<std::size_t>(first - index.columns.begin());
    if (position >= keys.size() || keys[position].column < 0) return;
    const int column = keys[position].column == table.item->relation->def->rowid_alias
                           ? planner::kRowidColumn
                           : keys[position].column;
    const planner::Select& select = *table.select;
    if (select.plan == nullptr || select.window_pass != nullptr) return;  // a window pass sorts for itself
    const bool is_sorted = select.plan->order == planner::OrderMode::kSort ||
                           select.plan->order == planner::OrderMode::kSortRightPart;
    const char* clause = nullptr;
    if (!select.group_by.empty()) {
      const bool is_group_sorted = select.plan->group == planner::GroupMode::kSorted;
      if (is_group_sorted && column_in(select.group_by, table.item->id, column) != nullptr)
        clause = "GROUP BY";
    } else if (!select.order_by.empty()) {
      if (is_sorted && column_in(select.order_by, table.item->id, column) != nullptr) clause = "ORDER BY";
    } else if (select.distinct && !select.is_aggregate &&
               select.plan->distinct == planner::DistinctMode::kTempBTree) {
      std::vector<planner::OrderTerm> columns;
      for (const planner::ResultColumn& result : select.columns) columns.push_back({.expr = result.expr});
      if (column_in(columns, table.item->id, column) != nullptr) clause = "DISTINCT";
    }
    if (clause == nullptr) return;
    untold_.push_back(fmt::format("{} mentions {}, the column {} of {}, and no code says what it does",
                                  clause, first->column, position + 1, index.index->def->name));
  }

  const planner::Plan& plan_;
  std::set<const Expr*> told_;
  std::set<std::string> told_texts_;
  std::vector<planner::Span> told_spans_;
  std::vector<std::string> untold_;
};

}  // namespace

std::vector<std::string> untold(const planner::Plan& plan) { return Untold(plan).run(); }

}  // namespace leftmost::advice
