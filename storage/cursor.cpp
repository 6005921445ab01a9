#include "storage/cursor.h"

namespace leftmost::storage {

Cursor::Cursor(const BTree& tree, const ByteRange& range, Direction direction, TreeCounters* counters)
    : tree_(tree), direction_(direction), counters_(counters) {
  seek(range);
}

Cursor::Cursor(const BTree& tree, Direction direction, TreeCounters* counters)
    : Cursor(tree, ByteRange::all(), direction, counters) {}

void Cursor::seek(const ByteRange& range) {
  if (&range != &range_) {
    range_.lower.assign(range.lower);
    range_.upper.assign(range.upper);
    range_.has_upper = range.has_upper;
  }
  leaf_ = nullptr;
  more_ = false;
  if (tree_.empty() || range_.is_empty()) return;
  const bool forward = direction_ == Direction::kForward;
  std::uint64_t* comparisons = counters_ == nullptr ? nullptr : &counters_->comparisons;
  if (counters_ != nullptr) {
    ++counters_->seeks;
    counters_->pages += tree_.height();
  }
  // Forward to the leaf of the lower end, backward to the leaf of the upper end (the last leaf without one).
  const bool to_last = !forward && !range_.has_upper;
  const std::string& target = forward ? range_.lower : range_.upper;
  const Page* page = tree_.root();
  for (std::size_t depth = 0; !page->is_leaf(); ++depth) {
    const std::size_t slot = to_last          ? page->count - 1u
                             : target.empty() ? 0u
                                              : page->child_slot(target, comparisons);
    path_[depth] = {page, slot};
    page = page->children()[slot];
  }
  leaf_ = page;
  enter_leaf(true);
  if (first_ == last_) {
    if (forward) {
      step_forward_to_leaf();
    } else {
      step_backward_to_leaf();
    }
  }
}

// Works out which slots of leaf_ are in the range and goes to the first of them in the cursor's direction.
void Cursor::enter_leaf(bool by_seek) {
  std::uint64_t* comparisons = counters_ == nullptr ? nullptr : &counters_->comparisons;
  const bool forward = direction_ == Direction::kForward;
  first_ = 0;
  last_ = leaf_->count;
  more_ = true;
  if (!range_.lower.empty() && (by_seek || !forward)) {
    first_ = leaf_->lower_bound(range_.lower, nullptr, comparisons);
    if (!forward && first_ > 0) more_ = false;
  }
  if (range_.has_upper && last_ > first_) {
    const std::size_t end = leaf_->lower_bound(range_.upper, nullptr, comparisons);
    if (forward && end < last_) more_ = false;
    last_ = end < first_ ? first_ : end;
  }
  slot_ = forward ? first_ : last_ - 1;
  if (first_ < last_) count_entry();
}

void Cursor::step_forward_to_leaf() {
  while (more_) {
    std::size_t depth = tree_.height() - 1;
    while (depth > 0 && path_[depth - 1].slot + 1 == path_[depth - 1].page->count) --depth;
    if (depth == 0) break;
    ++path_[depth - 1].slot;
    const Page* page = path_[depth - 1].page->children()[path_[depth - 1].slot];
    if (counters_ != nullptr) counters_->pages += page->level + 1u;
    for (; !page->is_leaf(); page = page->children()[0], ++depth) path_[depth] = {page, 0};
    leaf_ = page;
    enter_leaf(false);
    if (first_ < last_) return;
  }
  leaf_ = nullptr;
}

void Cursor::step_backward_to_leaf() {
  while (more_) {
    std::size_t depth = tree_.height() - 1;
    while (depth > 0 && path_[depth - 1].slot == 0) --depth;
    if (depth == 0) break;
    --path_[depth - 1].slot;
    const Page* page = path_[depth - 1].page->children()[path_[depth - 1].slot];
    if (counters_ != nullptr) counters_->pages += page->level + 1u;
    while (!page->is_leaf()) {
      path_[depth++] = {page, page->count - 1u};
      page = page->children()[page->count - 1u];
    }
    leaf_ = page;
    enter_leaf(false);
    if (first_ < last_) return;
  }
  leaf_ = nullptr;
}

void Cursor::next() {
  if (direction_ == Direction::kForward) {
    if (++slot_ < last_) {
      count_entry();
    } else {
      step_forward_to_leaf();
    }
  } else if (slot_ > first_) {
    --slot_;
    count_entry();
  } else {
    step_backward_to_leaf();
  }
}

bool Cursor::next_batch(LeafBatch& batch) {
  if (leaf_ == nullptr) return false;
  if (direction_ == Direction::kForward) {
    batch = {leaf_, slot_, last_};
    if (counters_ != nullptr) counters_->entries += batch.size() - 1;  // the current one is counted
    step_forward_to_leaf();
  } else {
    batch = {leaf_, first_, slot_ + 1};
    if (counters_ != nullptr) counters_->entries += batch.size() - 1;
    step_backward_to_leaf();
  }
  return true;
}

void Cursor::seek_nth(std::uint64_t n) {
  leaf_ = nullptr;
  more_ = false;
  range_ = ByteRange::all();
  if (n >= tree_.size()) return;
  if (counters_ != nullptr) {
    ++counters_->seeks;
    counters_->pages += tree_.height();
  }
  const Page* page = tree_.root();
  for (std::size_t depth = 0; !page->is_leaf(); ++depth) {
    std::size_t slot = 0;
    while (n >= page->counts()[slot]) n -= page->counts()[slot++];
    path_[depth] = {page, slot};
    page = page->children()[slot];
  }
  leaf_ = page;
  enter_leaf(true);
  slot_ = static_cast<std::size_t>(n);
}

std::uint64_t Cursor::position() const {
  std::uint64_t before = slot_;
  for (std::size_t depth = 0; depth + 1 < tree_.height(); ++depth) {
    for (std::size_t i = 0; i < path_[depth].slot; ++i) before += path_[depth].page->counts()[i];
  }
  return before;
}

}  // namespace leftmost::storage
