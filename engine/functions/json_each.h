// engine/functions/json_each.h - json_each(document[, path]): what is in an array or object;
// json_tree(document[, path]): that and all below it (https://www.sqlite.org/json1.html#jeach).
#pragma once

#include "engine/functions/table_function.h"

namespace leftmost::engine {

class JsonEach final : public TableFunction {
 public:
  JsonEach(std::string_view name, bool is_recursive);
  std::optional<planner::FunctionAccess> choose_access(
      std::span<const planner::ArgumentConstraint> constraints) const override;
  std::unique_ptr<FunctionRows> make_rows() const override;

 private:
  bool is_recursive_;
};

}  // namespace leftmost::engine
