// The tree against std::map: the same random operations on both, on pages so small that splits and merges are
// common, check() after each step.
#include "storage/btree.h"

#include <map>
#include <string>
#include <vector>

#include "storage/cursor.h"
#include "tests/catch.h"
#include "tests/storage/random.h"

using namespace leftmost::storage;
using leftmost::storage::test::Random;

namespace {

using Model = std::map<std::string, std::vector<OwnedValue>>;

void require_sound(const BTree& tree) {
  const std::vector<std::string> broken = tree.check();
  if (!broken.empty()) FAIL(broken.front() << "\n" << tree.to_text());
}

bool same_row(const Page* leaf, std::size_t slot, const std::vector<OwnedValue>& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!identical(leaf->value(slot, i), row[i].view())) return false;
  }
  return true;
}

// Everything the tree says must be what the model says, forwards, backwards, in batches, by rank.
void require_same(const BTree& tree, const Model& model) {
  REQUIRE(tree.size() == model.size());
  auto expected = model.begin();
  std::uint64_t position = 0;
  Cursor forward(tree);
  for (; forward.valid(); forward.next(), ++expected, ++position) {
    REQUIRE(expected != model.end());
    REQUIRE(forward.key() == expected->first);
    REQUIRE(same_row(forward.leaf(), forward.slot(), expected->second));
    REQUIRE(forward.position() == position);
  }
  REQUIRE(expected == model.end());

  auto backward_expected = model.rbegin();
  for (Cursor backward(tree, Direction::kBackward); backward.valid(); backward.next(), ++backward_expected) {
    REQUIRE(backward.key() == backward_expected->first);
  }
  REQUIRE(backward_expected == model.rend());

  expected = model.begin();
  std::string scratch;
  LeafBatch batch;
  for (Cursor batches(tree); batches.next_batch(batch);) {
    for (std::size_t slot = batch.first; slot < batch.last; ++slot, ++expected) {
      REQUIRE(batch.key(slot, scratch) == expected->first);
      for (std::size_t i = 0; i < expected->second.size(); ++i) {
        REQUIRE(identical(batch.column(i).value(slot), expected->second[i].view()));
      }
    }
  }
  REQUIRE(expected == model.end());
}

void require_same_range(const BTree& tree, const Model& model, const ByteRange& range) {
  auto first = model.lower_bound(range.lower);
  auto last = range.is_empty() ? first : range.has_upper ? model.lower_bound(range.upper) : model.end();
  REQUIRE(tree.count(range) == static_cast<std::uint64_t>(std::distance(first, last)));
  REQUIRE(tree.rank(range.lower) ==
          static_cast<std::uint64_t>(std::distance(model.begin(), model.lower_bound(range.lower))));
  const BTree::Found found = tree.find_first(range);
  REQUIRE(static_cast<bool>(found) == (first != last));
  std::string scratch;
  if (found) REQUIRE(found.leaf->key(found.slot, scratch) == first->first);
  Cursor forward(tree, range);
  for (auto it = first; it != last; ++it, forward.next()) {
    REQUIRE(forward.valid());
    REQUIRE(forward.key() == it->first);
  }
  REQUIRE_FALSE(forward.valid());
  Cursor backward(tree, range, Direction::kBackward);
  for (auto it = last; it != first; backward.next()) {
    --it;
    REQUIRE(backward.valid());
    REQUIRE(backward.key() == it->first);
  }
  REQUIRE_FALSE(backward.valid());
}

struct Shapes {
  TreeShape shape;
  std::size_t key_bytes_max;
  std::size_t value_bytes_max;
};

std::string random_key(Random& random, const Shapes& shapes) {
  if (shapes.shape.rowid_keys) {
    return std::string(
        RowidKey(random.one_in(4) ? random.integer() : static_cast<std::int64_t>(random.below(500))).view());
  }
  // Common beginnings, so that prefixes are cut off and have to shrink again.
  static const std::string kBeginnings[] = {"", "a", "customer/", "customer/2026/", std::string(90, 'x')};
  return kBeginnings[random.below(5)] + random.bytes(random.one_in(3) ? shapes.key_bytes_max : 4);
}

