#include "planner/planner.h"

#include <algorithm>

#include "planner/coder.h"
#include "planner/update_plan.h"

namespace leftmost::planner {

namespace {

/// What has to be known about the whole statement before anything is rewritten.
class Survey {
 public:
  explicit Survey(Context& context) : context_(context) {}

  void visit(Select* select) {
    for (Select* arm = select; arm != nullptr; arm = arm->prior) {
      ++context_.select_count;
      context_.next_select_number = std::max(context_.next_select_number, arm->number + 1);
      arm->plan = nullptr;
      arm->is_compound_arm = select->prior != nullptr;
      arm->has_complex_result = false;
      arm->ignores_order = false;
      for (const ResultColumn& column : arm->columns) {
        arm->has_complex_result = arm->has_complex_result || is_complex(column.expr);
      }
      arm->is_in_definition = definition_depth_ > 0;
      // SQLite decides this before it looks at HAVING and ORDER BY.
      arm->keeps_subquery_order =
          arm->is_update_from ||
          (!arm->aggregates.empty() &&
           std::any_of(arm->columns.begin(), arm->columns.end(),
                       [&](const ResultColumn& column) { return has_ordered_aggregate(column.expr, arm); }));
      for (Item* item : arm->items) visit(item);
      for_each_expr_of_core(arm, [this](Expr* expr) { visit(expr); });
      if (arm->limit != nullptr) visit(arm->limit);
      if (arm->offset != nullptr) visit(arm->offset);
    }
  }

  void visit(Item* item) {
    if (item == nullptr) return;
    context_.next_item = std::max(context_.next_item, item->id + 1);
    if (item->shared != nullptr) item->shared->materialized_as = kNoItem;
    if (item->subquery == nullptr) return;
    if (item->shared != nullptr) ++definition_depth_;
    visit(item->subquery);
    if (item->shared != nullptr) --definition_depth_;
  }

  void visit(Expr* expr) {
    if (expr == nullptr) return;
    if (expr->item >= 0) context_.next_item = std::max(context_.next_item, expr->item + 1);
    // SQLite moves ON into WHERE after that first look at the compounds of the statement.
    const bool is_on = expr->join_mark != JoinMark::kNone;
    if (is_on) ++definition_depth_;
    if (expr->select != nullptr) visit(expr->select);
    for_each_child(expr, [this](Expr* child) { visit(child); });
    if (is_on) --definition_depth_;
  }

 private:
  static bool is_complex(const Expr* expr) {
    if (expr == nullptr) return false;
    if (expr->kind == ExprKind::kFunction || expr->kind == ExprKind::kAggregate ||
        expr->kind == ExprKind::kWindow || expr->kind == ExprKind::kLikelihood || expr->select != nullptr) {
      return true;
    }
    bool found = false;
    for_each_child(expr, [&](const Expr* child) { found = found || is_complex(child); });
    return found;
  }

  /// An aggregate of `owner` whose result may depend on the order of its rows: any but count, min and max.
  static bool has_ordered_aggregate(const Expr* expr, const Select* owner) {
    if (expr == nullptr) return false;
    if (expr->kind == ExprKind::kAggregate && expr->owner == owner &&
        owner->aggregates[static_cast<std::size_t>(expr->slot)].function->role == FunctionRole::kOrdinary) {
      return true;
    }
    bool found = false;
    for_each_child(expr, [&](const Expr* child) { found = found || has_ordered_aggregate(child, owner); });
    if (expr->select != nullptr) {
      for_each_expr_of_select(expr->select,
                              [&](const Expr* part) { found = found || has_ordered_aggregate(part, owner); });
    }
    return found;
  }

  Context& context_;
  int definition_depth_ = 0;
};

template <typename Prepare, typename Code>
Expected<std::unique_ptr<Plan>> run(const PlannerOptions& options, storage::Arena& arena, Prepare&& prepare,
                                    Code&& code) {
  auto plan = std::make_unique<Plan>();
  Context context{.options = options, .arena = arena, .plan = *plan};
  Survey survey(context);
  prepare(survey);
  Coder coder(context);
  code(coder, *plan);
  context.check_budget();
  if (context.failed()) return Unexpected(*context.error);
  plan->item_count = context.next_item;
  order_tables(*plan);
  return plan;
}

}  // namespace

Expected<std::unique_ptr<Plan>> plan_select(Select* select, const PlannerOptions& options,
                                            storage::Arena& arena) {
  return run(
      options, arena, [&](Survey& survey) { survey.visit(select); },
      [&](Coder& coder, Plan& plan) {
        coder.code_select(select, Destination::kRows);
        plan.top = select->plan;
      });
}

Expected<std::unique_ptr<Plan>> plan_change(const ChangeQuery& change, std::span<Expr* const> row_expressions,
                                            const PlannerOptions& options, storage::Arena& arena) {
  return plan_update(change, row_expressions, {}, options, arena);
}

Expected<std::unique_ptr<Plan>> plan_update(const ChangeQuery& change, std::span<Expr* const> values,
                                            std::span<const RelationIndex* const> changed,
                                            const PlannerOptions& options, storage::Arena& arena) {
  return run(
      options, arena,
      [&](Survey& survey) {
        survey.visit(change.target);
        survey.visit(change.where);
        for (Expr* expr : values) survey.visit(expr);
      },
      [&](Coder& coder, Plan&) { coder.code_change(change, values, changed); });
}

Expected<std::unique_ptr<Plan>> plan_expressions(std::span<Expr* const> expressions,
                                                 const PlannerOptions& options, storage::Arena& arena,
                                                 Expr* condition) {
  return run(
      options, arena,
      [&](Survey& survey) {
        survey.visit(condition);
        for (Expr* expr : expressions) survey.visit(expr);
      },
      [&](Coder& coder, Plan&) {
        coder.code_condition(condition);
        for (const Expr* expr : expressions) coder.code_expr(expr);
      });
}

}  // namespace leftmost::planner
