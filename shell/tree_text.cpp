#include "shell/tree_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace leftmost::shell {
namespace {

using storage::Page;

constexpr std::size_t kPagesShown = 12;  ///< of one level, of a tree that is too large to be drawn whole
constexpr std::size_t kKeyColumnsShown = 60;

std::string printable(std::string_view text) {
  std::string line = on_one_line(text);
  if (text_width(line) <= kKeyColumnsShown) return line;
  return std::string(cut_to_width(line, kKeyColumnsShown - 3)) + "...";
}

/// `1.7 MB`
std::string size_text(std::uint64_t bytes) {
  if (bytes < 10'000) return with_plural(bytes, "byte");
  if (bytes < 10'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string what_is(const advice::TreePlace& place) {
  std::string columns;
  for (std::size_t i = 0; i < place.column_names.size(); ++i) {
    columns += (columns.empty() ? "" : ", ") + place.column_names[i];
    if (i >= place.columns.size()) continue;
    // As it sorts, which for an index need not be as the column compares.
    if (place.columns[i].collation != storage::Collation::kBinary)
      columns += fmt::format(" COLLATE {}", storage::collation_name(place.columns[i].collation));
    if (place.columns[i].descending) columns += " DESC";
  }
  if (place.index == nullptr) return fmt::format("table, ordered by {}", columns);
  return fmt::format("{}index on {}({}){}", place.index->unique ? "unique " : "", place.table->name, columns,
                     place.index->where_sql ? " WHERE " + *place.index->where_sql : std::string());
}

std::string levels_text(const storage::BTree& tree) {
  std::string text = "  level    pages      entries   per page   full\n";
  const auto levels = tree.statistics();
  for (std::size_t level = levels.size(); level-- > 0;) {
    const storage::LevelStatistics& of = levels[level];
    text += fmt::format(
        "  {:<5}{:>9}{:>13}{:>11.1f}{:>5.0f} %", level, with_thousands(of.pages), with_thousands(of.entries),
        static_cast<double>(of.entries) / static_cast<double>(std::max<std::uint64_t>(of.pages, 1)),
        100.0 * static_cast<double>(of.bytes_used) /
            static_cast<double>(std::max<std::uint64_t>(of.bytes, 1)));
    if (level == 0) {
      text += fmt::format("    pages of {} bytes, {} in all", with_thousands(tree.shape().page_bytes),
                          size_text(tree.bytes()));
    }
    text += '\n';
  }
  return text;
}

std::uint64_t entries_below(const Page& page) {
  if (page.is_leaf()) return page.count;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < page.count; ++i) sum += page.counts()[i];
  return sum;
}

/// Draws pages with their children, one line each, leaves with their keys.
class Drawing {
 public:
  Drawing(const advice::TreePlace& place, const TreeStyle& style, bool whole)
      : place_(place), style_(style), whole_(whole) {}

  std::string run(const Page& root) {
    text_ = "  " + style_.paint(Colour::kBold, title(root)) + "\n";
    below(root, "  ");
    return std::move(text_);
  }

 private:
  std::string title(const Page& page) const {
    if (page.is_leaf())
      return fmt::format("[leaf: {}]", page.count == 1 ? "1 entry" : with_thousands(page.count) + " entries");
    return fmt::format("[level {}: {} children, {} entries]", page.level, page.count,
                       with_thousands(entries_below(page)));
  }

  void line(const std::string& margin, bool is_last, const std::string& what) {
    text_ += margin + (is_last ? "└─ " : "├─ ") + what + "\n";
  }

  void below(const Page& page, const std::string& margin) {
    std::string scratch;
    const std::size_t count = page.count;
    const std::size_t shown = whole_ ? count : std::min(count, kPagesShown);
    for (std::size_t i = 0; i < shown; ++i) {
      const bool is_last = i + 1 == count;
      if (page.is_leaf()) {
        line(margin, is_last, printable(place_.key_text(page.key(i, scratch))));
        continue;
      }
      const Page& child = *page.children()[i];
      // The first child of a page has no separator: everything below the second one's lies in it.
      const std::string from =
          i == 0 ? std::string() : "from " + printable(place_.key_text(page.key(i, scratch))) + "  ";
      line(margin, is_last, from + style_.paint(Colour::kBold, title(child)));
      if (whole_) below(child, margin + (is_last ? "   " : "│  "));
    }
    if (shown < count) line(margin, true, fmt::format("... {} more", with_thousands(count - shown)));
  }

  const advice::TreePlace& place_;
  const TreeStyle& style_;
  bool whole_;
  std::string text_;
};

std::string value_text(storage::Value value) {
  return value.is_text() ? std::string(value.as_bytes()) : storage::to_sql_literal(value);
}

}  // namespace

std::string tree_text(const advice::TreePlace& place, const storage::BTree& tree, const TreeStyle& style) {
  std::string text =
      fmt::format("{}, {}\n\n{}", style.paint(Colour::kBold, place.name), what_is(place), levels_text(tree));
  if (tree.empty()) return text + "\n  it is empty\n";
  std::string scratch;
  text += "\n" + Drawing(place, style, tree.size() <= kWholeTreeEntries).run(*tree.root());
  if (tree.size() > kWholeTreeEntries) {
    const Page* last = tree.root();
    while (!last->is_leaf()) last = last->children()[last->count - 1];
    const Page* first = tree.root();
    while (!first->is_leaf()) first = first->children()[0];
    text += fmt::format("\n  first  {}\n", printable(place.key_text(first->key(0, scratch))));
    text += fmt::format("  last   {}\n", printable(place.key_text(last->key(last->count - 1u, scratch))));
  }
  return text;
}

std::string entries_text(const advice::TreePlace& place, const advice::Entries& entries,
                         const TreeStyle& style) {
  std::vector<std::vector<std::string>> lines;
  lines.push_back({"position"});
  lines[0].insert(lines[0].end(), entries.columns.begin(), entries.columns.end());
  std::uint64_t position = entries.first;
  for (const storage::Row& row : entries.shown) {
    std::vector<std::string>& line = lines.emplace_back();
    line.push_back(with_thousands(++position));
    for (const storage::OwnedValue& value : row) line.push_back(printable(value_text(value.view())));
  }
  std::vector<std::size_t> widths(lines[0].size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], text_width(line[i]));
  }
  std::string text;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    std::string line = "  " + std::string(widths[0] - text_width(lines[n][0]), ' ') + lines[n][0];
    for (std::size_t i = 1; i < lines[n].size(); ++i) line += "  " + padded(lines[n][i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += (n == 0 ? style.paint(Colour::kGrey, line) : line) + "\n";
  }
  const std::string of = place.index == nullptr ? "rows" : "entries";
  if (entries.total == 0) return fmt::format("  {} has no {}\n", place.name, of);
  if (entries.matches == 0) {
    const std::string where = entries.first == 0 ? "before the first"
                              : entries.first == entries.total
                                  ? "behind the last"
                                  : "after the first " + with_thousands(entries.first);
    return fmt::format("  none of the {} {} of {}; they would stand {}\n", with_thousands(entries.total), of,
                       place.name, where);
  }
  text += fmt::format("  {} of {} {}, one run", with_thousands(entries.matches),
                      with_thousands(entries.total), of);
  if (entries.shown.size() < entries.matches) {
    text += fmt::format("; {} more follow", with_thousands(entries.matches - entries.shown.size()));
  }
  return text + "\n";
}

