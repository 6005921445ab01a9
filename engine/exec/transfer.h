// engine/exec/transfer.h - INSERT INTO a SELECT * FROM b between tables of the same shape: SQLite copies
// records without looking at them, prints no plan and counts no full-scan steps. Rows and errors are those of
// any INSERT ... SELECT.
#pragma once

#include "engine/bind/binder.h"

namespace leftmost::engine {

enum class Transfer : std::uint8_t {
  kNever,
  kIntoEmpty,  ///< where the target has no row yet; the plan is that for a target that has some
  kAlways,
};
/// When SQLite takes that shortcut for the statement.
Transfer transfer_of(const sql::Insert& insert, const BoundInsert& bound);

}  // namespace leftmost::engine
