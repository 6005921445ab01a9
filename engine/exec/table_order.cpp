#include "engine/exec/table_order.h"

#include <algorithm>
#include <cstdint>
#include <list>
#include <optional>
#include <string>

#include "storage/collation.h"

namespace leftmost::engine {
namespace {

// SQLite's hash table of names keeps all elements in one list. A new element goes in front of the elements of its
// bucket, or to the front of the list when there are none (or no buckets yet); from ten elements on there are buckets,
// and whenever there are more than two elements per bucket their number becomes twice that of the elements, at most
// 64, with all elements put in again in list order.
class HashOrder {
 public:
  void add(std::string name, std::optional<storage::ObjectPtr> object) {
    elements_.push_front({std::move(name), std::move(object)});
    const auto fresh = elements_.begin();
    if (elements_.size() >= 10 && elements_.size() > 2 * buckets_.size()) rehash(elements_.size() * 2, fresh);
    if (buckets_.empty()) return;
    place(fresh);
  }

  /// Nothing stands for the schema table.
  std::vector<std::optional<storage::ObjectPtr>> objects() const {
    std::vector<std::optional<storage::ObjectPtr>> objects;
    for (const Element& element : elements_) objects.push_back(element.object);
    return objects;
  }

 private:
  struct Element {
    std::string name;
    std::optional<storage::ObjectPtr> object;
  };
  using Position = std::list<Element>::iterator;
  struct Bucket {
    std::size_t count = 0;
    Position first;
  };

  static std::uint32_t hash(const std::string& name) {
    std::uint32_t h = 0;
    for (const char c : name) {
      h += static_cast<std::uint8_t>(storage::to_lower_ascii(c));
      h *= 0x9e3779b1u;
    }
    return h;
  }

  void place(Position element) {
    Bucket& bucket = buckets_[hash(element->name) % buckets_.size()];
    if (bucket.count > 0) {
      elements_.splice(bucket.first, elements_, element);
    } else {
      elements_.splice(elements_.begin(), elements_, element);
    }
    ++bucket.count;
    bucket.first = element;
  }

  void rehash(std::size_t size, Position except) {
    buckets_.assign(std::min<std::size_t>(size, 64), Bucket{0, elements_.end()});
    std::list<Element> fresh;
    fresh.splice(fresh.begin(), elements_, except);
    std::list<Element> old;
    old.swap(elements_);
    while (!old.empty()) {
      elements_.splice(elements_.begin(), old, old.begin());
      place(elements_.begin());
    }
    elements_.splice(elements_.begin(), fresh);
  }

  std::list<Element> elements_;
  std::vector<Bucket> buckets_;
};

}  // namespace

std::vector<std::optional<storage::ObjectPtr>> tables_and_views_in_hash_order(const storage::Catalog& catalog,
                                                                              storage::SchemaName schema) {
  HashOrder order;
  order.add(schema == storage::SchemaName::kMain ? "sqlite_master" : "sqlite_temp_master", std::nullopt);
  for (const storage::ObjectPtr& object : catalog.objects(schema)) {
    if (const auto* table = std::get_if<storage::TablePtr>(&object)) order.add((*table)->name, object);
    if (const auto* view = std::get_if<storage::ViewPtr>(&object)) order.add((*view)->name, object);
  }
  return order.objects();
}

std::vector<storage::TablePtr> tables_in_hash_order(const storage::Catalog& catalog, storage::SchemaName schema) {
  std::vector<storage::TablePtr> tables;
  for (const std::optional<storage::ObjectPtr>& object : tables_and_views_in_hash_order(catalog, schema)) {
    const auto* table = object ? std::get_if<storage::TablePtr>(&*object) : nullptr;
    if (table != nullptr) tables.push_back(*table);
  }
  return tables;
}

}  // namespace leftmost::engine
