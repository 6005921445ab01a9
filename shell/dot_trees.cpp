// Commands that look into trees and plans: .tree, .entries, .path, .candidates.
#include <fmt/format.h>

#include "advice/explanation.h"
#include "advice/parameters.h"
#include "shell/dot_commands.h"
#include "shell/shell.h"
#include "shell/sqlite_words.h"
#include "shell/tree_text.h"
#include "shell/why_text.h"
#include "storage/page.h"

namespace leftmost::shell {
namespace {

constexpr std::size_t kEntriesShown = 20;

oracle::Session* session_of(Shell& shell) {
  oracle::Session* session = shell.session();
  if (session == nullptr && !shell.is_leaving()) {
    complain(fmt::format("Error: {}", error_in_sqlite_words(shell.open_error())));
  }
  return session;
}

bool complain_of(const Error& error) {
  complain(fmt::format("Error: {}", error.message));
  return error.hint.empty() ? false : complain("  " + error.hint);
}

TreeStyle style_of(Shell& shell) {
  TreeStyle style;
  if (shell.options().is_interactive && shell.output().name() == "stdout") {
    style.paint = Paint::of(stdout);
    style.columns = terminal_columns(stdout);
  }
  return style;
}

/// The statement of `sql` and the values of its parameters, as .parameter set them.
Expected<engine::Statement> prepared(Shell& shell, engine::Database& database, const std::string& sql,
                                     std::vector<storage::OwnedValue>& bindings) {
  auto statement = database.prepare(sql);
  if (!statement) return statement;
  for (int i = 1; i <= statement->parameter_count(); ++i) {
    const auto found = shell.settings().parameters.find(std::string(statement->parameter_name(i)));
    bindings.push_back(found == shell.settings().parameters.end() ? storage::OwnedValue() : found->second);
  }
  return statement;
}

}  // namespace

bool dot_tree(Shell& shell, const Arguments& arguments) {
  std::string name;
  std::optional<std::int64_t> page_bytes;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (is_option(arguments[i], "page-bytes") && i + 1 < arguments.size()) {
      page_bytes = integer_of(arguments[++i]);
    } else if (name.empty()) {
      name = arguments[i];
    } else {
      return complain_usage(arguments);
    }
  }
  if (name.empty()) return complain_usage(arguments);
  oracle::Session* session = session_of(shell);
  if (session == nullptr) return false;
  const auto place = advice::find_tree(session->database(), name);
  if (!place) return complain_of(place.error());
  if (!page_bytes) {
    shell.output().write(tree_text(*place, *place->tree, style_of(shell)));
    return true;
  }
  const std::int64_t bytes = *page_bytes;
  const auto least = static_cast<std::int64_t>(storage::kPageBytesMin),
             most = static_cast<std::int64_t>(storage::kPageBytesMax);
  if (bytes < least || bytes > most || (bytes & (bytes - 1)) != 0) {
    return complain(fmt::format("Error: pages have a power of two from {} to {} bytes", least, most));
  }
  const storage::BTree copy = advice::with_page_size(*place->tree, static_cast<std::uint32_t>(bytes));
  shell.output().write(tree_text(*place, copy, style_of(shell)));
  return true;
}

bool dot_entries(Shell& shell, const Arguments& arguments) {
  if (arguments.size() < 2) return complain_usage(arguments);
  oracle::Session* session = session_of(shell);
  if (session == nullptr) return false;
  const auto place = advice::find_tree(session->database(), arguments[1]);
  if (!place) return complain_of(place.error());
  std::vector<storage::OwnedValue> owned;
  std::vector<storage::Value> values;
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    // 42 and NULL are what they are in SQL; a word that is no SQL is text.
    auto meant = advice::value_of_sql(arguments[i]);
    owned.push_back(meant ? std::move(*meant) : storage::OwnedValue(storage::Value::text(arguments[i])));
  }
  for (const storage::OwnedValue& value : owned) values.push_back(value.view());
  const auto entries = advice::list_entries(*place, values, kEntriesShown);
  if (!entries) return complain_of(entries.error());
  shell.output().write(entries_text(*place, *entries, style_of(shell)));
  return true;
}

bool show_paths(Shell& shell, const std::string& sql) {
  oracle::Session* session = session_of(shell);
  if (session == nullptr) return false;
  std::vector<storage::OwnedValue> bindings;
  const auto statement = prepared(shell, session->database(), sql, bindings);
  if (!statement) return complain(error_in_sqlite_words(statement.error(), sql));
  const auto paths = advice::seek_paths(session->database(), *statement, bindings);
  if (paths.empty()) return complain("Error: the statement reads no tree");
  bool is_first = true;
  for (const advice::LoopPath& path : paths) {
    if (!is_first) shell.output().write("\n");
    is_first = false;
    shell.output().write(path_text(path, style_of(shell)));
  }
  return true;
}

bool show_candidates(Shell& shell, const std::string& sql) {
  oracle::Session* session = session_of(shell);
  if (session == nullptr) return false;
  advice::ExplainOptions options;
  options.trace = true;
  options.run = options.suggestions = options.runs = false;
  const auto next = advice::explain_next(*session, sql, options);
  if (!next) return complain(error_in_sqlite_words(next.error(), sql));
  if (!next->explanation || next->explanation->candidates.empty()) {
    return complain("Error: nothing was weighed: the statement reads no table, or has only one way to");
  }
  shell.output().write(candidates_text(*next->explanation));
  return true;
}

}  // namespace leftmost::shell
