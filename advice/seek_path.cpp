#include "advice/seek_path.h"

#include <algorithm>

#include "advice/parameters.h"
#include "planner/eqp_text.h"
#include "storage/affinity.h"
#include "storage/arena.h"
#include "storage/btree.h"

namespace leftmost::advice {
namespace {

using planner::Expr;
using planner::ExprKind;
using storage::ByteRange;
using storage::Value;

/// Turns the searches of one loop into byte ranges.
class RangeMaker {
 public:
  RangeMaker(const TreePlace& place, std::string_view sql, std::span<const storage::OwnedValue> bindings)
      : place_(place), sql_(sql), bindings_(bindings) {}

  /// Empty with why() set: they depend on something that is not known here.
  std::vector<ByteRange> run(const planner::Loop& loop) {
    if (place_.is_rowid_table()) return rowid_ranges(loop);
    std::vector<std::string> prefixes{""};
    std::size_t column = 0;
    for (const planner::SeekColumn& seek : loop.equalities) {
      if (seek.kind == planner::SeekKind::kSkip)
        return none("each distinct value of the first columns is one search");
      const auto values = values_of(seek);
      if (!values) return {};
      prefixes = extended(prefixes, *values, seek.key_affinity, column++);
    }
    std::vector<ByteRange> ranges;
    for (const std::string& prefix : prefixes) {
      const auto range = bounded(prefix, loop, column);
      if (!range) return {};
      ranges.push_back(*range);
    }
    return ranges;
  }
  const std::string& why() const { return why_; }

 private:
  std::vector<ByteRange> none(std::string why) {
    why_ = std::move(why);
    return {};
  }

  /// The value of an expression that is the same for the whole statement.
  std::optional<Value> constant(const Expr* expr) {
    if (expr->kind == ExprKind::kLiteral) return expr->value;
    if (expr->kind == ExprKind::kParameter) {
      const auto number = static_cast<std::size_t>(expr->parameter);
      if (number >= 1 && number <= bindings_.size()) return bindings_[number - 1].view();
    }
    if (!expr->span.empty() && expr->span.end <= sql_.size()) {
      if (auto value = value_of_sql(sql_.substr(expr->span.begin, expr->span.end - expr->span.begin))) {
        return storage::copy_value(value->view(), arena_);
      }
    }
    why_ = "what it looks for comes from another table, row by row";
    return std::nullopt;
  }

  std::optional<std::vector<Value>> values_of(const planner::SeekColumn& seek) {
    std::vector<Value> values;
    if (seek.kind == planner::SeekKind::kIsNull) return std::vector<Value>{Value::null()};
    if (seek.kind != planner::SeekKind::kIn) {
      const auto value = constant(seek.value);
      if (!value) return std::nullopt;
      if (value->is_null() && seek.kind == planner::SeekKind::kEqual) return values;
      values.push_back(*value);
      return values;
    }
    if (seek.in->select != nullptr) {
      why_ = "what it looks for comes from a subquery";
      return std::nullopt;
    }
    for (const Expr* element : seek.in->list) {
      const auto value = constant(element);
      if (!value) return std::nullopt;
      if (!value->is_null()) values.push_back(*value);
    }
    return values;
  }

  std::vector<std::string> extended(const std::vector<std::string>& prefixes,
                                    const std::vector<Value>& values, storage::Affinity affinity,
                                    std::size_t column) {
    std::vector<std::string> longer;
    for (const std::string& prefix : prefixes) {
      for (const Value& value : values) {
        std::string& key = longer.emplace_back(prefix);
        storage::append_key_column(key, storage::apply_affinity(value, affinity, arena_),
                                   place_.columns[column]);
      }
    }
    std::sort(longer.begin(), longer.end());
    longer.erase(std::unique(longer.begin(), longer.end()), longer.end());
    return longer;
  }

  std::optional<storage::KeyBound> bound_of(const planner::SeekBound& bound) {
    if (bound.is_not_null || bound.values.empty()) return std::nullopt;
    const auto value = constant(bound.values.front());
    if (!value) return std::nullopt;
    return storage::KeyBound{storage::apply_affinity(*value, bound.key_affinities.front(), arena_),
                             bound.inclusive};
  }

  std::optional<ByteRange> bounded(const std::string& prefix, const planner::Loop& loop, std::size_t column) {
    if (!loop.lower.present() && !loop.upper.present()) return storage::prefix_range(prefix);
    if (loop.lower.values.size() > 1 || loop.upper.values.size() > 1) {
      why_ = "it compares several columns at once";
      return std::nullopt;
    }
    const auto lower = bound_of(loop.lower);
    const auto upper = bound_of(loop.upper);
    if (!why_.empty()) return std::nullopt;
    if (!lower && !upper) {  // IS NOT NULL
      return storage::column_range(prefix, place_.columns[column], storage::KeyBound{Value::null(), false},
                                   {});
    }
    return storage::column_range(prefix, place_.columns[column], lower, upper);
  }

  std::vector<ByteRange> rowid_ranges(const planner::Loop& loop) {
    if (loop.equalities.empty()) {
      ByteRange range;
      if (loop.lower.present() && !rowid_bound(loop.lower, false, range)) return {};
      if (loop.upper.present() && !rowid_bound(loop.upper, true, range)) return {};
      return {range};
    }
    const auto values = values_of(loop.equalities.front());
    if (!values) return {};
    std::vector<ByteRange> ranges;
    for (const Value& value : *values) {
      const Value rowid = storage::apply_affinity(value, storage::Affinity::kInteger, arena_);
      if (rowid.is_integer())
        ranges.push_back(storage::prefix_range(storage::RowidKey(rowid.as_integer()).view()));
    }
    return ranges;
  }

