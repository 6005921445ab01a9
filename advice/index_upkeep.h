// advice/index_upkeep.h - which indexes somebody may drop without changing what the data can be.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "oracle/twin.h"
#include "storage/definitions.h"

namespace leftmost::advice {

/// Made by CREATE INDEX and not UNIQUE: no constraint rests on it.
bool is_droppable(const storage::IndexDef& index);

/// A foreign key looks children up by the index's first column: it is used where no statement names it.
bool serves_foreign_key(const storage::TableDef& table, const storage::IndexDef& index);

/// What uses indexes without being a statement of the workload: triggers and views.
class HiddenUsers {
 public:
  /// Reads the definitions. Where they cannot be read there are none.
  explicit HiddenUsers(oracle::Twin& twin);
  /// A trigger mentions its table, so that it may look for rows there; or a view names the index itself.
  bool may_use(const storage::TableDef& table, const storage::IndexDef& index) const;

 private:
  std::set<std::string> words_of_triggers_, words_of_views_;  ///< in lower case
};

/// Whether one of the lines of EXPLAIN QUERY PLAN reads the index.
bool is_read(std::string_view plan_in_one_line, std::string_view index);

}  // namespace leftmost::advice
