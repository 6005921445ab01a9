// The containers that a C++ program would use instead: absl's B-tree, and Boost.MultiIndex with a composite key.
#include <absl/container/btree_map.h>
#include <absl/container/btree_set.h>

#include <boost/multi_index/composite_key.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/ordered_index.hpp>
#include <boost/multi_index_container.hpp>
#include <limits>
#include <tuple>

#include "bench/peer.h"

namespace leftmost::bench {
namespace {

struct Row {
  std::int64_t id;
  std::string last_name;
  std::string first_name;
  std::int64_t age;
  std::string email;
};

Row row_of(const User& user) {
  return {user.id, std::string(user.last_name), std::string(user.first_name), user.age, user.email};
}

class AbslPeer final : public Peer {
 public:
  std::string_view name() const override { return "absl::btree"; }

  bool load(const Users& users, bool with_index) override {
    for (const User& user : users.rows) {
      table_.emplace(user.id, row_of(user));
      if (with_index) index_.insert(Key{std::string(user.last_name), std::string(user.first_name), user.id});
    }
    return true;
  }
  // The keys sorted and then inserted at the end, which is as fast as a B-tree without a bulk load gets.
  bool build_index() override {
    std::vector<Key> keys;
    keys.reserve(table_.size());
    for (const auto& [id, row] : table_) keys.push_back({row.last_name, row.first_name, id});
    std::sort(keys.begin(), keys.end(), Less());
    for (Key& key : keys) index_.insert(index_.end(), std::move(key));
    return true;
  }
  std::int64_t age_of(std::int64_t id) override {
    const auto found = table_.find(id);
    return found == table_.end() ? -1 : found->second.age;
  }
  std::int64_t sum_of_pair(std::string_view last_name, std::string_view first_name) override {
    std::int64_t sum = 0;
    for (auto at = lower(last_name, first_name); at != index_.end() && at->last == last_name && at->first == first_name; ++at) {
      sum += age_of(at->id);
    }
    return sum;
  }
  std::int64_t count_of_last_name(std::string_view name) override {
    std::int64_t count = 0;
    for (auto at = lower(name, {}); at != index_.end() && at->last == name; ++at) ++count;
    return count;
  }
  std::int64_t sum_of_last_name(std::string_view name) override {
    std::int64_t sum = 0;
    for (auto at = lower(name, {}); at != index_.end() && at->last == name; ++at) sum += age_of(at->id);
    return sum;
  }
  std::int64_t count_of_first_name(std::string_view name) override {
    std::int64_t count = 0;
    for (const auto& [id, row] : table_) count += row.first_name == name ? 1 : 0;
    return count;
  }
  std::int64_t sum_of_first_name(std::string_view name) override {
    std::int64_t sum = 0;
    for (const auto& [id, row] : table_) {
      if (row.first_name == name) sum += row.age;
    }
    return sum;
  }

 private:
  struct Key {
    std::string last;
    std::string first;
    std::int64_t id;
  };
  using View = std::tuple<std::string_view, std::string_view, std::int64_t>;
  static View view(const Key& key) { return {key.last, key.first, key.id}; }
  static View view(const View& key) { return key; }
  struct Less {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return view(a) < view(b);
    }
  };
  absl::btree_set<Key, Less>::const_iterator lower(std::string_view last, std::string_view first) const {
    return index_.lower_bound(View{last, first, std::numeric_limits<std::int64_t>::min()});
  }

  absl::btree_map<std::int64_t, Row> table_;
  absl::btree_set<Key, Less> index_;
};

namespace mi = boost::multi_index;

using ById = mi::ordered_unique<mi::member<Row, std::int64_t, &Row::id>>;
using ByName = mi::ordered_non_unique<
    mi::composite_key<Row, mi::member<Row, std::string, &Row::last_name>, mi::member<Row, std::string, &Row::first_name>>,
    mi::composite_key_compare<std::less<>, std::less<>>>;
using WithoutIndex = mi::multi_index_container<Row, mi::indexed_by<ById>>;
using WithIndex = mi::multi_index_container<Row, mi::indexed_by<ById, ByName>>;

class MultiIndexPeer final : public Peer {
 public:
  std::string_view name() const override { return "Boost.MultiIndex"; }

  bool load(const Users& users, bool with_index) override {
    for (const User& user : users.rows) {
      if (with_index) {
        rows_.insert(row_of(user));
      } else {
        bare_.insert(row_of(user));
      }
    }
    return true;
  }
  bool build_index() override { return false; }
  std::int64_t age_of(std::int64_t id) override {
    const auto found = rows_.get<0>().find(id);
    return found == rows_.get<0>().end() ? -1 : found->age;
  }
  std::int64_t sum_of_pair(std::string_view last_name, std::string_view first_name) override {
    return sum(rows_.get<1>().equal_range(std::make_tuple(last_name, first_name)));
  }
  std::int64_t count_of_last_name(std::string_view name) override {
    const auto range = rows_.get<1>().equal_range(std::make_tuple(name));
    return std::distance(range.first, range.second);
  }
  std::int64_t sum_of_last_name(std::string_view name) override {
    return sum(rows_.get<1>().equal_range(std::make_tuple(name)));
  }
  std::int64_t count_of_first_name(std::string_view name) override {
    std::int64_t count = 0;
    for (const Row& row : rows_) count += row.first_name == name ? 1 : 0;
    return count;
  }
  std::int64_t sum_of_first_name(std::string_view name) override {
    std::int64_t total = 0;
    for (const Row& row : rows_) {
      if (row.first_name == name) total += row.age;
    }
    return total;
  }

 private:
  template <typename Range>
  static std::int64_t sum(const Range& range) {
    std::int64_t total = 0;
    for (auto at = range.first; at != range.second; ++at) total += at->age;
    return total;
  }

  WithoutIndex bare_;
  WithIndex rows_;
};

}  // namespace

std::unique_ptr<Peer> make_absl_peer() { return std::make_unique<AbslPeer>(); }
std::unique_ptr<Peer> make_multi_index_peer() { return std::make_unique<MultiIndexPeer>(); }

}  // namespace leftmost::bench
