// Leaves are filled one after the other from the left; the last leaf stays open, so an append usually is an insert at the
// end of a page. Inner levels are packed from the finished list of leaves at the end.
#include <algorithm>
#include <vector>

#include "storage/btree.h"
#include "storage/page_writer.h"
#include "storage/tree_writer.h"

namespace leftmost::storage {

class BulkLoader::Impl {
 public:
  explicit Impl(TreeShape shape) : tree(shape) {}
  ~Impl() {
    for (const Piece& piece : leaves) release(piece.page);
    if (open != nullptr) release(open);
  }

  void append(const NewEntry& entry);
  void close_leaf();
  std::vector<Piece> pack_level(std::vector<Piece> below);

  BTree tree;  // an empty one: its shape
  std::vector<Piece> leaves;
  Page* open = nullptr;
  std::string separator;  // towards the open leaf
  std::string last_key;
  std::uint64_t size = 0;
};

void BulkLoader::Impl::append(const NewEntry& entry) {
  if (open != nullptr && insert_in_place(*open, open->count, entry)) return;
  EntryList list(tree.shape(), true);
  if (open != nullptr) list.add_page(*open);
  list.add(entry);
  if (Page* page = list.pack(0, list.size(), open == nullptr ? 0u : open->prefix_bytes); page != nullptr) {
    if (open != nullptr) free_emptied(open);
    open = page;
    return;
  }
  const std::size_t last = list.size() - 1;
  std::string next_separator = shortest_separator(list.key(last - 1), list.key(last), tree.shape().rowid_keys);
  Page* next = list.pack(last, last + 1);
  close_leaf();
  open = next;
  separator = std::move(next_separator);
}

void BulkLoader::Impl::close_leaf() {
  if (open == nullptr) return;
  leaves.push_back({open, open->count, std::move(separator)});
  separator.clear();
  open = nullptr;
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
  impl_->append(NewEntry(impl_->tree.shape(), key, values));
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
