#include "oracle/statement_text.h"

#include <algorithm>
#include <array>

namespace leftmost::oracle {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

constexpr std::array<std::string_view, 17> kComparedPragmas = {
    "table_info",   "table_xinfo",       "table_list",      "index_list",      "index_info",          "index_xinfo",
    "foreign_keys", "foreign_key_list",  "user_version",    "application_id",  "integrity_check",     "quick_check",
    "encoding",     "foreign_key_check", "automatic_index", "analysis_limit",  "reverse_unordered_selects"};

constexpr std::array<std::string_view, 8> kPlanningPragmas = {"case_sensitive_like", "automatic_index", "foreign_keys",
                                                              "defer_foreign_keys", "recursive_triggers",
                                                              "reverse_unordered_selects", "full_column_names",
                                                              "short_column_names"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::size_t skip_blanks(std::string_view sql, std::size_t at) {
  while (at < sql.size()) {
    if (is_space(sql[at])) {
      ++at;
    } else if (sql.compare(at, 2, "--") == 0) {
      at = std::min(sql.find('\n', at), sql.size());
    } else if (sql.compare(at, 2, "/*") == 0) {
      const std::size_t end = sql.find("*/", at + 2);
      at = end == std::string_view::npos ? sql.size() : end + 2;
    } else {
      break;
    }
  }
  return at;
}

std::string next_word(std::string_view sql, std::size_t& at) {
  at = skip_blanks(sql, at);
  std::string word;
  while (at < sql.size() && is_word(sql[at])) {
    const char c = sql[at++];
    word.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return word;
}

std::string word_of(std::string_view sql, std::size_t number) {
  std::size_t at = 0;
  std::string word;
  for (std::size_t i = 0; i <= number; ++i) {
    word = next_word(sql, at);
    if (word.empty()) return {};
  }
  return word;
}

std::string_view without_words(std::string_view sql, std::size_t count) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) next_word(sql, at);
  return sql.substr(skip_blanks(sql, at));
}

PragmaText read_pragma(std::string_view sql) {
  std::size_t at = 0;
  next_word(sql, at);
  std::string name = next_word(sql, at);
  at = skip_blanks(sql, at);
  if (at < sql.size() && sql[at] == '.') {
    ++at;
    name = next_word(sql, at);
    at = skip_blanks(sql, at);
  }
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;

  PragmaText pragma;
  pragma.has_argument = at < sql.size() && (sql[at] == '=' || sql[at] == '(');
  if (pragma.has_argument && contains(kPlanningPragmas, name)) {
    pragma.role = PragmaRole::kPlanning;
  } else if (contains(kComparedPragmas, name)) {
    pragma.role = PragmaRole::kCompared;
  }
  pragma.name = std::move(name);
  return pragma;
}

}  // namespace leftmost::oracle
