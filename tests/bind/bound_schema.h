// A schema for binder tests, made twice from the same statements: as a catalog for us and in a SQLite
// database.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/bind/binder.h"
#include "engine/bind/relation_cache.h"
#include "engine/functions/function.h"

namespace leftmost::testing {

/// What one side says about a statement.
struct Verdict {
  std::optional<std::string> error;
  int offset = -1;
  std::vector<std::string> names;           ///< of the result columns
  std::vector<std::string> declared_types;  ///< of the result columns
  bool not_supported = false;
};

class BoundSchema {
 public:
  /// CREATE TABLE with plain columns, PRIMARY KEY, UNIQUE and NOT NULL; CREATE INDEX on columns; CREATE VIEW.
  explicit BoundSchema(std::string_view script);
  ~BoundSchema();
  BoundSchema(const BoundSchema&) = delete;
  BoundSchema& operator=(const BoundSchema&) = delete;

  Verdict ours(std::string_view sql);
  Verdict sqlite(std::string_view sql);
  /// The bound SELECT, in the arena of this schema. Requires: it can be bound.
  planner::Select* select(std::string_view sql);

 private:
  sqlite3* twin_ = nullptr;
  engine::FunctionRegistry functions_;
  std::unique_ptr<engine::RelationCache> relations_;
  storage::Arena arena_;
  std::vector<std::unique_ptr<std::string>> texts_;
};

}  // namespace leftmost::testing
