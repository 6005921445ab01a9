// The checker is tested as well: one page is broken on purpose per rule, and check() has to say exactly that.
#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "storage/btree.h"
#include "storage/key_codec.h"
#include "tests/catch.h"

using namespace leftmost::storage;

namespace {

// Two levels, long and short keys and values, in every page something in the heap.
BTree index_tree() {
  BTree tree({512, 1, false});
  for (int i = 0; i < 60; ++i) {
    const std::string key = "customer/" + std::to_string(1000 + i) + "/with a long tail";
    const std::string value = "a value of some length " + std::to_string(i);
    const Value row[] = {i % 3 == 0 ? Value::integer(i) : Value::text(value)};
    tree.insert(key, row);
  }
  return tree;
}

BTree rowid_tree() {
  BTree tree({512, 1, true});
  for (int i = 0; i < 60; ++i) {
    const Value row[] = {Value::integer(i)};
    tree.insert(RowidKey(i).view(), row);
  }
  return tree;
}

Page& root(const BTree& tree) { return const_cast<Page&>(*tree.root()); }
Page& first_leaf(const BTree& tree) { return *root(tree).children()[0]; }

struct Damage {
  const char* rule;
  bool rowid_keys;
  std::function<void(BTree&)> damage;
  std::function<void(BTree&)> repair;  // so that the tree can be destroyed
  const char* sentence;
};

std::size_t heap_slot(const Page& leaf) {
  std::size_t slot = 0;
  while (!tag_is_heap(leaf.tags(1)[slot])) ++slot;
  return slot;
}

}  // namespace

