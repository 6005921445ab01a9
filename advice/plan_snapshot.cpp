#include "advice/plan_snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "oracle/agreement.h"

namespace leftmost::advice {
namespace {

constexpr std::string_view kFirstLine = "# leftmost plans 1";
constexpr std::string_view kIndent = "  ";

bool starts_with(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

std::string_view without_indent(std::string_view line) {
  while (starts_with(line, kIndent)) line.remove_prefix(kIndent.size());
  return line;
}

enum class Access : std::uint8_t { kScan, kSearch, kAutomatic };

/// `SEARCH t USING COVERING INDEX i (a=? AND b>?)`, taken apart.
struct Read {
  std::string_view line;
  Access access = Access::kScan;
  std::string_view table;
  std::string_view index;  ///< `INTEGER PRIMARY KEY` and `PRIMARY KEY` too; empty: the table
  bool is_covering = false;
  std::string_view terms;  ///< of a search: `a=? AND b>?`
  int reach = 0;  ///< how narrow the search is: 2 for each column with one value, 1 for one with a range
};

/// Each column once: `(a=? AND b>? AND b<?)` has one of each kind.
int reach_of(std::string_view terms) {
  int reach = 0;
  std::string_view ranged;
  while (!terms.empty()) {
    const std::size_t end = terms.find(" AND ");
    const std::string_view term = terms.substr(0, end);
    terms.remove_prefix(end == std::string_view::npos ? terms.size() : end + 5);
    const std::size_t bound = term.find_first_of("<>");
    if (bound != std::string_view::npos && term.substr(0, bound) != "") {
      if (term.substr(0, bound) != ranged) ++reach;
      ranged = term.substr(0, bound);
    } else if (term.find("=?") != std::string_view::npos) {
      reach += 2;
    }
  }
  return reach;
}

std::optional<Read> read_line(std::string_view line) {
  Read read;
  read.line = line = without_indent(line);
  if (starts_with(line, "SCAN ")) {
    line.remove_prefix(5);
  } else if (starts_with(line, "SEARCH ")) {
    read.access = Access::kSearch;
    line.remove_prefix(7);
  } else {
    return std::nullopt;
  }
  for (const std::string_view suffix : {" LEFT-JOIN", " RIGHT-JOIN", " EXISTS"}) {
    if (line.size() > suffix.size() && line.substr(line.size() - suffix.size()) == suffix) {
      line.remove_suffix(suffix.size());
    }
  }
  const std::size_t using_at = line.find(" USING ");
  read.table = line.substr(0, using_at);
  if (using_at == std::string_view::npos) {
    // SEARCH without USING reads everything for a lone min() or max().
    read.access = Access::kScan;
    return read;
  }
  line.remove_prefix(using_at + 7);
  std::size_t open = line.rfind(" (");
  if (open != std::string_view::npos && line.back() == ')') {
    // `((a,b)>(?,?))`: the terms begin at the first bracket that closes at the end.
    if (line.find(" ((") != std::string_view::npos) open = line.find(" ((");
    read.terms = line.substr(open + 2, line.size() - open - 3);
    read.reach = reach_of(read.terms);
    line = line.substr(0, open);
  }
  if (starts_with(line, "AUTOMATIC ")) read.access = Access::kAutomatic;
  read.is_covering = line.find("COVERING INDEX") != std::string_view::npos;
  const std::size_t name = line.find("INDEX ");
  read.index = name == std::string_view::npos ? line : line.substr(name + 6);
  return read;
}

struct Shape {
  std::vector<Read> reads;
  std::vector<std::string_view> sorts;
  std::size_t correlated = 0;

  std::size_t count(Access access) const {
    return static_cast<std::size_t>(
        std::count_if(reads.begin(), reads.end(), [&](const Read& read) { return read.access == access; }));
  }
  std::size_t count(Access access, std::string_view table) const {
    return static_cast<std::size_t>(std::count_if(reads.begin(), reads.end(), [&](const Read& read) {
      return read.access == access && read.table == table;
    }));
  }
};

Shape shape_of(const std::vector<std::string>& lines) {
  Shape shape;
  std::set<std::string_view> temporary;  // what a subquery's rows are called
  for (const std::string& indented : lines) {
    const std::string_view line = without_indent(indented);
    for (const std::string_view maker : {"MATERIALIZE ", "CO-ROUTINE "}) {
      if (starts_with(line, maker)) temporary.insert(line.substr(maker.size()));
    }
    if (starts_with(line, "USE TEMP B-TREE FOR ")) shape.sorts.push_back(line.substr(20));
    if (starts_with(line, "CORRELATED ")) ++shape.correlated;
    if (auto read = read_line(line)) shape.reads.push_back(*read);
  }
  shape.reads.erase(std::remove_if(shape.reads.begin(), shape.reads.end(),
                                   [&](const Read& read) {
                                     return temporary.count(read.table) != 0 ||
                                            starts_with(read.table, "(subquery") ||
                                            starts_with(read.table, "(join");
                                   }),
                    shape.reads.end());
  return shape;
}

/// The line of `shape` about this table; of several, one with this access.
const Read* find_read(const Shape& shape, std::string_view table,
                      std::optional<Access> access = std::nullopt) {
  for (const Read& read : shape.reads) {
    if (read.table == table && (!access || read.access == *access)) return &read;
  }
  return nullptr;
}

void add_full_reads(const Shape& before, const Shape& after, std::vector<std::string>& worse) {
  if (after.count(Access::kScan) > before.count(Access::kScan)) {
    for (const Read& read : after.reads) {
      if (read.access != Access::kScan) continue;
      if (after.count(Access::kScan, read.table) <= before.count(Access::kScan, read.table)) continue;
      const Read* old = find_read(before, read.table, Access::kSearch);
      if (old == nullptr) old = find_read(before, read.table);
      worse.push_back(old == nullptr
                          ? fmt::format("{} was not read, now it is read in full ({})", read.table, read.line)
                          : fmt::format("{} was searched ({}), now it is read in full ({})", read.table,
                                        old->line, read.line));
    }
  }
  if (after.count(Access::kAutomatic) > before.count(Access::kAutomatic) &&
      after.count(Access::kScan) >= before.count(Access::kScan)) {
    for (const Read& read : after.reads) {
      if (read.access != Access::kAutomatic || find_read(before, read.table, Access::kAutomatic) != nullptr)
        continue;
      worse.push_back(fmt::format("an index of {} is now built for each run ({})", read.table, read.line));
    }
  }
}

std::set<std::string_view> terms_of(const Read& read) {
  std::set<std::string_view> terms;
  for (std::string_view left = read.terms; !left.empty();) {
    const std::size_t end = left.find(" AND ");
    terms.insert(left.substr(0, end));
    left.remove_prefix(end == std::string_view::npos ? left.size() : end + 5);
  }
  return terms;
}

/// Another index is searched by some of the same terms, but not by all: it finds all the rows, and more.
void add_lost_terms(const Shape& before, const Shape& after, std::vector<std::string>& worse) {
  if (after.sorts.size() < before.sorts.size()) return;
  for (const Read& read : after.reads) {
    if (read.access != Access::kSearch || read.terms.empty()) continue;
    const Read* old = find_read(before, read.table, Access::kSearch);
    const bool is_other_index = old != nullptr && old->index != read.index &&
                                before.count(Access::kSearch, read.table) == 1 &&
                                after.count(Access::kSearch, read.table) == 1;
    if (!is_other_index) continue;
    const auto now = terms_of(read), once = terms_of(*old);
    if (now.size() < once.size() && std::includes(once.begin(), once.end(), now.begin(), now.end()))
      worse.push_back(
          fmt::format("{} is searched by less ({}, before {})", read.table, read.line, old->line));
  }
}

void add_narrower_searches(const Shape& before, const Shape& after, std::vector<std::string>& worse) {
  for (const Read& read : after.reads) {
    if (read.access != Access::kSearch) continue;
    for (const Read& old : before.reads) {
      if (old.access != Access::kSearch || old.table != read.table || old.index != read.index) continue;
      if (old.reach <= read.reach) break;
      worse.push_back(fmt::format("{} is searched by less ({}, before {})", read.table, read.line, old.line));
      break;
    }
  }
}

void add_lost_covering(const Shape& before, const Shape& after, std::vector<std::string>& worse) {
  for (const Read& read : after.reads) {
    if (read.is_covering || read.access == Access::kAutomatic) continue;
    if (read.index == "INTEGER PRIMARY KEY" || read.index == "PRIMARY KEY") continue;
    const Read* old = find_read(before, read.table, read.access);
    // Narrower is worth more than covering.
    if (old == nullptr || !old->is_covering || read.reach > old->reach) continue;
    worse.push_back(fmt::format("the rows of {} are now looked up in the table ({}, before {})", read.table,
                                read.line, old->line));
  }
}

void add_sorts(const Shape& before, const Shape& after, std::vector<std::string>& worse) {
  std::vector<std::string_view> more = after.sorts;
  for (const std::string_view sort : before.sorts) {
    const auto found = std::find(more.begin(), more.end(), sort);
    if (found != more.end()) more.erase(found);
  }
  const auto is_part = [](std::string_view sort) { return starts_with(sort, "RIGHT PART"); };
  const bool had_part = std::any_of(before.sorts.begin(), before.sorts.end(), is_part);
  const bool is_more = after.sorts.size() > before.sorts.size();
  for (const std::string_view sort : more) {
    if (is_more) {
      worse.push_back(fmt::format("{} now needs a temporary b-tree", sort));
    } else if (sort == "ORDER BY" && had_part) {
      worse.push_back("all of ORDER BY is now sorted, where it was only a part");
    }
  }
}

}  // namespace

std::vector<std::string> snapshot_lines(const std::vector<planner::PlanLine>& plan) {
  std::vector<std::string> lines;
  std::map<int, std::size_t> depths;
  for (const planner::PlanLine& line : plan) {
    const auto parent = depths.find(line.parent);
    const std::size_t depth = parent == depths.end() ? 1 : parent->second + 1;
    depths[line.id] = depth;
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += kIndent;
    for (const char c : oracle::without_subquery_numbers(line.detail))
      text += c == '\n' || c == '\r' ? ' ' : c;
    lines.push_back(std::move(text));
  }
  return lines;
}

std::string to_text(const PlanSnapshot& snapshot) {
  std::string text = fmt::format(
      "{}\n"
      "# What EXPLAIN QUERY PLAN of SQLite says to each statement. Written by leftmost lint --save-plans; a "
      "build\n"
      "# that runs leftmost lint --check-plans fails when one of these plans gets worse.\n",
      kFirstLine);
  for (const auto& [statement, lines] : snapshot.plans) {
    text += "\n" + statement + "\n";
    for (const std::string& line : lines) text += line + "\n";
  }
  return text;
}

Expected<PlanSnapshot> read_snapshot(std::string_view text) {
  PlanSnapshot snapshot;
  std::vector<std::string>* lines = nullptr;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    ++number;
    if (number == 1) {
      if (line == kFirstLine) continue;
      return fail(ErrorCode::kError,
                  starts_with(line, "# leftmost plans ")
                      ? "1: plans of another version: write them again with --save-plans"
                      : fmt::format("1: is no file of plans: it does not begin with {}", kFirstLine));
    }
    if (line.empty() || line.front() == '#') continue;
    if (!starts_with(line, kIndent)) {
      if (line.find('\0') != std::string_view::npos)
        return fail(ErrorCode::kError, fmt::format("{}: is not text", number));
      lines = &snapshot.plans[std::string(line)];
      lines->clear();
    } else if (lines == nullptr) {
      return fail(ErrorCode::kError, fmt::format("{}: a plan without a statement above it", number));
    } else {
      lines->emplace_back(line);
    }
  }
  if (number == 0) return fail(ErrorCode::kError, "1: is no file of plans: it is empty");
  return snapshot;
}

std::vector<std::string> what_got_worse(const std::vector<std::string>& before,
                                        const std::vector<std::string>& after) {
  const Shape old = shape_of(before);
  const Shape now = shape_of(after);
  std::vector<std::string> worse;
  add_full_reads(old, now, worse);
  add_narrower_searches(old, now, worse);
  add_lost_terms(old, now, worse);
  add_lost_covering(old, now, worse);
  add_sorts(old, now, worse);
  if (now.correlated > old.correlated) worse.push_back("a subquery is now run once for each row");
  return worse;
}

}  // namespace leftmost::advice
