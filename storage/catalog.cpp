#include "storage/catalog.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <string>
#include <tuple>

#include "storage/persistent_map.h"

namespace leftmost::storage {
namespace {

std::string folded(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = to_lower_ascii(c);
  return lower;
}

// What the containers know of an object of any kind.
struct Facts {
  ObjectId id = 0;
  SchemaName schema = SchemaName::kMain;
  std::string folded_name;
  bool is_trigger = false;  // triggers have names of their own
  ObjectId table_id = 0;    // of an index
  SchemaName table_schema = SchemaName::kMain;
  std::string folded_table;  // what a trigger or an unsupported object hangs on
  std::int64_t schema_order = 0;
};

Facts facts_of(const TablePtr& table) {
  return {table->id, table->schema, folded(table->name), false, 0, {}, {}, table->schema_order};
}
Facts facts_of(const IndexPtr& index) {
  return {index->id, index->schema, folded(index->name), false, index->table_id, {}, {}, index->schema_order};
}
Facts facts_of(const ViewPtr& view) {
  return {view->id, view->schema, folded(view->name), false, 0, {}, {}, view->schema_order};
}
Facts facts_of(const TriggerPtr& trigger) {
  return {trigger->id, trigger->schema,       folded(trigger->name),       true,
          0,           trigger->table_schema, folded(trigger->table_name), trigger->schema_order};
}
Facts facts_of(const UnsupportedPtr& object) {
  return {object->id, object->schema, folded(object->name),       false,
          0,          object->schema, folded(object->table_name), object->schema_order};
}
Facts facts_of(const ObjectPtr& object) {
  return std::visit([](const auto& pointer) { return facts_of(pointer); }, object);
}

constexpr std::int64_t kFirstOrder = std::numeric_limits<std::int64_t>::min();

// SQLite's words for a name that is taken by `taken` when a `wanted` is created.
std::string name_taken(const ObjectPtr& taken, bool index_wanted, const std::string& name) {
  const bool is_index = std::holds_alternative<IndexPtr>(taken);
  if (is_index)
    return (index_wanted ? "index " + name + " already exists" : "there is already an index named " + name);
  if (index_wanted) return "there is already a table named " + name;
  const bool is_view = std::holds_alternative<ViewPtr>(taken);
  return (is_view ? "view " : "table ") + name + " already exists";
}

}  // namespace

struct Catalog::Objects {
  struct NameKey {
    SchemaName schema;
    bool is_trigger;
    std::string folded;
  };
  /// The key of a name as it is written.
  struct WrittenName {
    SchemaName schema;
    bool is_trigger;
    std::string_view name;
  };
  using TableKey = std::tuple<ObjectId, std::int64_t, ObjectId>;  // table, order, index
  // schema and folded name of the table, order
  using HangingKey = std::tuple<SchemaName, std::string, std::int64_t, ObjectId>;
  using OrderKey = std::tuple<SchemaName, std::int64_t, ObjectId>;

  PersistentMap<ObjectId, ObjectPtr> by_id;
  PersistentMap<NameKey, ObjectPtr> by_name;
  PersistentMap<TableKey, IndexPtr> by_table;
  PersistentMap<HangingKey, TriggerPtr> triggers_by_table;
  PersistentMap<HangingKey, UnsupportedPtr> unsupported_by_table;
  PersistentMap<OrderKey, ObjectPtr> by_order;
  ObjectId next_id = 1;
  std::int64_t next_order = 1;

  // Any order will do: the shorter name first, because that takes no look at its letters.
  friend int order(const NameKey& a, const NameKey& b) {
    return order(WrittenName{a.schema, a.is_trigger, a.folded}, b);
  }
  friend int order(const WrittenName& a, const NameKey& b) {
    if (a.schema != b.schema) return a.schema < b.schema ? -1 : 1;
    if (a.is_trigger != b.is_trigger) return a.is_trigger ? 1 : -1;
    if (a.name.size() != b.folded.size()) return a.name.size() < b.folded.size() ? -1 : 1;
    for (std::size_t i = 0; i < a.name.size(); ++i) {
      const char letter = to_lower_ascii(a.name[i]);
      if (letter != b.folded[i]) return letter < b.folded[i] ? -1 : 1;
    }
    return 0;
  }

  const ObjectPtr* find(std::string_view name, SchemaName schema, bool trigger) const {
    return by_name.find(WrittenName{schema, trigger, name});
  }
  const ObjectPtr* find(ObjectId id) const { return by_id.find(id); }

