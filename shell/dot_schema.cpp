// Commands that show what is in the database: .tables, .indexes, .schema, .databases.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "engine/functions/like.h"
#include "shell/dot_commands.h"
#include "shell/schema_list.h"
#include "shell/shell.h"
#include "shell/sqlite_words.h"

namespace leftmost::shell {

namespace {

constexpr std::size_t kLineColumns = 80;

bool is_like(std::string_view pattern, std::string_view text) {
  return engine::matches(pattern, text, engine::like_rules());
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// The open database's objects; none, after a complaint, if it cannot be opened.
std::optional<std::vector<SchemaObject>> objects_of(Shell& shell) {
  oracle::Session* session = shell.session();
  if (session == nullptr) {
    if (!shell.is_leaving()) complain(fmt::format("Error: {}", error_in_sqlite_words(shell.open_error())));
    return std::nullopt;
  }
  return schema_objects(session->database().catalog());
}

/// Names in as many columns as fit, sorted downwards.
void print_names(Shell& shell, std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  std::size_t width = 0;
  for (const std::string& name : names) width = std::max(width, name.size());
  const std::size_t columns = std::max<std::size_t>(1, kLineColumns / (width + 2));
  const std::size_t lines = (names.size() + columns - 1) / columns;
  for (std::size_t line = 0; line < lines; ++line) {
    std::string text;
    for (std::size_t i = line; i < names.size(); i += lines) {
      if (i >= lines) text += "  ";
      text += names[i];
      text.append(width - names[i].size(), ' ');
    }
    shell.output().write(text + "\n");
  }
}

std::string with_schema(const SchemaObject& object) {
  return object.is_temporary ? "temp." + object.name : object.name;
}

/// The statement that makes `object`, with temp's name in it where it is in temp.
std::string sql_with_schema(const SchemaObject& object) {
  if (!object.is_temporary) return object.sql;
  for (const std::string_view start : {"CREATE TABLE ", "CREATE INDEX ", "CREATE UNIQUE INDEX ", "CREATE VIEW ",
                                       "CREATE TRIGGER ", "CREATE VIRTUAL TABLE "}) {
    if (object.sql.compare(0, start.size(), start) == 0) {
      return fmt::format("{}temp.{}", start, object.sql.substr(start.size()));
    }
  }
  return object.sql;
}

}  // namespace

bool dot_tables(Shell& shell, const Arguments& arguments) {
  if (arguments.size() > 2) return complain_usage(arguments);
  const auto objects = objects_of(shell);
  if (!objects) return false;
  std::vector<std::string> names;
  for (const SchemaObject& object : *objects) {
    if ((object.type != "table" && object.type != "view") || is_internal_name(object.name)) continue;
    if (arguments.size() > 1 && !is_like(arguments[1], object.name)) continue;
    names.push_back(with_schema(object));
  }
  print_names(shell, std::move(names));
  return true;
}

bool dot_indexes(Shell& shell, const Arguments& arguments) {
  if (arguments.size() > 2) return complain_usage(arguments);
  const auto objects = objects_of(shell);
  if (!objects) return false;
  std::vector<std::string> names;
  for (const SchemaObject& object : *objects) {
    if (object.type != "index") continue;
    if (arguments.size() > 1 && !is_like(arguments[1], object.table)) continue;
    names.push_back(with_schema(object));
  }
  print_names(shell, std::move(names));
  return true;
}

bool dot_schema(Shell& shell, const Arguments& arguments) {
  bool with_internal = true;
  std::string pattern;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (is_option(argument, "nosys")) {
      with_internal = false;
    } else if (is_option(argument, "indent")) {
      return complain("Error: not supported: .schema --indent");
    } else if (argument[0] == '-') {
      return complain(fmt::format("Unknown option: \"{}\"", argument));
    } else if (!pattern.empty()) {
      return complain_usage(arguments);
    } else {
      pattern = argument;
    }
  }
  const auto objects = objects_of(shell);
  if (!objects) return false;
  const bool is_glob = pattern.find_first_of("*?[") != std::string::npos;
  const engine::PatternRules rules = is_glob ? engine::glob_rules() : engine::like_rules('\\');
  for (const SchemaObject& object : *objects) {
    if (object.sql.empty() || (!with_internal && is_internal_name(object.name))) continue;
    if (!pattern.empty()) {
      std::string text = lower(object.table);
      if (pattern.find('.') != std::string::npos) text = (object.is_temporary ? "temp." : "main.") + text;
      if (!engine::matches(lower(pattern), text, rules)) continue;
    }
    shell.output().write(definition_line(sql_with_schema(object)));
  }
  return true;
}

bool dot_databases(Shell& shell, const Arguments&) {
  oracle::Session* session = shell.session();
  if (session == nullptr) return false;
  std::string path = "\"\"";
  if (!session->is_in_memory()) {
    char* absolute = realpath(session->path().c_str(), nullptr);
    path = absolute != nullptr ? absolute : session->path();
    std::free(absolute);
  }
  shell.output().write(fmt::format("main: {} {}\n", path, session->is_readonly() ? "r/o" : "r/w"));
  return true;
}

}  // namespace leftmost::shell
