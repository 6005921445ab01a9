#include "storage/persistent_map.h"

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/catch.h"

using leftmost::storage::PersistentMap;

namespace {

using Map = PersistentMap<int, std::string>;
using Pairs = std::vector<std::pair<int, std::string>>;

Pairs contents(const Map& map) {
  Pairs all;
  map.for_each([&](int key, const std::string& value) {
    all.emplace_back(key, value);
    return true;
  });
  return all;
}

}  // namespace

TEST_CASE("copies of a map keep what they had", "[persistent_map]") {
  Map map;
  for (int key = 0; key < 100; ++key) map.insert_or_assign(key, "old");
  const Map before = map;
  map.insert_or_assign(7, "new");
  *map.find_to_change(8) = "changed";
  CHECK(map.erase(9));
  CHECK_FALSE(map.erase(9));
  map.find_or_insert(1000) = "added";
  CHECK(*map.find(7) == "new");
  CHECK(*map.find(8) == "changed");
  CHECK(map.find(9) == nullptr);
  CHECK(*map.find(1000) == "added");
  for (int key = 0; key < 100; ++key) CHECK(*before.find(key) == "old");
  CHECK(before.find(1000) == nullptr);
}

TEST_CASE("a value found to be changed stays where it is while other keys come and go", "[persistent_map]") {
  Map map;
  for (int key = 0; key < 64; ++key) map.insert_or_assign(key, std::to_string(key));
  const Map shared = map;
  const std::string* kept = map.find_to_change(31);
  for (int key = 0; key < 300; ++key) {
    if (key != 31) map.erase(key);
    map.insert_or_assign(1000 + key, "x");
  }
  CHECK(map.find(31) == kept);
  CHECK(*shared.find(31) == "31");
}

TEST_CASE("a walk may begin at a key and may stop", "[persistent_map]") {
  Map map;
  for (int key = 0; key < 50; key += 2) map.insert_or_assign(key, "");
  std::vector<int> seen;
  map.for_each_from(21, [&](int key, const std::string&) {
    seen.push_back(key);
    return seen.size() < 3;
  });
  CHECK(seen == std::vector<int>{22, 24, 26});
}

TEST_CASE("random changes to several copies agree with std::map", "[persistent_map]") {
  std::mt19937 random(20);  // NOLINT(cert-msc32-c,cert-msc51-cpp)
  std::vector<std::pair<Map, std::map<int, std::string>>> copies(1);
  for (int round = 0; round < 20'000; ++round) {
    auto& [map, model] = copies[random() % copies.size()];
    const int key = static_cast<int>(random() % 200);
    if (random() % 3 == 0) {
      REQUIRE(map.erase(key) == (model.erase(key) == 1));
    } else {
      map.insert_or_assign(key, std::to_string(round));
      model[key] = std::to_string(round);
    }
    if (random() % 100 == 0) copies.push_back(copies[random() % copies.size()]);
    if (copies.size() > 6) copies.erase(copies.begin());
    if (round % 500 == 0) {
      for (const auto& [one, other] : copies) REQUIRE(contents(one) == Pairs(other.begin(), other.end()));
    }
  }
}