std::vector<OwnedValue> random_row(Random& random, const Shapes& shapes) {
  std::vector<OwnedValue> row;
  for (std::size_t i = 0; i < shapes.shape.columns; ++i) {
    std::string store;
    // Column 0 mostly NULL: it comes and goes as a kept column.
    row.emplace_back(i == 0 && !random.one_in(20)
                         ? Value::null()
                         : random.value(store, random.one_in(4) ? shapes.value_bytes_max : 12));
  }
  return row;
}

std::vector<Value> views(const std::vector<OwnedValue>& row) {
  std::vector<Value> values;
  for (const OwnedValue& value : row) values.push_back(value.view());
  return values;
}

}  // namespace

TEST_CASE("a tree under random changes stays sound and equals std::map", "[btree][model]") {
  const Shapes shapes = GENERATE(Shapes{{512, 0, true}, 0, 0}, Shapes{{512, 3, true}, 0, 40},
                                 Shapes{{512, 3, true}, 0, 900}, Shapes{{512, 1, false}, 12, 30},
                                 Shapes{{512, 0, false}, 300, 0}, Shapes{{512, 2, false}, 700, 700},
                                 Shapes{{1024, 30, true}, 0, 300}, Shapes{{512, 200, true}, 0, 60});
  const std::uint64_t seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed, shapes.shape.columns, shapes.shape.rowid_keys, shapes.key_bytes_max, shapes.value_bytes_max);
  Random random(seed);
  BTree tree(shapes.shape);
  Model model;
  BTree snapshot = tree;
  Model snapshot_model;
  TreeCounters counters;
  // Phases of growth and of decay, so that the tree gets high and low again.
  const int steps = shapes.shape.columns > 20 ? 500 : 2500;
  for (int step = 0; step < steps; ++step) {
    CAPTURE(step);
    const bool growing = step / (steps / 4) % 2 == 0;
    const std::size_t choice = random.below(10);
    std::string key = random_key(random, shapes);
    if (!model.empty() && random.one_in(2)) {
      auto it = model.lower_bound(key);
      if (it == model.end()) it = model.begin();
      key = it->first;
    }
    const bool known = model.count(key) > 0;
    const std::vector<OwnedValue> row = random_row(random, shapes);
    if (choice < (growing ? 6u : 2u)) {
      REQUIRE(tree.insert(key, views(row), &counters) == !known);
      if (!known) model.emplace(key, row);
    } else if (choice < (growing ? 7u : 8u)) {
      REQUIRE(tree.erase(key, &counters) == known);
      model.erase(key);
    } else if (choice == 8) {
      REQUIRE(tree.insert_or_replace(key, views(row), &counters) == known);
      model[key] = row;
    } else if (shapes.shape.columns > 0) {
      std::vector<ColumnChange> changes;
      for (std::size_t i = 0; i < shapes.shape.columns; ++i) {
        if (!random.one_in(2)) continue;
        changes.push_back({i, row[i].view()});
        if (known) model[key][i] = row[i];
      }
      REQUIRE(tree.update(key, changes, &counters) == known);
    }
    require_sound(tree);
    if (random.one_in(60)) {
      require_same(tree, model);
      require_same(snapshot, snapshot_model);
      require_sound(snapshot);
      if (random.one_in(3)) {  // ROLLBACK
        tree = snapshot;
        model = snapshot_model;
      } else {
        snapshot = tree;
        snapshot_model = model;
      }
    }
    if (random.one_in(10)) {
      ByteRange range;
      range.lower = random.one_in(4) ? std::string() : random_key(random, shapes);
      range.has_upper = !random.one_in(4);
      if (range.has_upper) range.upper = random_key(random, shapes);
      require_same_range(tree, model, range);
    }
  }
  require_same(tree, model);
  CHECK(counters.splits > 0);
  CHECK(counters.merges > 0);
  while (!model.empty()) {
    auto it = std::next(model.begin(), static_cast<std::ptrdiff_t>(random.below(model.size())));
    REQUIRE(tree.erase(it->first));
    model.erase(it);
    require_sound(tree);
  }
  CHECK(tree.height() == 1);
  require_same(snapshot, snapshot_model);
}

