#include "storage/catalog.h"

#include <algorithm>
#include <atomic>
#include <boost/multi_index/composite_key.hpp>
#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/ordered_index.hpp>
#include <boost/multi_index_container.hpp>
#include <string>

namespace leftmost::storage {
namespace {

namespace mi = boost::multi_index;

std::string folded(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = to_lower_ascii(c);
  return lower;
}

struct Object {
  ObjectId id = 0;
  SchemaName schema = SchemaName::kMain;
  std::string folded_name;
  bool is_trigger = false;   // triggers have names of their own
  ObjectId table_id = 0;     // of an index
  std::string folded_table;  // of an unsupported object
  std::int64_t schema_order = 0;
  ObjectPtr object;
};

struct ById {};
struct ByName {};
struct ByTable {};
struct ByOrder {};

using ObjectSet = mi::multi_index_container<
    Object,
    mi::indexed_by<
        mi::hashed_unique<mi::tag<ById>, mi::member<Object, ObjectId, &Object::id>>,
        mi::ordered_non_unique<
            mi::tag<ByName>, mi::composite_key<Object, mi::member<Object, SchemaName, &Object::schema>,
                                               mi::member<Object, bool, &Object::is_trigger>,
                                               mi::member<Object, std::string, &Object::folded_name>>>,
        mi::ordered_non_unique<mi::tag<ByTable>,
                               mi::composite_key<Object, mi::member<Object, ObjectId, &Object::table_id>,
                                                 mi::member<Object, std::int64_t, &Object::schema_order>>>,
        mi::ordered_non_unique<mi::tag<ByOrder>,
                               mi::composite_key<Object, mi::member<Object, SchemaName, &Object::schema>,
                                                 mi::member<Object, std::int64_t, &Object::schema_order>>>>>;

Object object_of(const TablePtr& table) {
  return {table->id, table->schema, folded(table->name), false, 0, {}, table->schema_order, table};
}
Object object_of(const IndexPtr& index) {
  return {index->id,           index->schema, folded(index->name), false, index->table_id, {},
          index->schema_order, index};
}
Object object_of(const ViewPtr& view) {
  return {view->id, view->schema, folded(view->name), false, 0, {}, view->schema_order, view};
}
Object object_of(const UnsupportedPtr& object) {
  return {object->id,
          object->schema,
          folded(object->name),
          object->kind == "trigger",
          0,
          folded(object->table_name),
          object->schema_order,
          object};
}

// SQLite's words for a name that is taken by `taken` when a `wanted` is created.
std::string name_taken(const Object& taken, bool index_wanted, const std::string& name) {
  const bool is_index = std::holds_alternative<IndexPtr>(taken.object);
  if (is_index)
    return (index_wanted ? "index " + name + " already exists" : "there is already an index named " + name);
  if (index_wanted) return "there is already a table named " + name;
  const bool is_view = std::holds_alternative<ViewPtr>(taken.object);
  return (is_view ? "view " : "table ") + name + " already exists";
}

}  // namespace

struct Catalog::Objects {
  ObjectSet set;
  ObjectId next_id = 1;
  std::int64_t next_order = 1;

  const Object* find(std::string_view name, SchemaName schema, bool trigger) const {
    const auto& names = set.get<ByName>();
    const auto found = names.find(std::make_tuple(schema, trigger, folded(name)));
    return found == names.end() ? nullptr : &*found;
  }
  const Object* find(ObjectId id) const {
    const auto& ids = set.get<ById>();
    const auto found = ids.find(id);
    return found == ids.end() ? nullptr : &*found;
  }

