#include "storage/tree_writer.h"

#include <algorithm>
#include <cstring>

#include "storage/arena.h"

namespace leftmost::storage {
namespace {

std::uint64_t entries_below(const Page& page) {
  if (page.is_leaf()) return page.count;
  std::uint64_t entries = 0;
  for (std::size_t i = 0; i < page.count; ++i) entries += page.counts()[i];
  return entries;
}

// A page below this asks its neighbour to merge; what was merged has room left to grow.
bool is_underfull(const Page& page) {
  return used_bytes(page) < page.page_bytes / 4 || page.count < (page.is_leaf() ? 1 : 2);
}
std::size_t merged_bytes_max(const TreeShape& shape) { return shape.page_bytes / 8 * 7; }

std::uint64_t rowid_head(std::string_view key) {
  std::uint64_t head;
  std::memcpy(&head, key.data(), sizeof head);
  return __builtin_bswap64(head);
}

OverflowBlock* separator_block(const TreeShape& shape, std::string_view separator) {
  return separator.size() > key_bytes_max(shape) ? new_block(separator) : nullptr;
}

void pack_run(const TreeShape& shape, const EntryList& list, bool leaf, std::size_t prefix_fallback,
              std::size_t first, std::size_t last, std::size_t forced_split_at, std::vector<Piece>& pieces) {
  Page* page = forced_split_at > 0 ? nullptr : list.pack(first, last, prefix_fallback);
  if (page == nullptr && last - first > 1) {
    const std::size_t middle =
        forced_split_at > 0 ? forced_split_at : balanced_split(list, first, last, leaf);
    pack_run(shape, list, leaf, prefix_fallback, first, middle, 0, pieces);
    pack_run(shape, list, leaf, prefix_fallback, middle, last, 0, pieces);
    return;
  }
  Piece piece{page, entries_below(*page), {}};
  if (first > 0) {
    if (leaf) {
      piece.separator = shortest_separator(list.key(first - 1), list.key(first), shape.rowid_keys);
    } else {
      piece.separator.assign(list.key(first));
      if (list.block(first) != nullptr) release(list.block(first));
    }
  }
  pieces.push_back(std::move(piece));
}

}  // namespace

std::vector<Piece> pack_pieces(const TreeShape& shape, const EntryList& list, bool leaf,
                               std::size_t prefix_fallback, std::size_t forced_split_at) {
  std::vector<Piece> pieces;
  pack_run(shape, list, leaf, prefix_fallback, 0, list.size(), forced_split_at, pieces);
  return pieces;
}

std::size_t balanced_split(const EntryList& list, std::size_t first, std::size_t last, bool leaf) {
  std::size_t total = 0;
  for (std::size_t i = first; i < last; ++i) total += list.entry_bytes(i);
  // An inner page needs two children.
  const std::size_t margin = !leaf && last - first >= 4 ? 2 : 1;
  std::size_t left = 0;
  std::size_t middle = first;
  while (middle < last && left + list.entry_bytes(middle) / 2 < total / 2) left += list.entry_bytes(middle++);
  return std::clamp(middle, first + margin, last - margin);
}

std::string shortest_separator(std::string_view left, std::string_view right, bool fixed_keys) {
  return std::string(fixed_keys ? right : right.substr(0, common_prefix(left, right) + 1));
}

Page* new_root(const TreeShape& shape, const std::vector<Piece>& pieces) {
  EntryList list(shape, false);
  for (const Piece& piece : pieces) {
    list.add_child(piece.separator, separator_block(shape, piece.separator), piece.page, piece.count);
  }
  return list.pack(0, list.size());
}

bool TreeWriter::find(std::string_view key) {
  std::uint64_t* comparisons = counters_ == nullptr ? nullptr : &counters_->comparisons;
  Page* page = tree_.root_;
  depth_ = 0;
  // Rowids mostly arrive in ascending order: as long as the key is beyond the last one, a page is not
  // searched.
  bool at_right = shape_.rowid_keys;
  const std::uint64_t head = at_right ? rowid_head(key) : 0;
  for (; !page->is_leaf(); page = page->children()[path_[depth_++].slot]) {
    at_right = at_right && head >= page->heads()[page->count - 1u];
    path_[depth_] = {page, at_right ? page->count - 1u : page->child_slot(key, comparisons)};
  }
  bool equal = false;
  if (at_right && page->count > 0 && head > page->heads()[page->count - 1u]) {
    path_[depth_] = {page, page->count};
  } else {
    path_[depth_] = {page, page->lower_bound(key, &equal, comparisons)};
  }
  if (counters_ != nullptr) {
    ++counters_->seeks;
    counters_->pages += depth_ + 1;
  }
  return equal;
}

Page* TreeWriter::own_child(Page& parent, std::size_t slot) {
  Page*& child = parent.children()[slot];
  if (!is_exclusive(child)) {
    Page* copy = clone(*child);
    release(child);
    child = copy;
    if (counters_ != nullptr) ++counters_->page_copies;
  }
  return child;
}

void TreeWriter::own_path() {
  if (!is_exclusive(tree_.root_)) {
    Page* copy = clone(*tree_.root_);
    release(tree_.root_);
    tree_.root_ = copy;
    if (counters_ != nullptr) ++counters_->page_copies;
  }
  path_[0].page = tree_.root_;
  for (std::size_t depth = 0; depth < depth_; ++depth) {
    path_[depth + 1].page = own_child(*path_[depth].page, path_[depth].slot);
  }
}

void TreeWriter::add_to_counts(std::int64_t entries) {
  for (std::size_t depth = 0; depth < depth_; ++depth) {
    path_[depth].page->counts()[path_[depth].slot] += static_cast<std::uint64_t>(entries);
  }
  tree_.size_ += static_cast<std::uint64_t>(entries);
}

bool TreeWriter::at_right_edge() const {
  for (std::size_t depth = 0; depth < depth_; ++depth) {
    if (path_[depth].slot + 1 != path_[depth].page->count) return false;
  }
  return path_[depth_].slot == path_[depth_].page->count;
}

void TreeWriter::insert(const NewEntry& entry) {
  own_path();
  add_to_counts(1);
  place(entry);
}

void TreeWriter::replace(const NewEntry& entry) {
  own_path();
  erase_in_place(*path_[depth_].page, path_[depth_].slot);
  place(entry);
}

void TreeWriter::update(std::string_view key, std::span<const ColumnChange> changes) {
  own_path();
  Page& leaf = *path_[depth_].page;
  const std::size_t slot = path_[depth_].slot;
  std::size_t done = 0;
  while (done < changes.size() &&
         update_in_place(leaf, slot, changes[done].column, changes[done].value, shape_)) {
    ++done;
  }
  if (done == changes.size()) return;
  Arena arena;
  std::vector<Value> row(shape_.columns);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = copy_value(leaf.value(slot, i), arena);
  for (const ColumnChange& change : changes.subspan(done)) row[change.column] = change.value;
  const NewEntry entry(shape_, key, row);
  erase_in_place(leaf, slot);
  place(entry);
}

// Puts an entry where find() said. Requires: the path is ours.
void TreeWriter::place(const NewEntry& entry) {
  Page* leaf = path_[depth_].page;
  const std::size_t slot = path_[depth_].slot;
  if (insert_in_place(*leaf, slot, entry)) return;

  const bool appending = leaf->count > 0 && at_right_edge();
  EntryList list(shape_, true);
  if (!appending || !surely_overfills(*leaf, entry)) {
    list.add_page(*leaf, 0, slot);
    list.add(entry);
    list.add_page(*leaf, slot, leaf->count);
  }
  if (appending) {
    // Ascending inserts: a full leaf stays full, the next one starts with the new entry.
    Page* page = list.size() == 0 ? nullptr : list.pack(0, list.size(), leaf->prefix_bytes);
    if (page != nullptr) {
      free_emptied(leaf);
      put_pieces(depth_, {{page, page->count, {}}});
      return;
    }
    std::string scratch;
    std::string separator =
        shortest_separator(leaf->key(leaf->count - 1u, scratch), entry.key(), shape_.rowid_keys);
    EntryList next(shape_, true);
    next.add(entry);
    put_pieces(depth_, {{leaf, leaf->count, {}}, {next.pack(0, 1), 1, std::move(separator)}});
    return;
  }
  const std::vector<Piece> pieces = pack_pieces(shape_, list, true, leaf->prefix_bytes);
  free_emptied(leaf);
  put_pieces(depth_, pieces);
}

// The page at path_[depth] is replaced by `pieces`; it is freed already, or one of them.
void TreeWriter::put_pieces(std::size_t depth, const std::vector<Piece>& pieces) {
  if (counters_ != nullptr) counters_->splits += pieces.size() - 1;
  if (depth == 0) {
    tree_.root_ = pieces.size() == 1 ? pieces.front().page : new_root(shape_, pieces);
    return;
  }
  Page* parent = path_[depth - 1].page;
  std::size_t slot = path_[depth - 1].slot;
  parent->children()[slot] = pieces[0].page;
  parent->counts()[slot] = pieces[0].count;
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    OverflowBlock* block = separator_block(shape_, pieces[i].separator);
    ++slot;
    if (insert_child_in_place(*parent, slot, pieces[i].separator, block, pieces[i].page, pieces[i].count))
      continue;

    EntryList list(shape_, false);
    list.add_page(*parent, 0, slot);
    list.add_child(pieces[i].separator, block, pieces[i].page, pieces[i].count);
    for (std::size_t k = i + 1; k < pieces.size(); ++k) {
      list.add_child(pieces[k].separator, separator_block(shape_, pieces[k].separator), pieces[k].page,
                     pieces[k].count);
    }
    const bool appended = slot == parent->count;
    list.add_page(*parent, slot, parent->count);
    // Where entries are appended the left page keeps nine tenths.
    std::size_t split_at = 0;
    if (appended && list.size() >= 20) {
      if (Page* page = list.pack(0, list.size(), parent->prefix_bytes); page != nullptr) {
        free_emptied(parent);
        put_pieces(depth - 1, {{page, entries_below(*page), {}}});
        return;
      }
      split_at = list.size() - list.size() / 10;
    }
    const std::vector<Piece> parents = pack_pieces(shape_, list, false, parent->prefix_bytes, split_at);
    free_emptied(parent);
    put_pieces(depth - 1, parents);
    return;
  }
}

