#include "engine/exec/stream_builder.h"

#include "engine/exec/expr_walk.h"

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
    std::unique_ptr<RowStream> stream = build(*node.select);
    if (stream) runtime_.add_subquery(node, std::move(stream));
  });
}

const Program* StreamBuilder::compile(const planner::Expr& expr) {
  prepare_subqueries(expr);
  return engine::compile(expr, arena_);
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
  const std::optional<std::size_t> offset = span.empty() ? std::nullopt : std::optional<std::size_t>(span.begin);
  fail(leftmost::not_supported(feature, offset).value());
}

}  // namespace leftmost::engine
