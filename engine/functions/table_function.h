// engine/functions/table_function.h - functions in FROM: how they make rows, and how one is found by its
// name.
//
//   binder     find_table_function("json_each")    -> const TableFunction*
//   planner    choose_access()                     -> which arguments are passed
//   executor   auto rows = function->make_rows();  rows->start(access, arguments, run); while (rows->next())
//   ...
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/functions/statement_run.h"
#include "planner/table_function.h"
#include "storage/value.h"

namespace leftmost::engine {

/// The rows of one call after the other.
class FunctionRows {
 public:
  virtual ~FunctionRows() = default;
  /// Begins a call. `access`: FunctionAccess::number; `arguments` (copied if need be): what it passes. Errors
  /// go to `run`.
  virtual void start(int access, std::span<const storage::Value> arguments, StatementRun& run) = 0;
  /// False: no more.
  virtual bool next() = 0;
  /// Of the current row; the bytes live until next() or start().
  virtual storage::Value column(int column, StatementRun& run) = 0;
  virtual std::int64_t rowid() const = 0;
  virtual std::size_t bytes_held() const { return 0; }
};

class TableFunction : public planner::TableFunction {
 public:
  virtual std::unique_ptr<FunctionRows> make_rows() const = 0;

 protected:
  /// Columns without types; `arguments` name the hidden ones.
  TableFunction(std::string_view name, std::span<const std::string_view> columns,
                std::span<const std::string_view> arguments);
};

/// The built-in one of that name (ASCII case ignored), or null. They live forever. A connection has more:
/// FunctionRegistry::find_table_function().
const TableFunction* find_table_function(std::string_view name);

}  // namespace leftmost::engine
