#include "storage/btree_text.h"

#include <vector>

#include "storage/number_text.h"
#include "storage/page_writer.h"

namespace leftmost::storage {
namespace {

// Calls visit(page) for all pages, level by level from the root, from left to right.
template <typename Visit>
void for_each_page(const Page* root, Visit visit) {
  std::vector<const Page*> level{root};
  while (!level.empty()) {
    std::vector<const Page*> below;
    for (const Page* page : level) {
      visit(*page);
      if (page->is_leaf()) continue;
      below.insert(below.end(), page->children(), page->children() + page->count);
    }
    level = std::move(below);
  }
}

}  // namespace

std::string key_for_people(std::string_view key, const TreeShape& shape, std::span<const KeyColumn> columns) {
  if (!shape.rowid_keys) return key_to_text(key, columns);
  std::uint64_t head = 0;
  for (const char c : key) head = head << 8 | static_cast<unsigned char>(c);
  return integer_to_text(head_to_rowid(head));
}

std::vector<LevelStatistics> BTree::statistics() const {
  std::vector<LevelStatistics> levels(height());
  for_each_page(root_, [&](const Page& page) {
    LevelStatistics& level = levels[page.level];
    ++level.pages;
    level.entries += page.count;
    level.bytes += page.page_bytes;
    level.bytes_used += used_bytes(page);
    if (page.block_count == 0) return;
    level.overflow_blocks += page.block_count;
    for (std::size_t slot = page.is_leaf() ? 0 : 1; slot < page.count; ++slot) {
      if (const OverflowBlock* block = key_block(page, slot); block != nullptr)
        level.overflow_bytes += block->size;
      for (std::size_t kept = 1; page.is_leaf() && kept <= page.kept_columns; ++kept) {
        if (!tag_is_overflow(page.tags(kept)[slot])) continue;
        level.overflow_bytes +=
            page.cell_value(page.tags(kept)[slot], page.cells(kept) + slot).as_bytes().size();
      }
    }
  });
  return levels;
}

std::uint64_t BTree::bytes() const {
  std::uint64_t bytes = 0;
  for (const LevelStatistics& level : statistics()) {
    bytes += level.bytes + level.overflow_bytes + level.overflow_blocks * sizeof(OverflowBlock);
  }
  return bytes;
}

// level 1  [ :2 | 'eu', 'paid', 90 :2 ]
// level 0  ['eu' | 'new' | 7   'eu' | 'new' | 31]
std::string BTree::to_text(std::span<const KeyColumn> columns) const {
  std::string text;
  std::string scratch;
  for_each_page(root_, [&](const Page& page) {
    text += "level " + std::to_string(page.level) + "  [";
    for (std::size_t slot = 0; slot < page.count; ++slot) {
      const bool has_key = page.is_leaf() || slot > 0;
      if (slot > 0) text += page.is_leaf() ? "   " : "  ";
      // A separator may end in the middle of a column; key_to_text() says so.
      if (has_key) text += key_for_people(page.key(slot, scratch), shape_, columns);
      if (!page.is_leaf()) text += " :" + std::to_string(page.counts()[slot]);
    }
    text += "]\n";
  });
  return text;
}

}  // namespace leftmost::storage