TEST_CASE("bulk loading makes the same tree as inserting", "[btree][bulk]") {
  const Shapes shapes = GENERATE(Shapes{{512, 2, true}, 0, 40}, Shapes{{512, 1, false}, 12, 30},
                                 Shapes{{512, 1, false}, 300, 300}, Shapes{{4096, 4, true}, 0, 20});
  const std::size_t entries = GENERATE(0u, 1u, 7u, 300u, 3000u);
  Random random(entries + 17);
  Model model;
  while (model.size() < entries) {
    const std::string key = shapes.shape.rowid_keys
                                ? std::string(RowidKey(random.integer()).view())
                                : random_key(random, shapes) + std::to_string(model.size());
    model.emplace(key, random_row(random, shapes));
  }
  BulkLoader loader(shapes.shape);
  for (const auto& [key, row] : model) REQUIRE(loader.append(key, views(row)));
  if (entries > 0) CHECK_FALSE(loader.append(model.rbegin()->first, views(model.rbegin()->second)));
  BTree tree = loader.finish();
  require_sound(tree);
  require_same(tree, model);
  // What was loaded can be changed like any other tree.
  for (auto it = model.begin(); it != model.end();) {
    if (random.one_in(2)) {
      REQUIRE(tree.erase(it->first));
      it = model.erase(it);
    } else {
      ++it;
    }
  }
  require_sound(tree);
  require_same(tree, model);
}

TEST_CASE("ascending inserts fill their leaves", "[btree][fill]") {
  BTree tree({4096, 2, true});
  for (std::int64_t rowid = 0; rowid < 20000; ++rowid) {
    const Value row[] = {Value::integer(rowid), Value::text("some words")};
    REQUIRE(tree.insert(RowidKey(rowid).view(), row));
  }
  require_sound(tree);
  const LevelStatistics leaves = tree.statistics().front();
  CHECK(static_cast<double>(leaves.bytes_used) / static_cast<double>(leaves.bytes) > 0.93);
}

TEST_CASE("the n-th entry is found through the counts", "[btree][count]") {
  BTree tree({512, 0, true});
  for (std::int64_t rowid = 0; rowid < 3000; ++rowid) tree.insert(RowidKey(3 * rowid).view(), {});
  Cursor cursor(tree);
  for (std::uint64_t n = 0; n < 3000; n += 7) {
    cursor.seek_nth(n);
    REQUIRE(cursor.valid());
    CHECK(cursor.rowid() == static_cast<std::int64_t>(3 * n));
    CHECK(cursor.position() == n);
  }
  cursor.seek_nth(3000);
  CHECK_FALSE(cursor.valid());
}

TEST_CASE("an open cursor sees the tree of its beginning", "[btree][cursor][snapshot]") {
  BTree tree({512, 1, true});
  for (std::int64_t rowid = 0; rowid < 1000; ++rowid) {
    const Value row[] = {Value::integer(rowid)};
    tree.insert(RowidKey(rowid).view(), row);
  }
  std::int64_t expected = 0;
  for (Cursor cursor(tree); cursor.valid(); cursor.next(), ++expected) {
    REQUIRE(cursor.rowid() == expected);
    REQUIRE(cursor.value(0).as_integer() == expected);
    // UPDATE t SET rowid = rowid + 5000: no row is met twice.
    const Value row[] = {Value::integer(-1)};
    REQUIRE(tree.erase(RowidKey(expected).view()));
    REQUIRE(tree.insert(RowidKey(expected + 5000).view(), row));
  }
  CHECK(expected == 1000);
  CHECK(tree.size() == 1000);
  require_sound(tree);
}

TEST_CASE("counters count what an operation did", "[btree][counters]") {
  BTree tree({512, 0, true});
  for (std::int64_t rowid = 0; rowid < 5000; ++rowid) tree.insert(RowidKey(rowid).view(), {});
  REQUIRE(tree.height() == 3);
  TreeCounters point;
  CHECK(tree.find_rowid(77, &point));
  CHECK(point.seeks == 1);
  CHECK(point.pages == 3);
  CHECK(point.entries == 1);
  CHECK(point.comparisons >= 10);

  TreeCounters scan;
  LeafBatch batch;
  Cursor cursor(tree, ByteRange::all(), Direction::kForward, &scan);
  while (cursor.next_batch(batch)) {
  }
  CHECK(scan.seeks == 1);
  CHECK(scan.entries == 5000);
  const std::vector<LevelStatistics> levels = tree.statistics();
  CHECK(scan.pages == levels[0].pages + levels[1].pages + levels[2].pages);
}
