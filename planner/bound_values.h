// planner/bound_values.h - what the planner knows of parameters. A plan that looked at a value holds for that
// value only: the parameter is then in Plan::looked_at, and whoever binds another value plans again (as
// SQLite does, sqlite3VdbeSetVarmask in its src/vdbeapi.c). NULL counts as not bound.
#pragma once

#include "planner/context.h"

namespace leftmost::planner {

/// The value bound to a parameter, null if there is none. For explanations: nothing is noted.
const storage::Value* bound_value(const Expr& parameter, const Context& context);

/// The same for a decision: notes that the plan depends on it.
const storage::Value* look_at(const Expr& parameter, const Context& context);

/// `parameter` is bound to the very value that the constant `other` has (SQLite's exprCompareVariable). False
/// for an `other` that is no literal, also signed.
bool parameter_equals(const Expr& parameter, const Expr& other, const Context& context);

/// The value of a literal or a signed number; nothing for everything else.
std::optional<storage::Value> literal_value(const Expr* expr);

}  // namespace leftmost::planner