std::string path_text(const advice::LoopPath& path, const TreeStyle& style) {
  std::string text = style.paint(Colour::kBold, path.detail) + "\n";
  if (!path.place) return text + fmt::format("  no path: {}\n", path.why_none);
  const storage::BTree& tree = *path.place->tree;
  const std::string size =
      with_thousands(tree.size()) + (path.place->index == nullptr ? " rows" : " entries");
  if (!path.why_none.empty()) {
    return text + fmt::format("  {}: {} in {}; each search steps down {}\n", path.why_none, size,
                              path.place->name, with_plural(tree.height(), "page"));
  }
  if (path.bands.empty()) return text + "  nothing is looked for: no value can be equal\n";
  for (const advice::Band& band : path.bands) {
    for (const advice::PathStep& step : band.steps) {
      std::string between;
      if (!step.from.empty()) between = "from " + printable(step.from) + " ";
      if (!step.to.empty()) between += "below " + printable(step.to);
      text += fmt::format("  level {}  child {:>4} of {:<4}  {}\n", step.level, step.child + 1, step.children,
                          between);
    }
    text += fmt::format("  level 0  {} of {}, in {}\n", with_thousands(band.entries), size,
                        band.leaves == 1 ? std::string("1 leaf") : with_thousands(band.leaves) + " leaves");
  }
  if (path.bands.size() < path.bands_total) {
    text += fmt::format("  and {} more searches\n", with_thousands(path.bands_total - path.bands.size()));
  }
  if (tree.empty()) return text;
  const std::size_t width = std::min<std::size_t>(style.columns > 12 ? style.columns - 4 : 8, 96);
  const bool whole = path.bands.size() == 1 && path.bands[0].entries == tree.size();
  text +=
      "  " + style.paint(whole ? Colour::kYellow : Colour::kGreen, advice::band_strip(path, width)) + "\n";
  return text;
}

}  // namespace leftmost::shell
