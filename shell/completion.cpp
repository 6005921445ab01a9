#include <set>

#include "shell/dot_commands.h"
#include "shell/prompt.h"
#include "shell/shell.h"
#include "storage/catalog.h"

namespace leftmost::shell {

namespace {

// What people begin to type; the grammar knows more.
constexpr std::string_view kKeywords[] = {
    "ALTER TABLE", "ANALYZE", "AND", "ASC", "AVG(", "BEGIN", "BETWEEN", "BY", "CASE", "CAST(", "CHECK", "COLLATE",
    "COMMIT", "COUNT(", "CREATE", "CROSS JOIN", "DEFAULT", "DELETE FROM", "DESC", "DISTINCT", "DROP", "ELSE", "END",
    "EXCEPT", "EXISTS", "EXPLAIN QUERY PLAN", "EXPLAIN WHY", "FROM", "GLOB", "GROUP BY", "HAVING", "IN", "INDEX",
    "INDEXED BY", "INNER JOIN", "INSERT INTO", "INTERSECT", "IS NOT NULL", "IS NULL", "JOIN", "LEFT JOIN", "LIKE",
    "LIMIT", "MAX(", "MIN(", "NOCASE", "NOT", "NULL", "OFFSET", "ON", "OR", "ORDER BY", "PRAGMA", "PRIMARY KEY",
    "RELEASE", "RETURNING", "ROLLBACK", "SAVEPOINT", "SELECT", "SET", "SUM(", "TABLE", "THEN", "UNION", "UNIQUE",
    "UPDATE", "USING", "VALUES", "WHEN", "WHERE", "WITH", "WITHOUT ROWID",
};

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with(std::string_view text, std::string_view start) {
  if (text.size() < start.size()) return false;
  for (std::size_t i = 0; i < start.size(); ++i) {
    if (upper(text[i]) != upper(start[i])) return false;
  }
  return true;
}

void add_names(const storage::Catalog& catalog, std::string_view word, std::set<std::string>& found) {
  const auto add = [&](const std::string& name) {
    if (starts_with(name, word)) found.insert(name);
  };
  for (const auto schema : {storage::SchemaName::kMain, storage::SchemaName::kTemp}) {
    for (const storage::TablePtr& table : catalog.tables(schema)) {
      add(table->name);
      for (const storage::ColumnDef& column : table->columns) add(column.name);
      for (const storage::IndexPtr& index : catalog.indexes_of(table->id)) add(index->name);
    }
  }
}

}  // namespace

std::vector<std::string> completions(Shell& shell, const std::string& word) {
  std::set<std::string> found;
  if (!word.empty() && word[0] == '.') {
    for (const DotCommand& command : dot_commands()) {
      if (starts_with(command.name, std::string_view(word).substr(1))) found.insert(std::string(1, '.').append(command.name));
    }
    return {found.begin(), found.end()};
  }
  const bool is_lower = !word.empty() && word.back() == lower(word.back()) && word.back() != upper(word.back());
  if (!word.empty()) {
    for (const std::string_view keyword : kKeywords) {
      if (!starts_with(keyword, word)) continue;
      std::string text(keyword);
      if (is_lower) {
        for (char& c : text) c = lower(c);
      }
      found.insert(text);
    }
  }
  if (oracle::Session* session = shell.session()) add_names(session->database().catalog(), word, found);
  return {found.begin(), found.end()};
}

}  // namespace leftmost::shell
