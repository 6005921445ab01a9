// planner/table_function.h - a function in FROM as the planner sees it: a table without a tree, whose rows
// depend on arguments.
//
//   json_each('[1,2]', '$')     columns key ... path, and hidden ones, json and root, that stand for the
//   arguments
//
// A call says `json = '[1,2]' AND root = '$'` and nothing else: WHERE may say the same. Which of these
// constraints one way of reading it uses, and what that costs, the function itself knows (SQLite: xBestIndex
// of a virtual table). What it computes is engine/'s affair.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "planner/relation.h"
#include "storage/log_est.h"

namespace leftmost::planner {

/// A term that constrains a hidden column.
struct ArgumentConstraint {
  int argument = 0;          ///< which argument, from 0
  bool is_equality = false;  ///< =, or IN, of which one value at a time is passed
  bool usable = false;       ///< the items that the other side mentions can stand before the function
};

/// One way of reading a table function.
struct FunctionAccess {
  int number = 0;  ///< n of `VIRTUAL TABLE INDEX n`
  storage::LogEst run = 0;
  storage::LogEst rows = 0;
  /// Positions of the constraints whose values are passed, in the order in which they are; -1: no more. They
  /// hold for all rows that come out.
  static constexpr std::size_t kArgumentsMax = 2;
  std::array<int, kArgumentsMax> passed = {-1, -1};
};

class TableFunction {
 public:
  virtual ~TableFunction() = default;
  /// Columns; those that take arguments are hidden and the last. It has a rowid, no indexes, and is in no
  /// catalog.
  const Relation& relation() const { return relation_; }
  int first_argument() const { return first_argument_; }
  /// The best way with these constraints; nothing: with them it cannot be read.
  virtual std::optional<FunctionAccess> choose_access(
      std::span<const ArgumentConstraint> constraints) const = 0;

 protected:
  Relation relation_;
  int first_argument_ = 0;
};

}  // namespace leftmost::planner