void TreeWriter::erase() {
  own_path();
  add_to_counts(-1);
  erase_in_place(*path_[depth_].page, path_[depth_].slot);
  rebalance();
}

void TreeWriter::rebalance() {
  for (std::size_t depth = depth_; depth > 0; --depth) {
    if (!is_underfull(*path_[depth].page)) break;
    if (!merge_with_neighbour(depth)) break;
  }
  collapse_root();
}

// True if two pages became one, so that their parent has lost a child.
bool TreeWriter::merge_with_neighbour(std::size_t depth) {
  Page& parent = *path_[depth - 1].page;
  std::size_t& slot = path_[depth - 1].slot;
  if (parent.count < 2) return false;
  if (slot + 1 == parent.count) --slot;  // from here on the left one of the two
  Page* left = own_child(parent, slot);
  Page* right = own_child(parent, slot + 1);
  const bool leaf = left->is_leaf();

  EntryList list(shape_, leaf);
  list.add_page(*left);
  const std::size_t seam = list.size();
  list.add_page(*right);
  if (!leaf) {
    std::string scratch;
    OverflowBlock* block = key_block(parent, slot + 1);
    if (block != nullptr) retain(block);
    list.set_separator(seam, parent.key(slot + 1, scratch), block);
  }
  const bool one_is_empty = left->count == 0 || right->count == 0;
  const std::size_t bytes_max = one_is_empty || list.size() < 4 ? kPageBytesMax : merged_bytes_max(shape_);
  Page* merged = list.pack(0, list.size(), 0, bytes_max);
  std::vector<Piece> pieces;
  if (merged != nullptr) {
    pieces.push_back({merged, parent.counts()[slot] + parent.counts()[slot + 1], {}});
    if (counters_ != nullptr) ++counters_->merges;
  } else {
    pieces = pack_pieces(shape_, list, leaf, 0, balanced_split(list, 0, list.size(), leaf));
  }
  free_emptied(left);
  free_emptied(right);
  remove_child_in_place(parent, slot + 1);
  if (merged != nullptr) {
    put_pieces(depth, pieces);
    return true;
  }
  const std::uint64_t splits = counters_ == nullptr ? 0 : counters_->splits;
  put_pieces(depth, pieces);
  if (counters_ != nullptr) counters_->splits = splits;  // borrowing is no split
  return false;
}

void TreeWriter::collapse_root() {
  while (!tree_.root_->is_leaf() && tree_.root_->count == 1 && is_exclusive(tree_.root_)) {
    Page* child = tree_.root_->children()[0];
    free_emptied(tree_.root_);
    tree_.root_ = child;
  }
}

}  // namespace leftmost::storage
