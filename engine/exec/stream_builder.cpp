#include "engine/exec/stream_builder.h"

#include "engine/exec/select_stream.h"

namespace leftmost::engine {

std::unique_ptr<RowStream> StreamBuilder::build(const planner::Select& select) {
  std::unique_ptr<RowStream> stream;
  if (select.is_recursive) {
    stream = make_recursive_stream(select, *this);
  } else if (select.prior != nullptr) {
    stream = make_compound_stream(select, *this);
  } else if (!select.values_rows.empty()) {
    stream = make_values_stream(select, *this);
  } else if (select.plan != nullptr) {
    stream = make_select_stream(select, *this);
  } else {
    fail(Error{ErrorCode::kInternal, "a SELECT was not planned", std::nullopt, {}});
  }
  return error_ ? nullptr : std::move(stream);
}

std::unique_ptr<RowStream> StreamBuilder::build_stored(const planner::Select& select) {
  stored_ = &select;
  std::unique_ptr<RowStream> stream = build(select);
  stored_ = nullptr;
  return stream;
}

namespace {

// The nodes of one expression, without what is inside its subqueries: their own streams see to that.
template <typename Visit>
void walk_shallow(const planner::Expr* expr, const Visit& visit) {
  if (expr == nullptr) return;
  visit(*expr);
  walk_shallow(expr->left, visit);
  walk_shallow(expr->right, visit);
  for (const planner::Expr* element : expr->list) walk_shallow(element, visit);
}

}  // namespace

void StreamBuilder::prepare_subqueries(const planner::Expr& expr) {
  walk_shallow(&expr, [this](const planner::Expr& node) {
    if (node.select == nullptr || runtime_.has_subquery(node)) return;
    const planner::Select& select =
        node.select->subroutine != nullptr ? *node.select->subroutine : *node.select;
    if (runtime_.share_subquery(node, select)) return;
    const bool is_core = select.prior == nullptr && select.values_rows.empty() && !select.is_recursive;
    std::unique_ptr<RowStream> stream;
    if (node.kind == planner::ExprKind::kExists && is_core && select.plan != nullptr) {
      stream = std::make_unique<SelectStream>(select, SelectStream::Use::kOnlyWhetherRows, *this);
    } else {
      stream = build(select);
    }
    if (stream) runtime_.add_subquery(node, select, std::move(stream));
  });
}

const Program* StreamBuilder::compile(const planner::Expr& expr) {
  prepare_subqueries(expr);
  return engine::compile(expr, arena_);
}

const planner::Loop* StreamBuilder::right_join_pass(const planner::Item* item) const {
  if (plan_ == nullptr) return nullptr;
  for (const planner::Step& step : plan_->steps) {
    const bool is_loop = step.kind == planner::StepKind::kLoop && step.loop != nullptr && step.parent >= 0;
    if (is_loop && step.loop->item->id == item->id &&
        plan_->steps[static_cast<std::size_t>(step.parent)].kind == planner::StepKind::kRightJoin) {
      return step.loop;
    }
  }
  return nullptr;
}

std::unique_ptr<RowStream> StreamBuilder::take_coroutine(planner::ItemId item) {
  const auto found = coroutines_.find(item);
  if (found == coroutines_.end()) return nullptr;
  std::unique_ptr<RowStream> stream = std::move(found->second);
  coroutines_.erase(found);
  return stream;
}

std::shared_ptr<Materialized> StreamBuilder::materialized(planner::ItemId item) const {
  const auto found = materialized_.find(item);
  return found == materialized_.end() ? nullptr : found->second;
}

void StreamBuilder::not_supported(std::string_view feature, planner::Span span) {
  const std::optional<std::size_t> offset =
      span.empty() ? std::nullopt : std::optional<std::size_t>(span.begin);
  fail(leftmost::not_supported(feature, offset).value());
}

}  // namespace leftmost::engine
