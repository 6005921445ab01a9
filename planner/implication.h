// planner/implication.h - what follows from a condition by thinking about its values, which SQLite does not
// do: `born > 2000` says more than `born > 1990`, `status = 'closed'` more than `status IN ('closed',
// 'new')`. For telling people why a partial index is out of reach; no decision is taken by it.
#pragma once

#include "planner/context.h"

namespace leftmost::planner {

/// `condition` being true means that `wanted` (about kSelfItem or `self`) is true as well. Knows comparisons
/// of one column with literals and bound parameters; answers false for what it does not know.
bool follows_from(const Expr* condition, const Expr* wanted, ItemId self, const Context& context);

/// `condition` would be `wanted` if parameters that have no value while planning had the right ones.
bool equals_if_bound(const Expr* condition, const Expr* wanted, ItemId self, const Context& context);

/// The value of a literal, a signed number or a bound parameter; nothing for everything else.
std::optional<storage::Value> known_value(const Expr* expr, const Context& context);

}  // namespace leftmost::planner