  // Gives a definition its id and place.
  template <typename Def>
  void number(Def& def) {
    if (def.id == 0) def.id = next_id;
    if (def.schema_order == 0) def.schema_order = next_order;
    next_id = std::max(next_id, def.id + 1);
    next_order = std::max(next_order, def.schema_order + 1);
  }
};

namespace {

// Versions are drawn from one sequence, so two catalogs of the same version are copies of each other.
std::uint64_t next_version() {
  static std::atomic<std::uint64_t> version{0};
  return version.fetch_add(1, std::memory_order_relaxed) + 1;
}

template <typename Ptr, typename Objects>
Ptr find_kind(const Objects& objects, std::string_view name, std::optional<SchemaName> schema,
              bool trigger = false) {
  for (const SchemaName candidate : {SchemaName::kTemp, SchemaName::kMain}) {
    if (schema && *schema != candidate) continue;
    const Object* object = objects.find(name, candidate, trigger);
    if (object == nullptr) continue;
    if (const auto* found = std::get_if<Ptr>(&object->object); found != nullptr) return *found;
  }
  return nullptr;
}

template <typename Ptr, typename Def, typename Objects>
Expected<Ptr> add_object(Objects& objects, Def def, bool is_trigger, bool is_index) {
  if (const Object* taken = objects.find(def.name, def.schema, is_trigger); taken != nullptr) {
    if (is_trigger) return fail(ErrorCode::kError, "trigger " + def.name + " already exists");
    return fail(ErrorCode::kError, name_taken(*taken, is_index, def.name));
  }
  objects.number(def);
  auto object = std::make_shared<const Def>(std::move(def));
  objects.set.insert(object_of(object));
  return Ptr(std::move(object));
}

}  // namespace

Catalog::Catalog() : objects_(std::make_shared<const Objects>()), version_(next_version()) {}

// Copies are made only when somebody else still looks at the objects.
Catalog::Objects& Catalog::own() {
  if (objects_.use_count() != 1) objects_ = std::make_shared<const Objects>(*objects_);
  version_ = next_version();
  return const_cast<Objects&>(*objects_);  // made by us and held by nobody else
}

Expected<TablePtr> Catalog::add_table(TableDef table) {
  return add_object<TablePtr>(own(), std::move(table), false, false);
}
Expected<IndexPtr> Catalog::add_index(IndexDef index) {
  return add_object<IndexPtr>(own(), std::move(index), false, true);
}
Expected<ViewPtr> Catalog::add_view(ViewDef view) {
  return add_object<ViewPtr>(own(), std::move(view), false, false);
}
Expected<UnsupportedPtr> Catalog::add_unsupported(UnsupportedDef object) {
  const bool is_trigger = object.kind == "trigger";
  const bool is_index = object.kind == "index";
  return add_object<UnsupportedPtr>(own(), std::move(object), is_trigger, is_index);
}

Expected<void> Catalog::replace_table(TableDef table) {
  Objects& objects = own();
  const Object* taken = objects.find(table.name, table.schema, false);
  if (taken != nullptr && taken->id != table.id) {
    return fail(ErrorCode::kError, "there is already another table or index with this name: " + table.name);
  }
  objects.set.get<ById>().erase(table.id);
  objects.number(table);
  objects.set.insert(object_of(std::make_shared<const TableDef>(std::move(table))));
  return {};
}

Expected<void> Catalog::replace_index(IndexDef index) {
  Objects& objects = own();
  const Object* taken = objects.find(index.name, index.schema, false);
  if (taken != nullptr && taken->id != index.id) {
    return fail(ErrorCode::kError, name_taken(*taken, true, index.name));
  }
  objects.set.get<ById>().erase(index.id);
  objects.number(index);
  objects.set.insert(object_of(std::make_shared<const IndexDef>(std::move(index))));
  return {};
}

bool Catalog::remove(ObjectId id) {
  const Object* object = objects_->find(id);
  if (object == nullptr) return false;
  std::vector<ObjectId> doomed{id};
  if (const auto* table = std::get_if<TablePtr>(&object->object); table != nullptr) {
    for (const IndexPtr& index : indexes_of(id)) doomed.push_back(index->id);
    for (const UnsupportedPtr& other : unsupported_on((*table)->name, (*table)->schema))
      doomed.push_back(other->id);
  }
  Objects& objects = own();
  for (const ObjectId doomed_id : doomed) objects.set.get<ById>().erase(doomed_id);
  return true;
}

TablePtr Catalog::find_table(std::string_view name, std::optional<SchemaName> schema) const {
  return find_kind<TablePtr>(*objects_, name, schema);
}
IndexPtr Catalog::find_index(std::string_view name, std::optional<SchemaName> schema) const {
  return find_kind<IndexPtr>(*objects_, name, schema);
}
ViewPtr Catalog::find_view(std::string_view name, std::optional<SchemaName> schema) const {
  return find_kind<ViewPtr>(*objects_, name, schema);
}
UnsupportedPtr Catalog::find_unsupported(std::string_view name, std::optional<SchemaName> schema) const {
  UnsupportedPtr object = find_kind<UnsupportedPtr>(*objects_, name, schema);
  return object != nullptr ? object : find_kind<UnsupportedPtr>(*objects_, name, schema, true);
}

std::optional<ObjectPtr> Catalog::find(std::string_view name, std::optional<SchemaName> schema) const {
  for (const SchemaName candidate : {SchemaName::kTemp, SchemaName::kMain}) {
    if (schema && *schema != candidate) continue;
    if (const Object* object = objects_->find(name, candidate, false); object != nullptr)
      return object->object;
  }
  return std::nullopt;
}

TablePtr Catalog::table(ObjectId id) const {
  const Object* object = objects_->find(id);
  const auto* table = object == nullptr ? nullptr : std::get_if<TablePtr>(&object->object);
  return table == nullptr ? nullptr : *table;
}

IndexPtr Catalog::index(ObjectId id) const {
  const Object* object = objects_->find(id);
  const auto* index = object == nullptr ? nullptr : std::get_if<IndexPtr>(&object->object);
  return index == nullptr ? nullptr : *index;
}

std::vector<IndexPtr> Catalog::indexes_of(ObjectId table_id) const {
  std::vector<IndexPtr> indexes;
  if (table_id == 0) return indexes;
  const auto [first, last] = objects_->set.get<ByTable>().equal_range(std::make_tuple(table_id));
  for (auto it = first; it != last; ++it) indexes.push_back(std::get<IndexPtr>(it->object));
  std::reverse(indexes.begin(), indexes.end());
  std::stable_partition(indexes.begin(), indexes.end(),
                        [](const IndexPtr& index) { return index->conflict != ConflictAction::kReplace; });
  return indexes;
}

std::vector<UnsupportedPtr> Catalog::unsupported_on(std::string_view table_name, SchemaName schema) const {
  const std::string wanted = folded(table_name);
  std::vector<UnsupportedPtr> found;
  const auto [first, last] = objects_->set.get<ByOrder>().equal_range(std::make_tuple(schema));
  for (auto it = first; it != last; ++it) {
    const auto* object = std::get_if<UnsupportedPtr>(&it->object);
    if (object != nullptr && it->folded_table == wanted) found.push_back(*object);
  }
  return found;
}

std::vector<ObjectPtr> Catalog::objects(SchemaName schema) const {
  std::vector<ObjectPtr> all;
  const auto [first, last] = objects_->set.get<ByOrder>().equal_range(std::make_tuple(schema));
  for (auto it = first; it != last; ++it) all.push_back(it->object);
  return all;
}

std::vector<TablePtr> Catalog::tables(SchemaName schema) const {
  std::vector<TablePtr> tables;
  for (const ObjectPtr& object : objects(schema)) {
    if (const auto* table = std::get_if<TablePtr>(&object); table != nullptr) tables.push_back(*table);
  }
  return tables;
}

bool Catalog::is_empty(SchemaName schema) const {
  const auto [first, last] = objects_->set.get<ByOrder>().equal_range(std::make_tuple(schema));
  return first == last;
}

}  // namespace leftmost::storage
