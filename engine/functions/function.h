// engine/functions/function.h - SQL functions: what one is, how it is found, and how to add one's own.
//
//   binder     registry.find("substr", 3)            -> const Function*, or SQLite's error
//   evaluator  function->scalar(context, arguments)  -> Value; errors go to context.run.fail()
//   executor   AggregateState, one per group and call: step(), finish()
//
// One's own function, the only seam there is (oracle/session.h: add_function() registers the same callable on the twin):
//
//   registry.add_scalar("half", 1, Determinism::kDeterministic,
//                       [](CallContext& call, std::span<const Value> a) { return Value::real(a[0].as_real() / 2); });
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/functions/statement_run.h"
#include "planner/function_info.h"
#include "planner/query.h"
#include "storage/collation.h"
#include "storage/error.h"
#include "storage/value.h"

namespace leftmost::engine {

struct Function;

/// One call of a function.
struct CallContext {
  StatementRun& run;
  /// Of the first argument that has one (Function::uses_collation); BINARY otherwise.
  storage::Collation collation = storage::Collation::kBinary;
  /// The function's own name, for messages.
  std::string_view name = {};
};

/// Computes from arguments that are already evaluated. The result's bytes live in run.results(), in an argument, or
/// forever. Errors: run.fail(); the result is then ignored. Never throws.
using ScalarFunction = storage::Value (*)(CallContext& call, std::span<const storage::Value> arguments);
using UserFunction = std::function<storage::Value(CallContext& call, std::span<const storage::Value> arguments)>;

/// How an aggregate computes. `state` is `state_bytes` of storage aligned for std::max_align_t.
struct AggregateImplementation {
  std::size_t state_bytes = 0;
  void (*create)(void* state) = nullptr;
  /// One row. Arguments need not outlive the call. True when columns outside of aggregates shall show this row: for min
  /// and max, when it is the best so far; for all others always.
  bool (*step)(CallContext& call, void* state, std::span<const storage::Value> arguments) = nullptr;
  /// The result so far, in run.results(). May be called when no step was.
  storage::Value (*finish)(CallContext& call, void* state) = nullptr;
  void (*destroy)(void* state) = nullptr;
  /// As a window: takes back the row that was stepped first. Null: none is ever taken back.
  void (*invert)(CallContext& call, void* state, std::span<const storage::Value> arguments) = nullptr;
  /// As a window: the result for the current row, when more may follow.
  storage::Value (*value)(CallContext& call, void* state) = nullptr;
};
inline constexpr std::size_t kAggregateStateBytesMax = 96;

/// Functions whose arguments are not all evaluated, or that bind/ turns into something else.
enum class InlineForm : std::uint8_t {
  kNone,
  kCoalesce,    ///< coalesce, ifnull: stops at the first argument that is not NULL
  kIif,         ///< iif: CASE WHEN a THEN b ELSE c
  kLikely,      ///< bind/ makes kLikelihood of likely(x), unlikely(x), likelihood(x, p)
  kUnlikely,
  kLikelihood,
};

/// Window functions that read other rows of the partition instead of stepping over them. With EXCLUDE the first two are
/// stepped like the others.
enum class WindowForm : std::uint8_t { kStepped, kFirstValue, kNthValue, kLead, kLag };

struct Function : planner::FunctionInfo {
  int arguments_min = 0;
  int arguments_max = 0;
  /// SQLite refuses it in indexes, CHECKs and generated columns, although it may be constant within a statement
  /// (current_date, sqlite_version, random ...).
  bool prohibited_in_schema = false;
  bool uses_collation = false;  ///< min, max, nullif: compares its arguments
  InlineForm inline_form = InlineForm::kNone;
  /// Not null for kScalar, unless `user` is set or the function is not supported.
  ScalarFunction scalar = nullptr;
  UserFunction user;
  /// Not null for kAggregate and kWindow.
  const AggregateImplementation* aggregate = nullptr;
  bool reads_subtypes = false;  ///< an aggregate that looks at the marks of its arguments (storage::Value::subtype())
  WindowForm window_form = WindowForm::kStepped;
  /// Built-in window functions that have a frame of their own, whatever is written; null: the written one counts.
  const planner::WindowFrame* own_frame = nullptr;
  bool own_frame_starts_after = false;  ///< own_frame starts at 1 FOLLOWING

