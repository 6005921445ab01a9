// Ours without SQL: a table tree and an index tree of storage/btree.h.
#include <algorithm>
#include <array>
#include <utility>

#include "bench/peer.h"
#include "storage/cursor.h"
#include "storage/key_codec.h"

namespace leftmost::bench {
namespace {

using storage::Value;

constexpr std::size_t kLast = 0, kFirst = 1, kAge = 2, kColumns = 4;  // the id is the key
constexpr std::array<storage::KeyColumn, 2> kNames{};

class BTreePeer final : public Peer {
 public:
  std::string_view name() const override { return "B+tree"; }

  bool load(const Users& users, bool with_index) override {
    std::string key;
    for (const User& user : users.rows) {
      const std::array<Value, kColumns> row = {Value::text(user.last_name), Value::text(user.first_name),
                                               Value::integer(user.age), Value::text(user.email)};
      table_.insert(storage::RowidKey(user.id).view(), row);
      if (!with_index) continue;
      make_key(user.last_name, user.first_name, user.id, key);
      index_.insert(key, kNoPayload);
    }
    return true;
  }

  // Keys with their first 8 bytes as a number beside them: most comparisons of the sort end there.
  bool build_index() override {
    struct Entry {
      std::uint64_t head;
      std::string key;
      bool operator<(const Entry& other) const { return head != other.head ? head < other.head : key < other.key; }
    };
    std::vector<Entry> entries;
    entries.reserve(table_.size());
    storage::Cursor cursor(table_);
    for (; cursor.valid(); cursor.next()) {
      Entry entry{0, {}};
      make_key(cursor.value(kLast).as_bytes(), cursor.value(kFirst).as_bytes(), cursor.rowid(), entry.key);
      for (std::size_t i = 0; i < 8; ++i) {
        entry.head = (entry.head << 8) | (i < entry.key.size() ? static_cast<unsigned char>(entry.key[i]) : 0U);
      }
      entries.push_back(std::move(entry));
    }
    std::sort(entries.begin(), entries.end());
    storage::BulkLoader loader(storage::TreeShape::for_index());
    for (const Entry& entry : entries) loader.append(entry.key, kNoPayload);
    index_ = loader.finish();
    return true;
  }

  std::int64_t age_of(std::int64_t id) override {
    const auto found = table_.find_rowid(id);
    return found ? found.value(kAge).as_integer() : -1;
  }
  std::int64_t sum_of_pair(std::string_view last_name, std::string_view first_name) override {
    const std::array<Value, 2> names = {Value::text(last_name), Value::text(first_name)};
    return sum_of_range(storage::encode_key(names, kNames));
  }
  std::int64_t count_of_last_name(std::string_view name) override {
    return static_cast<std::int64_t>(index_.count(storage::prefix_range(prefix_of(name))));
  }
  std::int64_t sum_of_last_name(std::string_view name) override { return sum_of_range(prefix_of(name)); }
  std::int64_t count_of_first_name(std::string_view name) override { return scan(name).first; }
  std::int64_t sum_of_first_name(std::string_view name) override { return scan(name).second; }

 private:
  static void make_key(std::string_view last_name, std::string_view first_name, std::int64_t id, std::string& key) {
    key.clear();
    storage::append_key_column(key, Value::text(last_name), {});
    storage::append_key_column(key, Value::text(first_name), {});
    storage::append_rowid(key, id);
  }
  static std::string prefix_of(std::string_view last_name) {
    std::string prefix;
    storage::append_key_column(prefix, Value::text(last_name), {});
    return prefix;
  }

  std::int64_t sum_of_range(const std::string& prefix) {
    std::int64_t sum = 0;
    storage::Cursor cursor(index_, storage::prefix_range(prefix));
    for (; cursor.valid(); cursor.next()) {
      // Behind the prefix stands the first name (unless it is part of it), then the rowid.
      std::string_view rest = cursor.key();
      const auto names_bytes = storage::key_prefix_bytes(rest, kNames);
      const auto id = storage::decode_rowid(rest, *names_bytes);
      sum += table_.find_rowid(*id).value(kAge).as_integer();
    }
    return sum;
  }

  std::pair<std::int64_t, std::int64_t> scan(std::string_view first_name) {
    std::int64_t count = 0, sum = 0;
    storage::Cursor cursor(table_);
    for (; cursor.valid(); cursor.next()) {
      if (cursor.value(kFirst).as_bytes() != first_name) continue;
      ++count;
      sum += cursor.value(kAge).as_integer();
    }
    return {count, sum};
  }

  static constexpr std::array<Value, 1> kNoPayload = {Value::null()};
  storage::BTree table_{storage::TreeShape::for_table(kColumns, /*rowid_keys=*/true)};
  storage::BTree index_{storage::TreeShape::for_index()};
};

}  // namespace

std::unique_ptr<Peer> make_btree_peer() { return std::make_unique<BTreePeer>(); }

}  // namespace leftmost::bench
