#include "storage/catalog.h"

#include <string>
#include <vector>

#include "storage/database_state.h"
#include "storage/table_view.h"
#include "tests/catch.h"

using namespace leftmost::storage;

namespace {

TableDef table_def(const std::string& name, const std::vector<std::string>& columns,
                   SchemaName schema = SchemaName::kMain) {
  TableDef table;
  table.name = name;
  table.schema = schema;
  for (const std::string& column : columns) {
    ColumnDef def;
    def.name = column;
    table.columns.push_back(def);
  }
  return table;
}

IndexDef index_def(const std::string& name, const TableDef& table, const std::vector<int>& columns) {
  IndexDef index;
  index.name = name;
  index.schema = table.schema;
  index.table_id = table.id;
  for (const int column : columns) index.key_columns.push_back({column, {}, Collation::kBinary, false});
  add_tail_columns(index, table);
  return index;
}

std::vector<std::string> names(const std::vector<IndexPtr>& indexes) {
  std::vector<std::string> result;
  for (const IndexPtr& index : indexes) result.push_back(index->name);
  return result;
}

}  // namespace

TEST_CASE("names are found without regard to case, temp before main", "[catalog]") {
  Catalog catalog;
  const TablePtr main_table = catalog.add_table(table_def("Users", {"a"})).value();
  CHECK(catalog.find_table("uSERS") == main_table);
  CHECK(catalog.find_table("users", SchemaName::kTemp) == nullptr);
  const TablePtr temp_table = catalog.add_table(table_def("users", {"b"}, SchemaName::kTemp)).value();
  CHECK(catalog.find_table("users") == temp_table);
  CHECK(catalog.find_table("users", SchemaName::kMain) == main_table);
  CHECK(main_table->find_column("A") == 0);
  CHECK(main_table->find_column("b") == -1);
}

TriggerDef trigger_def(const std::string& name, const std::string& table,
                       SchemaName schema = SchemaName::kMain) {
  TriggerDef trigger;
  trigger.name = name;
  trigger.schema = schema;
  trigger.table_name = table;
  return trigger;
}

TEST_CASE("tables, indexes and views share their names", "[catalog]") {
  Catalog catalog;
  const TablePtr table = catalog.add_table(table_def("t", {"a"})).value();
  REQUIRE(catalog.add_index(index_def("i", *table, {0})));
  CHECK(catalog.add_table(table_def("T", {"a"})).error().message == "table T already exists");
  CHECK(catalog.add_table(table_def("i", {"a"})).error().message == "there is already an index named i");
  CHECK(catalog.add_index(index_def("t", *table, {0})).error().message == "there is already a table named t");
  CHECK(catalog.add_index(index_def("I", *table, {0})).error().message == "index I already exists");
  REQUIRE(catalog.add_trigger(trigger_def("t", "T")));
  CHECK(catalog.add_trigger(trigger_def("T", "t")).error().message == "trigger T already exists");
  CHECK(std::holds_alternative<TablePtr>(*catalog.find("t")));
}

TEST_CASE("triggers come newest first, those of temp before them oldest first", "[catalog]") {
  Catalog catalog;
  const TablePtr table = catalog.add_table(table_def("t", {"a"})).value();
  REQUIRE(catalog.add_trigger(trigger_def("old", "t")));
  REQUIRE(catalog.add_trigger(trigger_def("temp_old", "T", SchemaName::kTemp)));
  REQUIRE(catalog.add_trigger(trigger_def("other", "u")));
  REQUIRE(catalog.add_trigger(trigger_def("new", "T")));
  REQUIRE(catalog.add_trigger(trigger_def("temp_new", "t", SchemaName::kTemp)));
  std::vector<std::string> found;
  for (const TriggerPtr& trigger : catalog.triggers_on("t", SchemaName::kMain))
    found.push_back(trigger->name);
  CHECK(found == std::vector<std::string>{"temp_old", "temp_new", "new", "old"});
  CHECK(catalog.triggers_on("t", SchemaName::kTemp).empty());

  TriggerDef moved = *catalog.find_trigger("old");
  moved.table_name = "u";
  catalog.replace_trigger(moved);
  CHECK(catalog.triggers_on("t", SchemaName::kMain).size() == 3);
  CHECK(catalog.remove(table->id));
  CHECK(catalog.find_trigger("new") == nullptr);
  CHECK(catalog.find_trigger("temp_new") == nullptr);
  CHECK(catalog.find_trigger("old") != nullptr);
}