  void insert(const ObjectPtr& object) {
    const Facts facts = facts_of(object);
    by_id.insert_or_assign(facts.id, object);
    by_name.insert_or_assign({facts.schema, facts.is_trigger, facts.folded_name}, object);
    by_order.insert_or_assign({facts.schema, facts.schema_order, facts.id}, object);
    if (const auto* index = std::get_if<IndexPtr>(&object); index != nullptr) {
      by_table.insert_or_assign({facts.table_id, facts.schema_order, facts.id}, *index);
    } else if (const auto* trigger = std::get_if<TriggerPtr>(&object); trigger != nullptr) {
      triggers_by_table.insert_or_assign(hanging_key(facts), *trigger);
    } else if (const auto* other = std::get_if<UnsupportedPtr>(&object); other != nullptr) {
      unsupported_by_table.insert_or_assign(hanging_key(facts), *other);
    }
  }
  void erase(ObjectId id) {
    const ObjectPtr* object = by_id.find(id);
    if (object == nullptr) return;
    const Facts facts = facts_of(*object);
    by_id.erase(id);
    by_name.erase({facts.schema, facts.is_trigger, facts.folded_name});
    by_order.erase({facts.schema, facts.schema_order, facts.id});
    by_table.erase({facts.table_id, facts.schema_order, facts.id});
    triggers_by_table.erase(hanging_key(facts));
    unsupported_by_table.erase(hanging_key(facts));
  }
  static HangingKey hanging_key(const Facts& facts) {
    return {facts.table_schema, facts.folded_table, facts.schema_order, facts.id};
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
    const ObjectPtr* object = objects.find(name, candidate, trigger);
    if (object == nullptr) continue;
    if (const auto* found = std::get_if<Ptr>(object); found != nullptr) return *found;
  }
  return nullptr;
}

template <typename Ptr, typename Def, typename Objects>
Expected<Ptr> add_object(Objects& objects, Def def, bool is_trigger, bool is_index) {
  if (const ObjectPtr* taken = objects.find(def.name, def.schema, is_trigger); taken != nullptr) {
    if (is_trigger) return fail(ErrorCode::kError, "trigger " + def.name + " already exists");
    return fail(ErrorCode::kError, name_taken(*taken, is_index, def.name));
  }
  objects.number(def);
  Ptr object = std::make_shared<const Def>(std::move(def));
  objects.insert(object);
  return object;
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
Expected<TriggerPtr> Catalog::add_trigger(TriggerDef trigger) {
  return add_object<TriggerPtr>(own(), std::move(trigger), true, false);
}
Expected<UnsupportedPtr> Catalog::add_unsupported(UnsupportedDef object) {
  const bool is_index = object.kind == "index";
  return add_object<UnsupportedPtr>(own(), std::move(object), false, is_index);
}

Expected<void> Catalog::replace_table(TableDef table) {
  Objects& objects = own();
  const ObjectPtr* taken = objects.find(table.name, table.schema, false);
  if (taken != nullptr && facts_of(*taken).id != table.id) {
    return fail(ErrorCode::kError, "there is already another table or index with this name: " + table.name);
  }
  objects.erase(table.id);
  objects.number(table);
  objects.insert(std::make_shared<const TableDef>(std::move(table)));
  return {};
}

Expected<void> Catalog::replace_index(IndexDef index) {
  Objects& objects = own();
  const ObjectPtr* taken = objects.find(index.name, index.schema, false);
  if (taken != nullptr && facts_of(*taken).id != index.id) {
    return fail(ErrorCode::kError, name_taken(*taken, true, index.name));
  }
  objects.erase(index.id);
  objects.number(index);
  objects.insert(std::make_shared<const IndexDef>(std::move(index)));
  return {};
}

void Catalog::replace_view(ViewDef view) {
  Objects& objects = own();
  objects.erase(view.id);
  objects.insert(std::make_shared<const ViewDef>(std::move(view)));
}

void Catalog::replace_trigger(TriggerDef trigger) {
  Objects& objects = own();
  objects.erase(trigger.id);
  objects.insert(std::make_shared<const TriggerDef>(std::move(trigger)));
}

bool Catalog::remove(ObjectId id) {
  const ObjectPtr* object = objects_->find(id);
  if (object == nullptr) return false;
  std::vector<ObjectId> doomed{id};
  if (const auto* table = std::get_if<TablePtr>(object); table != nullptr) {
    for (const IndexPtr& index : indexes_of(id)) doomed.push_back(index->id);
    for (const UnsupportedPtr& other : unsupported_on((*table)->name, (*table)->schema))
      doomed.push_back(other->id);
    for (const TriggerPtr& trigger : triggers_on((*table)->name, (*table)->schema))
      doomed.push_back(trigger->id);
  } else if (const auto* view = std::get_if<ViewPtr>(object); view != nullptr) {
    for (const TriggerPtr& trigger : triggers_on((*view)->name, (*view)->schema))
      doomed.push_back(trigger->id);
  }
  Objects& objects = own();
  for (const ObjectId doomed_id : doomed) objects.erase(doomed_id);
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
TriggerPtr Catalog::find_trigger(std::string_view name, std::optional<SchemaName> schema) const {
  return find_kind<TriggerPtr>(*objects_, name, schema, true);
}
UnsupportedPtr Catalog::find_unsupported(std::string_view name, std::optional<SchemaName> schema) const {
  return find_kind<UnsupportedPtr>(*objects_, name, schema);
}

const ObjectPtr* Catalog::find_object(std::string_view name, SchemaName schema) const {
  return objects_->find(name, schema, false);
}

std::optional<ObjectPtr> Catalog::find(std::string_view name, std::optional<SchemaName> schema) const {
  for (const SchemaName candidate : {SchemaName::kTemp, SchemaName::kMain}) {
    if (schema && *schema != candidate) continue;
    if (const ObjectPtr* object = objects_->find(name, candidate, false); object != nullptr) return *object;
  }
  return std::nullopt;
}

TablePtr Catalog::table(ObjectId id) const {
  const ObjectPtr* object = objects_->find(id);
  const auto* table = object == nullptr ? nullptr : std::get_if<TablePtr>(object);
  return table == nullptr ? nullptr : *table;
}

IndexPtr Catalog::index(ObjectId id) const {
  const ObjectPtr* object = objects_->find(id);
  const auto* index = object == nullptr ? nullptr : std::get_if<IndexPtr>(object);
  return index == nullptr ? nullptr : *index;
}

std::vector<IndexPtr> Catalog::indexes_of(ObjectId table_id) const {
  std::vector<IndexPtr> indexes;
  if (table_id == 0) return indexes;
  objects_->by_table.for_each_from({table_id, kFirstOrder, 0},
                                   [&](const Objects::TableKey& key, const IndexPtr& index) {
                                     if (std::get<0>(key) != table_id) return false;
                                     indexes.push_back(index);
                                     return true;
                                   });
  std::reverse(indexes.begin(), indexes.end());
  std::stable_partition(indexes.begin(), indexes.end(),
                        [](const IndexPtr& index) { return index->conflict != ConflictAction::kReplace; });
  return indexes;
}

std::vector<TriggerPtr> Catalog::triggers_on(std::string_view table_name, SchemaName schema) const {
  std::vector<TriggerPtr> found;
  if (objects_->triggers_by_table.empty()) return found;
  const std::string wanted = folded(table_name);
  objects_->triggers_by_table.for_each_from({schema, wanted, kFirstOrder, 0},
                                            [&](const Objects::HangingKey& key, const TriggerPtr& trigger) {
                                              if (std::get<0>(key) != schema || std::get<1>(key) != wanted)
                                                return false;
                                              found.push_back(trigger);
                                              return true;
                                            });
  const auto own = std::stable_partition(
      found.begin(), found.end(), [schema](const TriggerPtr& trigger) { return trigger->schema != schema; });
  std::reverse(own, found.end());
  return found;
}

std::vector<UnsupportedPtr> Catalog::unsupported_on(std::string_view table_name, SchemaName schema) const {
  std::vector<UnsupportedPtr> found;
  if (objects_->unsupported_by_table.empty()) return found;
  const std::string wanted = folded(table_name);
  objects_->unsupported_by_table.for_each_from(
      {schema, wanted, kFirstOrder, 0}, [&](const Objects::HangingKey& key, const UnsupportedPtr& object) {
        if (std::get<0>(key) != schema || std::get<1>(key) != wanted) return false;
        found.push_back(object);
        return true;
      });
  return found;
}

std::vector<ObjectPtr> Catalog::objects(SchemaName schema) const {
  std::vector<ObjectPtr> all;
  objects_->by_order.for_each_from({schema, kFirstOrder, 0},
                                   [&](const Objects::OrderKey& key, const ObjectPtr& object) {
                                     if (std::get<0>(key) != schema) return false;
                                     all.push_back(object);
                                     return true;
                                   });
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
  bool is_empty = true;
  objects_->by_order.for_each_from({schema, kFirstOrder, 0},
                                   [&](const Objects::OrderKey& key, const ObjectPtr&) {
                                     is_empty = std::get<0>(key) != schema;
                                     return false;
                                   });
  return is_empty;
}

}  // namespace leftmost::storage
