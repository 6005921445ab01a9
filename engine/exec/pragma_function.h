// engine/exec/pragma_function.h - the PRAGMAs that return rows about the schema, as functions in FROM:
// pragma_table_info('t') (https://www.sqlite.org/pragma.html#pragfunc).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "engine/functions/table_function.h"

namespace leftmost::engine {

class Connection;

/// Those of one connection, made when they are asked for.
class PragmaFunctions {
 public:
  /// `connection` outlives it.
  explicit PragmaFunctions(Connection& connection) : connection_(connection) {}
  ~PragmaFunctions();

  /// `pragma_table_info`; null: there is no such PRAGMA, or none here that can stand in FROM.
  const TableFunction* find(std::string_view name);

 private:
  Connection& connection_;
  std::map<std::string, std::unique_ptr<TableFunction>, std::less<>> functions_;
};

}  // namespace leftmost::engine