TEST_CASE("check() names the broken rule", "[btree][check]") {
  std::uint64_t saved = 0;
  const auto damages = std::vector<Damage>{
      {"key order", true, [&](BTree& t) { std::swap(first_leaf(t).heads()[1], first_leaf(t).heads()[2]); },
       [&](BTree& t) { std::swap(first_leaf(t).heads()[1], first_leaf(t).heads()[2]); },
       "page 2: key 1 in slot 2 is not above key 2 before it"},
      {"separator on the right", true,
       [&](BTree& t) {
         Page& leaf = first_leaf(t);
         saved = leaf.heads()[leaf.count - 1u];
         leaf.heads()[leaf.count - 1u] = rowid_to_head(1000);
       },
       [&](BTree& t) { first_leaf(t).heads()[first_leaf(t).count - 1u] = saved; },
       "page 2: key 1000 is not below the separator"},
      {"separator on the left", true, [&](BTree& t) { root(t).children()[1]->heads()[0] = rowid_to_head(0); },
       [](BTree&) {}, "page 3: key 0 is below the separator"},
      {"count below a child", true, [](BTree& t) { ++root(t).counts()[0]; }, [](BTree&) {},
       "entries below child 0, which has"},
      {"room", true,
       [&](BTree& t) {
         saved = first_leaf(t).count;
         first_leaf(t).count = static_cast<std::uint16_t>(first_leaf(t).capacity + 1);
       },
       [&](BTree& t) { first_leaf(t).count = static_cast<std::uint16_t>(saved); }, "entries and room for"},
      {"empty page", true,
       [&](BTree& t) {
         saved = first_leaf(t).count;
         first_leaf(t).count = 0;
       },
       [&](BTree& t) { first_leaf(t).count = static_cast<std::uint16_t>(saved); }, "page 2: is empty"},
      {"page size", true, [](BTree& t) { first_leaf(t).page_bytes = 1024; },
       [](BTree& t) { first_leaf(t).page_bytes = 512; }, "page 2: has 1024 bytes in a tree of pages of 512"},
      {"level", true, [](BTree& t) { root(t).level = 2; }, [](BTree& t) { root(t).level = 1; },
       "page 1: is on level 2 and has a child on level 0"},
      {"directory", true, [](BTree& t) { first_leaf(t).directory()[0] = 7; },
       [](BTree& t) { first_leaf(t).directory()[0] = 1; },
       "page 2: has a wrong directory entry for column 0"},
      {"forgotten column", true, [](BTree& t) { first_leaf(t).directory()[0] = 0; },
       [](BTree& t) { first_leaf(t).directory()[0] = 1; },
       "page 2: keeps a column that its directory does not know"},
      {"tag", true, [](BTree& t) { first_leaf(t).tags(1)[3] = 0x77; },
       [](BTree& t) { first_leaf(t).tags(1)[3] = kTagInteger; },
       "page 2: has the unknown tag 119 in slot 3 of kept column 1"},
      {"block count", true, [](BTree& t) { first_leaf(t).block_count = 1; },
       [](BTree& t) { first_leaf(t).block_count = 0; }, "page 2: refers to 0 blocks and counts 1"},
      {"reached twice", true, [](BTree& t) { root(t).children()[1] = root(t).children()[0]; }, [](BTree&) {},
       "page 3: is reached twice"},
      {"references", true, [](BTree& t) { first_leaf(t).references = 0; },
       [](BTree& t) { first_leaf(t).references = 1; }, "page 2: is reached but has no reference"},
      {"dead bytes", false, [](BTree& t) { first_leaf(t).heap_dead += 5; },
       [](BTree& t) { first_leaf(t).heap_dead -= 5; }, "page 2: has"},
      {"overlap", false,
       [&](BTree& t) {
         Page& leaf = first_leaf(t);
         const std::size_t slot = heap_slot(leaf);
         HeapCell cell;
         std::memcpy(&cell, leaf.cells(1) + slot, sizeof cell);
         cell.offset = static_cast<std::uint16_t>(leaf.heap_begin);
         std::memcpy(leaf.cells(1) + slot, &cell, sizeof cell);
       },
       [](BTree&) {}, "has overlapping bytes in its heap"},
      {"outside of the heap", false, [](BTree& t) { first_leaf(t).slots()[1].offset = 510; }, [](BTree&) {},
       "refers to bytes outside of its heap at 510"},
      {"arrays and heap", false,
       [&](BTree& t) {
         saved = first_leaf(t).heap_begin;
         first_leaf(t).heap_begin = 60;
       },
       [&](BTree& t) { first_leaf(t).heap_begin = static_cast<std::uint32_t>(saved); },
       "has arrays that reach into its heap"},
      {"first bytes of a text", false,
       [](BTree& t) {
         Page& leaf = first_leaf(t);
         reinterpret_cast<char*>(leaf.cells(1) + heap_slot(leaf))[0] ^= 1;
       },
       [](BTree&) {}, "has a cell that does not begin like its text"},
      {"bytes behind a short key", false, [](BTree& t) { first_leaf(t).slots()[0].length = 3; },
       [](BTree&) {}, "has bytes behind the short key in slot 0"},
      {"entries of the tree", true, [](BTree& t) { --root(t).children()[root(t).count - 1u]->count; },
       [](BTree&) {}, "the tree counts 60 entries and has 59"},
  };
  for (const Damage& one : damages) {
    CAPTURE(one.rule);
    BTree tree = one.rowid_keys ? rowid_tree() : index_tree();
    REQUIRE(tree.height() == 2);
    REQUIRE(tree.check().empty());
    Page* lost = root(tree).children()[1];
    one.damage(tree);
    const std::vector<std::string> broken = tree.check();
    one.repair(tree);
    if (root(tree).children()[1] != lost) root(tree).children()[1] = lost;
    const bool said = std::any_of(broken.begin(), broken.end(), [&](const std::string& sentence) {
      return sentence.find(one.sentence) != std::string::npos;
    });
    std::string all;
    for (const std::string& sentence : broken) all += sentence + "\n";
    CAPTURE(all);
    CHECK(said);
  }
}

TEST_CASE("a small tree can be drawn", "[btree][text]") {
  const KeyColumn columns[] = {{}, {Collation::kBinary, false, Affinity::kInteger}};
  BTree tree({512, 0, false});
  for (int i = 0; i < 3; ++i) {
    const Value row[] = {Value::text(i == 0 ? "eu" : "us"), Value::integer(i)};
    tree.insert(encode_key(row, columns), {});
  }
  CHECK(tree.to_text(columns) == "level 0  ['eu' | 0   'us' | 1   'us' | 2]\n");

  const BTree rowids = rowid_tree();
  const std::string text = rowids.to_text();
  CHECK(text.find("level 1  [ :") == 0);
  CHECK(text.find("\nlevel 0  [0   1   2") != std::string::npos);
}
