#include "advice/index_upkeep.h"

#include <algorithm>

#include "engine/sql/lexer.h"

namespace leftmost::advice {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

/// Names and keywords, without quotes.
void add_words(std::string_view sql, std::set<std::string>& words) {
  for (std::size_t at = 0; at < sql.size();) {
    const auto token = engine::sql::next_token(sql, at);
    if (!token) return;
    std::string_view word = sql.substr(at, token->span.end - at);
    if (word.size() > 2 && (word.front() == '"' || word.front() == '[' || word.front() == '`'))
      word = word.substr(1, word.size() - 2);
    words.insert(lower(word));
    at = token->span.end;
  }
}

}  // namespace

bool is_droppable(const storage::IndexDef& index) {
  return index.origin == storage::IndexOrigin::kCreateIndex && !index.unique && !index.is_table_itself;
}

bool serves_foreign_key(const storage::TableDef& table, const storage::IndexDef& index) {
  return std::any_of(
      table.foreign_keys.begin(), table.foreign_keys.end(), [&](const storage::ForeignKeyDef& key) {
        return !index.key_columns.empty() && std::find(key.columns.begin(), key.columns.end(),
                                                       index.key_columns.front().column) != key.columns.end();
      });
}

HiddenUsers::HiddenUsers(oracle::Twin& twin) {
  const auto rows = twin.run("SELECT type, sql FROM sqlite_schema WHERE type IN ('trigger', 'view')");
  if (!rows) return;
  for (const storage::Row& row : rows->rows) {
    if (row[1].view().is_null()) continue;
    add_words(row[1].view().as_bytes(),
              row[0].view().as_bytes() == "trigger" ? words_of_triggers_ : words_of_views_);
  }
}

bool HiddenUsers::may_use(const storage::TableDef& table, const storage::IndexDef& index) const {
  return words_of_triggers_.count(lower(table.name)) != 0 ||
         words_of_triggers_.count(lower(index.name)) != 0 || words_of_views_.count(lower(index.name)) != 0;
}

bool is_read(std::string_view plan, std::string_view index) {
  for (std::size_t at = plan.find(index); at != std::string_view::npos; at = plan.find(index, at + 1)) {
    const std::size_t end = at + index.size();
    if (at > 0 && plan[at - 1] == ' ' && (end == plan.size() || plan[end] == ' ')) return true;
  }
  return false;
}

}  // namespace leftmost::advice
