// Entries are collected until the next one would not fit into a leaf with them - the size of the packed leaf
// is known exactly at any time - and then packed at once. Inner levels are packed from the finished list of
// leaves at the end.
#include <algorithm>
#include <new>
#include <vector>

#include "storage/arena.h"
#include "storage/btree.h"
#include "storage/page_writer.h"
#include "storage/tree_writer.h"

namespace leftmost::storage {

class BulkLoader::Impl {
 public:
  explicit Impl(TreeShape shape) : tree(shape), kept(tree.shape().columns, false) {}
  ~Impl() {
    for (const Piece& piece : leaves) release(piece.page);
    for (NewEntry& entry : waiting) entry.release_blocks();
  }

  void append(std::string_view key, std::span<const Value> values);
  void close_leaf();
  std::vector<Piece> pack_level(std::vector<Piece> below);

  BTree tree;  // an empty one: its shape
  std::vector<Piece> leaves;
  std::string last_key;
  std::uint64_t size = 0;

 private:
  std::size_t prefix_with(std::string_view key) const;
  std::size_t tails_with(std::size_t prefix) const;
  std::size_t packed_bytes(std::size_t entries, std::size_t kept_columns, std::size_t heap) const;

  // The leaf being collected. Keys and values live in the arena.
  Arena arena;
  std::vector<NewEntry> waiting;
  std::vector<bool> kept;  // columns with a value
  std::size_t kept_count = 0;
  std::size_t prefix = 0;    // that the keys share
  std::size_t key_heap = 0;  // bytes of key tails behind it
  std::size_t value_heap = 0;
  std::string separator;  // towards this leaf
};

// As EntryList::pack() chooses it.
std::size_t BulkLoader::Impl::prefix_with(std::string_view key) const {
  if (tree.shape().rowid_keys || waiting.empty()) return 0;
  const std::size_t shared = std::min(common_prefix(waiting.front().key(), key), key_bytes_max(tree.shape()));
  return waiting.size() == 1 ? shared : std::min(prefix, shared);
}

namespace {

std::size_t key_tail_bytes(const NewEntry& entry, std::size_t prefix) {
  if (entry.key_block() != nullptr) return sizeof(OverflowBlock*);
  return entry.key().size() > prefix + 8 ? entry.key().size() - prefix - 8 : 0;
}

}  // namespace

std::size_t BulkLoader::Impl::tails_with(std::size_t new_prefix) const {
  if (new_prefix == prefix) return key_heap;
  std::size_t bytes = 0;
  for (const NewEntry& entry : waiting) bytes += key_tail_bytes(entry, new_prefix);
  return bytes;
}

std::size_t BulkLoader::Impl::packed_bytes(std::size_t entries, std::size_t kept_columns,
                                           std::size_t heap) const {
  const TreeShape& shape = tree.shape();
  return sizeof(Page) + 2u * shape.columns + entries * (8 + 9 * kept_columns + (shape.rowid_keys ? 0u : 4u)) +
         heap;
}

void BulkLoader::Impl::append(std::string_view key, std::span<const Value> values) {
  const bool keys_have_tails = !tree.shape().rowid_keys;
  NewEntry entry(tree.shape(), key, values);
  while (true) {
    const std::size_t new_prefix = prefix_with(key);
    const std::size_t new_key_heap =
        keys_have_tails ? tails_with(new_prefix) + key_tail_bytes(entry, new_prefix) : 0;
    std::size_t new_kept = kept_count;
    std::size_t new_value_heap = value_heap;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!values[i].is_null() && !kept[i]) ++new_kept;
      new_value_heap += entry.heap_bytes(i);
    }
    const std::size_t bytes =
        packed_bytes(waiting.size() + 1, new_kept, new_prefix + new_key_heap + new_value_heap);
    if (bytes > tree.shape().page_bytes && !waiting.empty()) {
      std::string next_separator = shortest_separator(last_key, key, tree.shape().rowid_keys);
      close_leaf();
      separator = std::move(next_separator);
      continue;
    }
    prefix = new_prefix;
    key_heap = new_key_heap;
    value_heap = new_value_heap;
    kept_count = new_kept;
    break;
  }
  Value* copies = static_cast<Value*>(arena.allocate(sizeof(Value) * (values.size() + 1), alignof(Value)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].is_null()) kept[i] = true;
    new (copies + i) Value(entry.block(i) != nullptr ? values[i] : copy_value(values[i], arena));
  }
  entry.move_to(entry.key_block() != nullptr ? entry.key() : arena.copy(key), {copies, values.size()});
  waiting.push_back(std::move(entry));
}

void BulkLoader::Impl::close_leaf() {
  if (waiting.empty()) return;
  EntryList list(tree.shape(), true);
  for (const NewEntry& entry : waiting) list.add(entry);
  leaves.push_back({list.pack(0, list.size()), waiting.size(), std::move(separator)});
  waiting.clear();
  arena.reset();
  kept.assign(kept.size(), false);
  kept_count = prefix = key_heap = value_heap = 0;
  separator.clear();
}

// Packs as many pieces as fit into each page of the next level; no page is left with a single child.
std::vector<Piece> BulkLoader::Impl::pack_level(std::vector<Piece> below) {
  const TreeShape& shape = tree.shape();
  EntryList list(shape, false);
  for (const Piece& piece : below) {
    OverflowBlock* block =
        piece.separator.size() > key_bytes_max(shape) ? new_block(piece.separator) : nullptr;
    list.add_child(piece.separator, block, piece.page, piece.count);
  }
  std::vector<Piece> level;
  std::size_t first = 0;
  while (first < list.size()) {
    std::size_t last = first;
    std::size_t bytes = 0;
    std::uint64_t count = 0;
    while (last < list.size() && bytes + list.entry_bytes(last) <= usable_bytes(shape, false)) {
      bytes += list.entry_bytes(last++);
    }
    if (last + 1 == list.size() && last - first > 2) --last;
    Page* page = list.pack(first, last);
    for (std::size_t i = first; i < last; ++i) count += below[i].count;
    level.push_back({page, count, std::move(below[first].separator)});
    if (list.block(first) != nullptr) release(list.block(first));
    first = last;
  }
  return level;
}

BulkLoader::BulkLoader(TreeShape shape) : impl_(new Impl(shape)) {}
BulkLoader::~BulkLoader() { delete impl_; }

bool BulkLoader::append(std::string_view key, std::span<const Value> values) {
  if (impl_->size > 0 && key <= impl_->last_key) return false;
  impl_->append(key, values);
  impl_->last_key.assign(key);
  ++impl_->size;
  return true;
}

BTree BulkLoader::finish() {
  BTree result(impl_->tree.shape());
  impl_->close_leaf();
  std::vector<Piece> level = std::move(impl_->leaves);
  impl_->leaves.clear();
  while (level.size() > 1) level = impl_->pack_level(std::move(level));
  if (!level.empty()) {
    release(result.root_);
    result.root_ = level.front().page;
    result.size_ = impl_->size;
  }
  impl_->size = 0;
  return result;
}

}  // namespace leftmost::storage