  bool can_be_windowed() const { return aggregate != nullptr && aggregate->value != nullptr; }
  /// SQLite has it and we do not: find() answers `not supported: <name>()`.
  bool is_supported = true;
  bool is_case_sensitive_like = false;  ///< like() under PRAGMA case_sensitive_like; found only when asked for
};

/// SQLite's limit on arguments of one call (SQLITE_MAX_FUNCTION_ARG).
inline constexpr int kFunctionArgumentsMax = 127;

enum class Determinism : std::uint8_t { kDeterministic, kVolatile };

/// The functions of one connection: SQLite 3.40.1's own and what add_scalar() added. Addresses of Functions stay
/// valid as long as the registry.
class TableFunction;  // engine/functions/table_function.h

class FunctionRegistry {
 public:
  FunctionRegistry();
  ~FunctionRegistry();
  FunctionRegistry(const FunctionRegistry&) = delete;
  FunctionRegistry& operator=(const FunctionRegistry&) = delete;

  /// The function of that name (ASCII case ignored) for that many arguments; count(*) is find("count", 0).
  /// Errors (kError, without offset): `no such function: <name as given>`,
  /// `wrong number of arguments to function <name as given>()`; kNotSupported: `not supported: <name>()`.
  /// `case_sensitive_like`: like() is the one that minds case (PRAGMA case_sensitive_like).
  Expected<const Function*> find(std::string_view name, std::size_t argument_count, bool case_sensitive_like = false) const;
  /// Whether there is a function of that name with any number of arguments.
  bool has_name(std::string_view name) const;

  /// Adds a scalar function with exactly `argument_count` arguments, or any number of them for -1. It takes the place
  /// of a function of the same name and count for statements that are prepared from now on. A function that is not
  /// deterministic is called anew wherever it is written, row by row.
  void add_scalar(std::string_view name, int argument_count, Determinism determinism, UserFunction function);

  /// Functions in FROM: the built-in ones, then those that `more` knows. Null: there is none of that name.
  const TableFunction* find_table_function(std::string_view name) const;
  void set_table_functions(std::function<const TableFunction*(std::string_view)> more);

  /// How many add_scalar() has added: another number, another answer of find().
  std::size_t user_functions() const;

  /// All of them, sorted by name then arguments_min: what `pragma function_list` would show.
  std::vector<const Function*> list() const;

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

/// The engine's Function behind what a bound expression or aggregate call points to.
inline const Function& function_of(const planner::FunctionInfo& info) { return static_cast<const Function&>(info); }

/// One group's state of one aggregate call: creates, steps, finishes and destroys. Needs no heap of its own.
class AggregateState {
 public:
  /// Requires: function.aggregate is not null.
  explicit AggregateState(const Function& function) : implementation_(function.aggregate) {
    implementation_->create(storage_);
  }
  ~AggregateState() { implementation_->destroy(storage_); }
  AggregateState(const AggregateState&) = delete;
  AggregateState& operator=(const AggregateState&) = delete;

  /// Adds one row; the answer is AggregateImplementation::step()'s. `call.collation` is call_collation() of the arguments (engine/functions/expr_rules.h).
  bool step(CallContext& call, std::span<const storage::Value> arguments) {
    return implementation_->step(call, storage_, arguments);
  }
  storage::Value finish(CallContext& call) { return implementation_->finish(call, storage_); }
  void invert(CallContext& call, std::span<const storage::Value> arguments) {
    if (implementation_->invert != nullptr) implementation_->invert(call, storage_, arguments);
  }
  storage::Value value(CallContext& call) { return implementation_->value(call, storage_); }
  /// Back to no rows.
  void reset() {
    implementation_->destroy(storage_);
    implementation_->create(storage_);
  }

 private:
  const AggregateImplementation* implementation_;
  alignas(std::max_align_t) std::byte storage_[kAggregateStateBytesMax];
};

}  // namespace leftmost::engine
