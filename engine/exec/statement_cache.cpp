#include "engine/exec/statement_cache.h"

#include <algorithm>
#include <functional>

#include "engine/sql/limits.h"

namespace leftmost::engine {

namespace {

// A run that met so many rows took longer than preparing, and what it kept aside is not worth holding on to.
constexpr std::uint64_t kRowsMax = 1'000;

// Of a script that holds more statements the same rest will not come again.
bool is_alone(const CompiledStatement& statement) {
  const std::string_view rest =
      statement.text.substr(std::min(statement.bytes_consumed, statement.text.size()));
  return std::all_of(rest.begin(), rest.end(), sql::is_space);
}

bool is_worth_keeping(CompiledStatement& statement) {
  if (statement.syntax == nullptr || !is_alone(statement)) return false;
  switch (statement.kind) {
    case StatementKind::kSelect:
    case StatementKind::kInsert:
    case StatementKind::kUpdate:
    case StatementKind::kDelete:
      break;
    default:
      return false;
  }
  if (statement.action == nullptr) return true;
  const Work* work = statement.action->work();
  return work != nullptr && work->rows_visited + work->temporary_rows + work->rows_returned <= kRowsMax;
}

}  // namespace

std::unique_ptr<CompiledStatement> StatementCache::take(const Connection& connection, std::string_view text) {
  statements_max_ = connection.limits().statements_kept;
  while (entries_.size() > statements_max_) drop_oldest();
  if (entries_.empty() || text.size() > kShortTextBytes) return nullptr;
  const std::size_t hash = std::hash<std::string_view>()(text);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].hash != hash || entries_[i].statement->text != text) continue;
    std::unique_ptr<CompiledStatement> statement = std::move(entries_[i].statement);
    drop(i);
    const bool is_usable = is_current(*statement, connection, {}) &&
                           statement->settings == connection.settings() &&
                           statement->user_functions == connection.functions().user_functions();
    return is_usable ? std::move(statement) : nullptr;
  }
  return nullptr;
}

void StatementCache::give_back(std::unique_ptr<CompiledStatement> statement) {
  if (statements_max_ == 0 || !is_worth_keeping(*statement)) return;
  while (entries_.size() >= statements_max_) drop_oldest();
  const std::size_t hash = std::hash<std::string_view>()(statement->text);
  entries_.push_back({hash, ++clock_, std::move(statement)});
}

void StatementCache::drop(std::size_t at) {
  std::swap(entries_[at], entries_.back());
  entries_.pop_back();
}

void StatementCache::drop_oldest() {
  const auto oldest = std::min_element(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.given_back < b.given_back;
  });
  drop(static_cast<std::size_t>(oldest - entries_.begin()));
}

void StatementCache::close() {
  statements_max_ = 0;
  entries_.clear();
}

}  // namespace leftmost::engine