  bool rowid_bound(const planner::SeekBound& bound, bool is_upper, ByteRange& range) {
    const auto value = bound_of(bound);
    if (!value || !value->value.is_integer()) {
      if (why_.empty()) why_ = "the bound of the rowid is no integer";
      return false;
    }
    const ByteRange at = storage::prefix_range(storage::RowidKey(value->value.as_integer()).view());
    if (is_upper) {
      range.upper = bound.inclusive ? at.upper : at.lower;
      range.has_upper = !bound.inclusive || at.has_upper;
    } else if (bound.inclusive || at.has_upper) {
      range.lower = bound.inclusive ? at.lower : at.upper;
    }
    return true;
  }

  const TreePlace& place_;
  std::string_view sql_;
  std::span<const storage::OwnedValue> bindings_;
  storage::Arena arena_;
  std::string why_;
};

Band band_of(const TreePlace& place, const ByteRange& range) {
  Band band;
  band.first = place.tree->rank(range.lower);
  band.entries = place.tree->count(range);
  std::string scratch;
  const storage::Page* page = place.tree->root();
  // The leaf that holds the first entry: descend by position, as the counts of the inner pages allow.
  std::uint64_t position = std::min(band.first, place.tree->size() == 0 ? 0 : place.tree->size() - 1);
  while (!page->is_leaf()) {
    std::size_t child = 0;
    while (child + 1 < page->count && position >= page->counts()[child]) position -= page->counts()[child++];
    PathStep& step = band.steps.emplace_back();
    step.level = page->level;
    step.child = child;
    step.children = page->count;
    step.entries = page->counts()[child];
    if (child > 0) step.from = place.key_text(page->key(child, scratch));
    if (child + 1 < page->count) step.to = place.key_text(page->key(child + 1, scratch));
    page = page->children()[child];
  }
  // Leaves that the band touches: the first one's rest, then as many as the counts say.
  std::uint64_t left = band.entries;
  band.leaves = band.entries == 0 ? 0 : 1;
  std::uint64_t here = page->count - std::min<std::uint64_t>(position, page->count);
  for (std::uint64_t at = band.first; left > here;) {
    left -= here;
    at += here;
    std::uint64_t offset = at;
    const storage::Page* next = place.tree->root();
    while (!next->is_leaf()) {
      std::size_t child = 0;
      while (child + 1 < next->count && offset >= next->counts()[child]) offset -= next->counts()[child++];
      next = next->children()[child];
    }
    here = next->count;
    ++band.leaves;
  }
  return band;
}

Expected<TreePlace> place_of(const engine::Database& database, const planner::Loop& loop) {
  if (loop.index != nullptr) return tree_of_index(database, *loop.index->def);
  return tree_of_table(database, *loop.item->relation->def);
}

}  // namespace

std::vector<LoopPath> seek_paths(const engine::Database& database, const engine::Statement& statement,
                                 std::span<const storage::OwnedValue> bindings) {
  std::vector<LoopPath> paths;
  const planner::Plan* plan = statement.plan();
  if (plan == nullptr) return paths;
  for (const planner::Step& step : plan->steps) {
    const bool reads = step.kind == planner::StepKind::kLoop || step.kind == planner::StepKind::kOrArm;
    if (!reads || step.loop == nullptr) continue;
    const planner::Loop& loop = *step.loop;
    if (loop.access == planner::AccessPath::kMultiIndexOr) continue;  // its arms follow
    LoopPath& path = paths.emplace_back();
    path.detail = planner::loop_text(loop);
    if (loop.item->relation == nullptr) {
      path.why_none = "the rows of a subquery lie in no tree";
      continue;
    }
    if (loop.access == planner::AccessPath::kAutomaticIndex) {
      path.why_none = "the index is built while the statement runs";
      continue;
    }
    auto place = place_of(database, loop);
    if (!place) {
      path.why_none = place.error().message;
      continue;
    }
    path.place = std::move(*place);
    RangeMaker maker(*path.place, statement.sql(), bindings);
    const std::vector<ByteRange> ranges = maker.run(loop);
    path.why_none = maker.why();
    path.bands_total = ranges.size();
    for (std::size_t i = 0; i < std::min(ranges.size(), kBandsMax); ++i) {
      path.bands.push_back(band_of(*path.place, ranges[i]));
    }
  }
  return paths;
}

std::string band_strip(const LoopPath& path, std::size_t width) {
  const std::uint64_t total = path.place ? path.place->tree->size() : 0;
  if (total == 0) return {};
  const auto cells = static_cast<std::size_t>(std::min<std::uint64_t>(width, total));
  std::string strip(cells, '.');
  for (std::size_t cell = 0; cell < cells; ++cell) {
    const std::uint64_t from = total * cell / cells, to = total * (cell + 1) / cells;
    std::uint64_t inside = 0;
    for (const Band& band : path.bands) {
      const std::uint64_t begin = std::max(from, band.first), end = std::min(to, band.first + band.entries);
      if (begin < end) inside += end - begin;
    }
    if (inside > 0) strip[cell] = inside == to - from ? '#' : ':';
  }
  return strip;
}

}  // namespace leftmost::advice
