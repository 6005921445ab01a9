// oracle/own_function.h - a scalar function of one's own, as the twin gets it: the same callable that our engine calls.
//
//   session.add_function("half", 1, Determinism::kDeterministic,
//                        [](CallContext& call, std::span<const Value> a) { return Value::real(a[0].as_real() / 2); });
//
// What the callable draws from call.run.environment() is on the twin what our engine drew (replay.h).
#pragma once

#include <memory>
#include <string>

#include "engine/functions/function.h"
#include "oracle/replay.h"

struct sqlite3;

namespace leftmost::oracle {

struct OwnFunction {
  std::string name;
  int argument_count = 0;  ///< -1: any number
  engine::Determinism determinism = engine::Determinism::kDeterministic;
  engine::UserFunction call;
};

/// Registers it on a connection of SQLite's, in the place of a function of that name and count. `replay` may be null.
/// Errors: SQLite's, e.g. for a name that is too long.
Expected<void> register_function(sqlite3* connection, std::shared_ptr<const OwnFunction> function,
                                 std::shared_ptr<Replay> replay);

}  // namespace leftmost::oracle