TEST_CASE("indexes come newest first, REPLACE constraints last", "[catalog]") {
  Catalog catalog;
  const TablePtr table = catalog.add_table(table_def("t", {"a", "b", "c"})).value();
  IndexDef replacing = index_def("auto_1", *table, {0});
  replacing.conflict = ConflictAction::kReplace;
  REQUIRE(catalog.add_index(replacing));
  REQUIRE(catalog.add_index(index_def("auto_2", *table, {1})));
  REQUIRE(catalog.add_index(index_def("made", *table, {2})));
  CHECK(names(catalog.indexes_of(table->id)) == std::vector<std::string>{"made", "auto_2", "auto_1"});
}

TEST_CASE("a copy of a catalog is a snapshot", "[catalog]") {
  Catalog catalog;
  const TablePtr table = catalog.add_table(table_def("t", {"a"})).value();
  REQUIRE(catalog.add_index(index_def("i", *table, {0})));
  const Catalog before = catalog;
  CHECK(before.version() == catalog.version());
  CHECK(catalog.remove(table->id));
  CHECK_FALSE(catalog.remove(table->id));
  CHECK(before.version() != catalog.version());
  CHECK(catalog.is_empty(SchemaName::kMain));
  CHECK(before.find_index("i") != nullptr);
  CHECK(before.objects(SchemaName::kMain).size() == 2);
}

TEST_CASE("an index of a WITHOUT ROWID table carries the primary key that its key lacks", "[catalog]") {
  TableDef table = table_def("w", {"a", "b", "c", "d"});
  table.id = 1;
  table.without_rowid = true;
  table.primary_key = {{0, Collation::kBinary, true}, {1, Collation::kNoCase, false}};
  const IndexDef on_c = index_def("on_c", table, {2});
  REQUIRE(on_c.tail_columns.size() == 2);
  CHECK(on_c.tail_columns[0].column == 0);
  CHECK(on_c.tail_columns[0].descending);
  IndexDef unique_c = on_c;
  unique_c.origin = IndexOrigin::kUnique;
  add_tail_columns(unique_c, table);
  CHECK_FALSE(unique_c.tail_columns[0].descending);
  // b is in the key under BINARY, and the primary key has it under NOCASE.
  const IndexDef on_b = index_def("on_b", table, {1});
  CHECK(on_b.tail_columns.size() == 2);
  const IndexDef on_a = index_def("on_a", table, {0});
  CHECK(on_a.tail_columns.size() == 1);
  CHECK_FALSE(on_a.covers_table);
  const IndexDef on_cd = index_def("on_cd", table, {2, 3});
  CHECK(on_cd.covers_table);
}

TEST_CASE("a database state is copied as a whole", "[database_state]") {
  DatabaseState state;
  TableDef definition = table_def("t", {"id", "a", "b"});
  definition.rowid_alias = 0;
  const TablePtr table = state.create_table(definition).value();
  const IndexPtr index = state.create_index(index_def("i", *table, {1})).value();
  REQUIRE(state.tree(table->id)->shape().columns == 2);

  const Value row[] = {Value::integer(7), Value::text("x"), Value::real(1.0)};
  Value stored[2];
  stored_values(*table, row, stored);
  state.tree(table->id)->insert(RowidKey(7).view(), stored);
  const std::vector<KeyColumn> columns = index_key_columns(*index, *table);
  const Value entry_values[] = {row[1], Value::integer(7)};
  IndexEntry entry;
  make_index_entry(entry_values, columns, entry);
  const Value payload[] = {entry.payload_value()};
  state.tree(index->id)->insert(entry.key, payload);

  const DatabaseState snapshot = state;
  REQUIRE(state.drop(table->id));
  CHECK(state.tree(index->id) == nullptr);

  const BTree* tree = snapshot.tree(table->id);
  REQUIRE(tree != nullptr);
  const BTree::Found found = tree->find_rowid(7);
  REQUIRE(found);
  const TableRow read(*table, found.leaf, found.slot);
  CHECK(read.column(0).as_integer() == 7);
  CHECK(read.column(1).as_bytes() == "x");
  CHECK(identical(read.column(2), Value::real(1.0)));
  Cursor cursor(*snapshot.tree(index->id));
  CHECK(rowid_of_index_entry(cursor.key(), columns) == 7);
}

TEST_CASE("a stored virtual column is NULL and the alias is not stored", "[table_view]") {
  TableDef table = table_def("t", {"a", "id", "v"});
  table.rowid_alias = 1;
  table.columns[2].generated = GeneratedKind::kVirtual;
  CHECK(stored_column(table, 0) == 0);
  CHECK(stored_column(table, 1) == -1);
  CHECK(stored_column(table, 2) == 1);
  const Value row[] = {Value::integer(1), Value::integer(2), Value::integer(3)};
  Value stored[2] = {Value::integer(0), Value::integer(0)};
  stored_values(table, row, stored);
  CHECK(stored[0].as_integer() == 1);
  CHECK(stored[1].is_null());
}
