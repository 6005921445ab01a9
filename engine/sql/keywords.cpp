// Which keywords may be names, and how tokens are called in hints.
#include <algorithm>
#include <array>

#include "engine/sql/grammar_run.h"
#include "grammar.h"

namespace leftmost::engine::sql {

namespace {

constexpr int kNameKeywords[] = {
    T_ABORT,   T_ACTION,    T_AFTER,     T_ANALYZE,   T_ASC,          T_ATTACH,    T_BEFORE,    T_BEGIN,
    T_BY,      T_CASCADE,   T_CAST,      T_COLUMNKW,  T_CONFLICT,     T_DATABASE,  T_DEFERRED,  T_DESC,
    T_DETACH,  T_DO,        T_EACH,      T_END,       T_EXCLUSIVE,    T_EXPLAIN,   T_FAIL,      T_FOR,
    T_IGNORE,  T_IMMEDIATE, T_INITIALLY, T_INSTEAD,   T_LIKE_KW,      T_MATCH,     T_NO,        T_PLAN,
    T_QUERY,   T_KEY,       T_OF,        T_OFFSET,    T_PRAGMA,       T_RAISE,     T_RECURSIVE, T_RELEASE,
    T_REPLACE, T_RESTRICT,  T_ROW,       T_ROWS,      T_ROLLBACK,     T_SAVEPOINT, T_TEMP,      T_TRIGGER,
    T_VACUUM,  T_VIEW,      T_VIRTUAL,   T_WITH,      T_WITHOUT,      T_NULLS,     T_FIRST,     T_LAST,
    T_CURRENT, T_FOLLOWING, T_PARTITION, T_PRECEDING, T_RANGE,        T_UNBOUNDED, T_EXCLUDE,   T_GROUPS,
    T_OTHERS,  T_TIES,      T_GENERATED, T_ALWAYS,    T_MATERIALIZED, T_REINDEX,   T_RENAME,    T_CTIME_KW,
    T_IF,      T_WHY};

struct Word {
  int code;
  const char* text;
};

/// What a hint may name, the telling ones first. Operators and the words that may follow any expression are
/// left out.
constexpr Word kWords[] = {{T_SELECT, "SELECT"},
                           {T_VALUES, "VALUES"},
                           {T_SET, "SET"},
                           {T_INTO, "INTO"},
                           {T_FROM, "FROM"},
                           {T_TABLE, "TABLE"},
                           {T_INDEX, "INDEX"},
                           {T_VIEW, "VIEW"},
                           {T_TRIGGER, "TRIGGER"},
                           {T_LP, "("},
                           {T_RP, ")"},
                           {T_COMMA, ","},
                           {T_EQ, "="},
                           {T_AS, "AS"},
                           {T_BY, "BY"},
                           {T_WHERE, "WHERE"},
                           {T_GROUP, "GROUP BY"},
                           {T_HAVING, "HAVING"},
                           {T_ORDER, "ORDER BY"},
                           {T_LIMIT, "LIMIT"},
                           {T_JOIN, "JOIN"},
                           {T_ON, "ON"},
                           {T_USING, "USING"},
                           {T_THEN, "THEN"},
                           {T_WHEN, "WHEN"},
                           {T_END, "END"},
                           {T_DEFAULT, "DEFAULT"},
                           {T_KEY, "KEY"},
                           {T_NULL, "NULL"},
                           {T_EXISTS, "EXISTS"},
                           {T_NOT, "NOT"},
                           {T_DO, "DO"},
                           {T_NOTHING, "NOTHING"},
                           {T_UPDATE, "UPDATE"},
                           {T_DELETE, "DELETE"},
                           {T_INSERT, "INSERT"},
                           {T_TO, "TO"},
                           {T_RENAME, "RENAME"},
                           {T_ADD, "ADD"},
                           {T_DROP, "DROP"},
                           {T_CONFLICT, "CONFLICT"},
                           {T_REFERENCES, "REFERENCES"},
                           {T_BETWEEN, "BETWEEN"},
                           {T_AND, "AND"},
                           {T_ROW, "ROW"},
                           {T_PRECEDING, "PRECEDING"},
                           {T_FOLLOWING, "FOLLOWING"},
                           {T_DOT, "."},
                           {T_CREATE, "CREATE"},
                           {T_PRAGMA, "PRAGMA"},
                           {T_INTEGER, "a number"}};

constexpr std::size_t kWordsMax = 6;

}  // namespace

constexpr std::array<bool, kCodesMax> kFallsBackToName = [] {
  std::array<bool, kCodesMax> falls_back{};
  for (const int code : kNameKeywords) falls_back[static_cast<std::size_t>(code)] = true;
  return falls_back;
}();

std::string expected_words(const std::function<bool(int)>& is_accepted, int code_before) {
  std::vector<std::string> words;
  const bool expression = is_accepted(T_VARIABLE) && is_accepted(T_NULL);
  const bool name = is_accepted(T_ID);
  // Behind a finished expression nearly everything goes on: only what ends it is worth saying.
  const bool operand_before = is_accepted(T_CONCAT);
  if (expression) {
    words.push_back(code_before == T_SELECT || code_before == T_DISTINCT ? "a result column"
                                                                         : "an expression");
  } else if (name && !operand_before) {
    const bool table = code_before == T_FROM || code_before == T_INTO || code_before == T_UPDATE ||
                       code_before == T_TABLE || code_before == T_JOIN || code_before == T_REFERENCES;
    words.push_back(table ? "a table name" : "a name");
  }
  for (const Word& word : kWords) {
    if (expression && word.code != T_SELECT && word.code != T_RP) continue;
    if (is_accepted(word.code)) words.push_back(word.text);
  }
  if (is_accepted(T_SEMI) && !is_accepted(T_CREATE)) words.push_back("the end of the statement");
  if (is_accepted(T_CREATE) && is_accepted(T_PRAGMA)) return "expected a statement";
  if (words.empty()) return {};
  if (words.size() > kWordsMax) words.resize(kWordsMax);
  std::string hint = "expected ";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) hint += i + 1 == words.size() ? " or " : ", ";
    hint += words[i];
  }
  return hint;
}

}  // namespace leftmost::engine::sql
