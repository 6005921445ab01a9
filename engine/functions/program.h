// engine/functions/program.h - the compiled form of an expression (engine/functions/evaluator.h); not for others.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "engine/functions/evaluator.h"
#include "storage/affinity.h"
#include "storage/collation.h"

namespace leftmost::engine {

/// What two values that meet in a comparison are converted to, and how texts compare.
struct CompareRule {
  storage::Affinity affinity = storage::Affinity::kBlob;
  storage::Collation collation = storage::Collation::kBinary;
};

/// A computed value that is good for one execution.
struct RunCache {
  std::uint64_t run = UINT64_MAX;  ///< StatementRun::number() that it belongs to
  storage::Value value;
};

/// The elements of a constant IN list, converted, sorted and without NULLs.
struct ListCache {
  std::uint64_t run = UINT64_MAX;
  std::span<const storage::Value> sorted;
  bool has_null = false;
};

struct ProgramNode {
  using Evaluate = storage::Value (*)(const ProgramNode& node, EvalContext& context);
  using Test = bool (*)(const ProgramNode& node, EvalContext& context, bool null_result);

  Evaluate evaluate = nullptr;
  Test test = nullptr;
  const planner::Expr* expr = nullptr;
  const Function* function = nullptr;
  const ProgramNode* left = nullptr;
  const ProgramNode* right = nullptr;
  std::span<const ProgramNode*> list;
  /// One rule per field of a comparison. BETWEEN: the lower bound's, then the upper's; CASE: one group per WHEN.
  std::span<CompareRule> rules;
  int width = 1;          ///< number of fields of a row value or row-valued subquery
  int operand_width = 1;  ///< the same of what a comparison, BETWEEN, IN or CASE compares
  bool is_constant = false;  ///< the same for all rows of one execution
  storage::Collation collation = storage::Collation::kBinary;  ///< of a function call
  storage::Value value;      ///< of a literal
  RunCache* cache = nullptr;
  ListCache* list_cache = nullptr;
};

/// The functions behind ProgramNode::evaluate, by kind (engine/functions/evaluator.cpp).
ProgramNode::Evaluate evaluate_function_for(planner::ExprKind kind);
ProgramNode::Test test_function_for(planner::ExprKind kind);
/// Special forms that no kind stands for.
storage::Value evaluate_cached(const ProgramNode& node, EvalContext& context);        ///< left, once per execution
storage::Value evaluate_list_search(const ProgramNode& node, EvalContext& context);   ///< IN with a sorted list
storage::Value evaluate_replaced_column(const ProgramNode& node, EvalContext& context);
storage::Value evaluate_without_subtype(const ProgramNode& node, EvalContext& context);  ///< left
storage::Value evaluate_stored_column(const ProgramNode& node, EvalContext& context);
storage::Value evaluate_coalesce(const ProgramNode& node, EvalContext& context);
storage::Value evaluate_iif(const ProgramNode& node, EvalContext& context);

}  // namespace leftmost::engine
