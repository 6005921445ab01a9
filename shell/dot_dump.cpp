// .dump: the database as SQL that makes it again; .fullschema: without its rows, but with its statistics.
#include <fmt/format.h>

#include <algorithm>

#include "engine/functions/like.h"
#include "shell/dot_commands.h"
#include "shell/escape.h"
#include "shell/schema_list.h"
#include "shell/shell.h"

namespace leftmost::shell {

namespace {

/// Columns that INSERT can name: generated and hidden ones are left out.
std::string column_list(const storage::TableDef& table) {
  std::string list;
  for (const storage::ColumnDef& column : table.columns) {
    if (!column.generated_sql.empty() || column.hidden) continue;
    if (!list.empty()) list += ',';
    append_sql_name(list, column.name);
  }
  return list;
}

/// INSERT statements for all rows, in key order.
std::optional<Error> dump_rows(Shell& shell, const storage::TableDef& table) {
  const std::string columns = column_list(table);
  std::string from = "\"";
  for (const char c : table.name) from.append(c == '"' ? 2 : 1, c);
  from += '"';
  const bool has_all = columns.size() > 0;
  if (!has_all) return std::nullopt;
  OutputSettings settings = shell.settings().output;
  settings.headers = false;
  settings.insert_table.clear();
  append_sql_name(settings.insert_table, table.name);
  oracle::PreparedNext next = shell.session()->prepare_next(fmt::format("SELECT {} FROM {}", columns, from));
  if (!next.statement) return next.error;
  const auto printer = make_result_printer(settings, OutputMode::kInsert, {});
  return next.statement
      ->run([&](std::span<const storage::Value> row) {
        printer->row(row, shell.output());
        return true;
      })
      .error;
}

}  // namespace

bool dot_dump(Shell& shell, const Arguments& arguments) {
  std::string pattern = "%";
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i][0] == '-') return complain(fmt::format("Error: not supported: .dump {}", arguments[i]));
    if (i > 1) return complain("Error: not supported: .dump with several patterns");
    pattern = arguments[i];
  }
  oracle::Session* session = shell.session();
  if (session == nullptr) return false;
  const std::vector<SchemaObject> objects = schema_objects(session->database().catalog());
  const auto is_wanted = [&](const SchemaObject& object) {
    return !object.is_temporary && !object.sql.empty() &&
           engine::matches(pattern, object.name, engine::like_rules('\\'));
  };
  for (const SchemaObject& object : objects) {
    if (is_wanted(object) && object.type == "table" && !object.is_held) {
      return complain(fmt::format("Error: not supported: .dump of {}, which is not held here", object.name));
    }
  }
  shell.output().write("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n");
  for (const SchemaObject& object : objects) {
    if (!is_wanted(object) || object.type != "table" || object.name == "sqlite_sequence") continue;
    if (object.name.compare(0, 11, "sqlite_stat") == 0) {
      shell.output().write("ANALYZE sqlite_schema;\n");
    } else if (is_internal_name(object.name)) {
      continue;
    } else {
      shell.output().write(definition_line(object.sql));
    }
    const storage::TablePtr table = session->database().catalog().find_table(object.name, storage::SchemaName::kMain);
    if (!table) continue;
    if (const auto error = dump_rows(shell, *table)) {
      shell.output().write(fmt::format("/****** ERROR: {} ******/\nROLLBACK; -- due to errors\n", error->message));
      return false;
    }
  }
  for (const std::string_view type : {"view", "trigger", "index"}) {
    for (const SchemaObject& object : objects) {
      if (is_wanted(object) && object.type == type) shell.output().write(definition_line(object.sql));
    }
  }
  shell.output().write("COMMIT;\n");
  return true;
}

bool dot_fullschema(Shell& shell, const Arguments& arguments) {
  if (arguments.size() == 2 && is_option(arguments[1], "indent")) {
    return complain("Error: not supported: .fullschema --indent");
  }
  if (arguments.size() > 1) return complain_usage(arguments);
  oracle::Session* session = shell.session();
  if (session == nullptr) return false;
  const storage::Catalog& catalog = session->database().catalog();
  // By their places in their own schema table, those of main and of temp in one row.
  std::vector<std::pair<int, std::string>> definitions;
  int places[2] = {0, 0};
  for (const SchemaObject& object : schema_objects(catalog)) {
    const int place = ++places[object.is_temporary ? 1 : 0];
    if (object.sql.empty() || is_internal_name(object.name)) continue;
    definitions.emplace_back(place, definition_line(object.sql));
  }
  std::stable_sort(definitions.begin(), definitions.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [place, line] : definitions) shell.output().write(line);
  const storage::TablePtr statistics = catalog.find_table("sqlite_stat1", storage::SchemaName::kMain);
  if (!statistics) {
    shell.output().write("/* No STAT tables available */\n");
    return true;
  }
  shell.output().write("ANALYZE sqlite_schema;\n");
  const auto error = dump_rows(shell, *statistics);
  if (error) return complain(fmt::format("Error: {}", error->message));
  shell.output().write("ANALYZE sqlite_schema;\n");
  return true;
}

}  // namespace leftmost::shell
