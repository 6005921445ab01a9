#include "oracle/agreement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace leftmost::oracle {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15ULL;  ///< 2^64 / golden ratio, as in splitmix64

// The finaliser of splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t hash = mix(seed + kMultiplier * (bytes.size() + 1));
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    hash = mix((hash ^ word) + kMultiplier);
    bytes.remove_prefix(8);
  }
  std::uint64_t word = 0;
  if (!bytes.empty()) std::memcpy(&word, bytes.data(), bytes.size());
  return mix((hash ^ word) + kMultiplier);
}

/// Equal for values that storage::identical() calls the same.
std::uint64_t hash_value(storage::Value value, std::uint64_t seed) {
  const std::uint64_t start = mix(seed + kMultiplier * (static_cast<std::uint64_t>(value.storage_class()) + 1));
  switch (value.storage_class()) {
    case storage::StorageClass::kNull: return start;
    case storage::StorageClass::kInteger: return mix(start ^ static_cast<std::uint64_t>(value.as_integer()));
    case storage::StorageClass::kReal: {
      const double real = value.as_real() == 0 ? 0.0 : value.as_real();
      std::uint64_t bits = 0;
      std::memcpy(&bits, &real, sizeof bits);
      return mix(start ^ bits);
    }
    default: return hash_bytes(value.as_bytes(), start);
  }
}

/// Position of each line's parent in the list, 0 for the root, else position + 1.
std::vector<std::size_t> parents_by_position(const std::vector<planner::PlanLine>& lines) {
  std::vector<std::size_t> parents;
  parents.reserve(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::size_t parent = 0;
    for (std::size_t above = i; lines[i].parent != 0 && above > 0; --above) {
      if (lines[above - 1].id != lines[i].parent) continue;
      parent = above;
      break;
    }
    parents.push_back(parent);
  }
  return parents;
}

}  // namespace

std::string without_subquery_numbers(std::string_view detail) {
  static constexpr std::string_view kMarks[] = {"SUBQUERY ", "(subquery-", "(join-"};
  std::string text;
  text.reserve(detail.size());
  for (std::size_t at = 0; at < detail.size();) {
    bool removed = false;
    for (const std::string_view mark : kMarks) {
      if (detail.compare(at, mark.size(), mark) != 0) continue;
      std::size_t end = at + mark.size();
      while (end < detail.size() && is_digit(detail[end])) ++end;
      if (end == at + mark.size()) continue;
      text.append(mark.substr(0, mark.size() - 1));
      at = end;
      removed = true;
      break;
    }
    if (!removed) text.push_back(detail[at++]);
  }
  return text;
}

bool same_plan(const std::vector<planner::PlanLine>& a, const std::vector<planner::PlanLine>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].detail != b[i].detail && without_subquery_numbers(a[i].detail) != without_subquery_numbers(b[i].detail)) {
      return false;
    }
  }
  return parents_by_position(a) == parents_by_position(b);
}

std::string row_to_text(std::span<const storage::Value> row, std::size_t bytes_max) {
  std::string text;
  for (std::size_t column = 0; column < row.size(); ++column) {
    if (column > 0) text += '|';
    storage::Value value = row[column];
    const bool is_long = (value.is_text() || value.is_blob()) && value.as_bytes().size() > bytes_max;
    if (is_long) {
      const std::string_view head = value.as_bytes().substr(0, bytes_max);
      value = value.is_text() ? storage::Value::text(head) : storage::Value::blob(head);
    }
    text += storage::to_sql_literal(value);
    if (is_long) text += fmt::format("... ({} bytes)", row[column].as_bytes().size());
    if (text.size() > bytes_max && column + 1 < row.size()) {
      text += fmt::format("|... ({} columns)", row.size());
      break;
    }
  }
  return text;
}

void RowDigest::add(std::span<const storage::Value> row, const std::vector<bool>& ignored) {
  std::uint64_t hash_first = row.size();
  std::uint64_t hash_second = ~hash_first;
  for (std::size_t column = 0; column < row.size(); ++column) {
    if (column < ignored.size() && ignored[column]) continue;
    hash_first = hash_value(row[column], hash_first);
    hash_second = hash_value(row[column], hash_second);
  }
  ++rows;
  first += mix(hash_first);
  second += mix(hash_second);
}

bool RowComparison::same(const storage::Row& a, std::span<const storage::Value> b) const {
  if (a.size() != b.size()) return false;
  for (std::size_t column = 0; column < a.size(); ++column) {
    if (!is_ignored(column) && !storage::identical(a[column].view(), b[column])) return false;
  }
  return true;
}

void RowComparison::add(std::span<const storage::Value> row, bool is_ours) {
  ++(is_ours ? count_ours_ : count_theirs_);
  RowDigest& digest = is_ours ? digest_ours_ : digest_theirs_;
  if (diverged_) {
    digest.add(row, ignored_);
    return;
  }
  const bool other_ended = is_ours ? theirs_ended_ : ours_ended_;
  if (waiting_.empty() || ours_is_ahead_ == is_ours) {
    storage::Row copy;
    copy.reserve(row.size());
    for (const storage::Value value : row) copy.emplace_back(value);
    ours_is_ahead_ = is_ours;
    waiting_.push_back(std::move(copy));
    if (other_ended) diverge();
    return;
  }
  if (same(waiting_[waiting_next_], row)) {
    if (++waiting_next_ == waiting_.size()) {
      waiting_.clear();
      waiting_next_ = 0;
    }
    return;
  }
  diverge();
  (is_ours ? difference_->ours : difference_->theirs) = row_to_text(row);
  digest.add(row, ignored_);
}

