// storage/catalog.h - the names of a database: which tables, indexes, views and triggers there are.
//
// A copy is O(1) and independent (copy-on-write), so a transaction works on its own copy and drops it to roll
// back. Names are case-insensitive (ASCII). Tables, indexes, views and unsupported objects of one schema
// share one set of names, as in SQLite (triggers have names of their own). `temp` hides `main` when no schema
// is given.
//
// Kept in maps that share what is equal (persistent_map.h): by (schema, name), by id, by table, and by schema
// order.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "storage/definitions.h"
#include "storage/error.h"

namespace leftmost::storage {

using TablePtr = std::shared_ptr<const TableDef>;
using IndexPtr = std::shared_ptr<const IndexDef>;
using ViewPtr = std::shared_ptr<const ViewDef>;
using UnsupportedPtr = std::shared_ptr<const UnsupportedDef>;
using TriggerPtr = std::shared_ptr<const TriggerDef>;
using ObjectPtr = std::variant<TablePtr, IndexPtr, ViewPtr, TriggerPtr, UnsupportedPtr>;

class Catalog {
 public:
  Catalog();

  // Adding gives the object its id (if it has none) and its place in the schema order (if that is 0).
  // Errors: kError `there is already a table named x`, `... an index named x` (SQLite's words; also for views
  // and unsupported objects). Nothing is changed then.
  Expected<TablePtr> add_table(TableDef table);
  /// Requires: index.table_id names a table of this catalog.
  Expected<IndexPtr> add_index(IndexDef index);
  Expected<ViewPtr> add_view(ViewDef view);
  /// Errors: kError `trigger x already exists`.
  Expected<TriggerPtr> add_trigger(TriggerDef trigger);
  Expected<UnsupportedPtr> add_unsupported(UnsupportedDef object);

  /// Puts a changed definition in place of the one with the same id (ALTER TABLE). Its name may change.
  /// Errors: kError - the new name is taken. Requires: the id exists and is of the same kind.
  Expected<void> replace_table(TableDef table);
  Expected<void> replace_index(IndexDef index);
  /// Requires besides: the name stays.
  void replace_view(ViewDef view);
  void replace_trigger(TriggerDef trigger);

  /// Removes a table or view with all that hangs on it; or an index, a trigger, an unsupported object. False
  /// if there is no such id.
  bool remove(ObjectId id);

  // Lookups by name; without a schema temp is searched first. Null if there is none of that kind.
  TablePtr find_table(std::string_view name, std::optional<SchemaName> schema = std::nullopt) const;
  IndexPtr find_index(std::string_view name, std::optional<SchemaName> schema = std::nullopt) const;
  ViewPtr find_view(std::string_view name, std::optional<SchemaName> schema = std::nullopt) const;
  TriggerPtr find_trigger(std::string_view name, std::optional<SchemaName> schema = std::nullopt) const;
  UnsupportedPtr find_unsupported(std::string_view name,
                                  std::optional<SchemaName> schema = std::nullopt) const;
  /// Whatever has this name (tables, indexes, views, unsupported objects; not triggers).
  std::optional<ObjectPtr> find(std::string_view name, std::optional<SchemaName> schema = std::nullopt) const;
  /// The same in one schema; null if there is none. Valid until the catalog changes.
  const ObjectPtr* find_object(std::string_view name, SchemaName schema) const;

  TablePtr table(ObjectId id) const;
  IndexPtr index(ObjectId id) const;

  /// In the order in which SQLite tries them and PRAGMA index_list shows them: newest first, indexes of
  /// UNIQUE constraints with ON CONFLICT REPLACE last. Includes the is_table_itself index of a WITHOUT ROWID
  /// table.
  std::vector<IndexPtr> indexes_of(ObjectId table_id) const;
  /// The triggers on a table or view in the order in which SQLite fires them: those of temp on a table of
  /// main first, the oldest of them first; then those of the table's own schema, newest first.
  std::vector<TriggerPtr> triggers_on(std::string_view table_name, SchemaName schema) const;
  /// Unsupported objects whose table_name is `table_name` in this schema: with any of them the table is not
  /// written.
  std::vector<UnsupportedPtr> unsupported_on(std::string_view table_name, SchemaName schema) const;

  /// All objects of a schema in schema order (the order of sqlite_schema's rows).
  std::vector<ObjectPtr> objects(SchemaName schema) const;
  std::vector<TablePtr> tables(SchemaName schema) const;
  bool is_empty(SchemaName schema) const;

  /// Grows with every change; equal versions of copies of one catalog mean equal contents.
  std::uint64_t version() const { return version_; }

 private:
  struct Objects;
  Objects& own();  // a copy of our own, ready to be changed
  std::shared_ptr<const Objects> objects_;
  std::uint64_t version_ = 0;
};

}  // namespace leftmost::storage