void RowComparison::end(bool is_ours) {
  (is_ours ? ours_ended_ : theirs_ended_) = true;
  if (!waiting_.empty() && ours_is_ahead_ != is_ours) diverge();
}

// The first difference is the row that waits longest. From here on both sides are summed up, what waits included.
// Requires: a row waits.
void RowComparison::diverge() {
  diverged_ = true;
  std::vector<storage::Value> views;
  for (std::size_t i = waiting_next_; i < waiting_.size(); ++i) {
    views.clear();
    for (const storage::OwnedValue& value : waiting_[i]) views.push_back(value.view());
    if (i == waiting_next_) {
      difference_.emplace();
      difference_->position = (ours_is_ahead_ ? count_ours_ : count_theirs_) - (waiting_.size() - waiting_next_);
      (ours_is_ahead_ ? difference_->ours : difference_->theirs) = row_to_text(views);
    }
    (ours_is_ahead_ ? digest_ours_ : digest_theirs_).add(views, ignored_);
  }
  waiting_.clear();
  waiting_next_ = 0;
}

void RowComparison::add_ours(std::span<const storage::Value> row) { add(row, true); }
void RowComparison::add_theirs(std::span<const storage::Value> row) { add(row, false); }

bool RowComparison::same_in_any_order() const {
  if (count_ours_ != count_theirs_ || !waiting_.empty()) return false;
  return digest_ours_ == digest_theirs_;
}

std::string plan_to_text(const std::vector<planner::PlanLine>& lines, std::string_view indent) {
  std::string text;
  const std::vector<std::size_t> parents = parents_by_position(lines);
  std::vector<std::size_t> depths(lines.size(), 0);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (parents[i] != 0) depths[i] = depths[parents[i] - 1] + 1;
    text.append(indent).append(depths[i] * 2, ' ').append(lines[i].detail).append("\n");
  }
  if (lines.empty()) text.append(indent).append("(no lines)\n");
  return text;
}

bool is_environmental(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInterrupt:
    case ErrorCode::kBusy:
    case ErrorCode::kNoMemory:
    case ErrorCode::kReadOnly:
    case ErrorCode::kIoError:
    case ErrorCode::kCorrupt:
    case ErrorCode::kFull:
    case ErrorCode::kCantOpen:
    case ErrorCode::kAuth:
    case ErrorCode::kNotADatabase: return true;
    default: return false;
  }
}

void Agreement::compare_errors(const std::optional<Error>& ours, const std::optional<Error>& sqlite) {
  for (const std::optional<Error>* error : {&ours, &sqlite}) {
    if (*error && is_environmental((*error)->code)) {
      not_compared = (*error)->message;
      return;
    }
  }
  error_ours = ours;
  error_sqlite = sqlite;
  error_compared = true;
  failure_agrees = ours.has_value() == sqlite.has_value();
  error_agrees = failure_agrees && (!ours || ours->message == sqlite->message);
}

void Agreement::compare_counters(const engine::Work& ours) {
  our_counters.fullscan_steps = static_cast<std::int64_t>(ours.fullscan_steps);
  our_counters.sorts = static_cast<std::int64_t>(ours.sorts);
  our_counters.automatic_index_rows = static_cast<std::int64_t>(ours.automatic_index_rows);
  counters_compared = true;
  counters_agree = our_counters.fullscan_steps == sqlite_counters.fullscan_steps &&
                   our_counters.sorts == sqlite_counters.sorts &&
                   our_counters.automatic_index_rows == sqlite_counters.automatic_index_rows;
}

std::string Agreement::counters_to_text() const {
  std::string text;
  const auto add = [&text](std::string_view what, std::int64_t ours, std::int64_t sqlite) {
    if (ours != sqlite) text += fmt::format("{}{} {} here, {} in SQLite", text.empty() ? "" : "; ", what, ours, sqlite);
  };
  add("full-scan steps", our_counters.fullscan_steps, sqlite_counters.fullscan_steps);
  add("sorts", our_counters.sorts, sqlite_counters.sorts);
  add("rows of automatic indexes", our_counters.automatic_index_rows, sqlite_counters.automatic_index_rows);
  return text;
}

std::string Agreement::to_text() const {
  std::string text;
  if (!error_agrees) {
    text += fmt::format("error here:   {}\n", error_ours ? error_ours->message : "none");
    text += fmt::format("error SQLite: {}\n", error_sqlite ? error_sqlite->message : "none");
  }
  if (!plan_agrees) {
    text += "plan here:\n" + plan_to_text(plan_ours) + "plan SQLite:\n" + plan_to_text(plan_sqlite);
  }
  if (!rows_agree) {
    text += fmt::format("rows here: {}, SQLite: {}{}\n", rows_ours, rows_sqlite,
                        order_compared ? "" : " (compared in any order, as the plans differ)");
    if (first_row_difference) {
      const auto or_none = [](const std::string& row) { return row.empty() ? std::string("(no row)") : row; };
      text += fmt::format("row {} here:   {}\n", first_row_difference->position + 1, or_none(first_row_difference->ours));
      text += fmt::format("row {} SQLite: {}\n", first_row_difference->position + 1,
                          or_none(first_row_difference->theirs));
    }
  }
  if (!changes_agree) {
    text += fmt::format("changes here: {} (last rowid {}), SQLite: {} (last rowid {})\n", changes_ours, last_rowid_ours,
                        changes_sqlite, last_rowid_sqlite);
  }
  return text;
}

}  // namespace leftmost::oracle
