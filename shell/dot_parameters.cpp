// .parameter: values that statements find for their ?1, :name, @name and $name.
#include <fmt/format.h>

#include <algorithm>

#include "engine/functions/format.h"
#include "shell/dot_commands.h"
#include "shell/escape.h"
#include "shell/shell.h"

namespace leftmost::shell {

namespace {

/// The value of a SQL expression without columns; none if it is none.
std::optional<storage::OwnedValue> value_of(Shell& shell, const std::string& expression) {
  oracle::Session* session = shell.session();
  if (session == nullptr) return std::nullopt;
  const std::string sql = fmt::format("SELECT {}", expression);
  oracle::PreparedNext next = session->prepare_next(sql);
  if (!next.statement || next.statement->ours().column_count() != 1 || next.bytes_consumed != sql.size()) {
    return std::nullopt;
  }
  std::optional<storage::OwnedValue> value;
  const oracle::Outcome outcome = next.statement->run([&](std::span<const storage::Value> row) {
    value.emplace(row[0]);
    return false;
  });
  if (outcome.error) return std::nullopt;
  return value;
}

}  // namespace

bool dot_parameter(Shell& shell, const Arguments& arguments) {
  auto& parameters = shell.settings().parameters;
  const std::string action = arguments.size() > 1 ? arguments[1] : "";
  if (action == "init" && arguments.size() == 2) return true;
  if (action == "clear" && arguments.size() == 2) {
    parameters.clear();
    return true;
  }
  if (action == "unset" && arguments.size() == 3) {
    parameters.erase(arguments[2]);
    return true;
  }
  if (action == "list" && arguments.size() == 2) {
    std::size_t width = 0;
    for (const auto& [name, value] : parameters) width = std::max(width, name.size());
    for (const auto& [name, value] : parameters) {
      shell.output().write(fmt::format("{:<{}} {}\n", name, width, engine::quote(value.view())));
    }
    return true;
  }
  if (action == "set" && arguments.size() == 4) {
    auto value = value_of(shell, arguments[3]);
    // What is no expression is taken as text, so that `.parameter set :name Smith` does what it seems to say.
    parameters[arguments[2]] = value ? std::move(*value) : storage::OwnedValue(storage::Value::text(arguments[3]));
    return true;
  }
  shell.output().write(
      ".parameter CMD ...       Manage SQL parameter bindings\n"
      "   clear                   Erase all bindings\n"
      "   init                    Initialize the TEMP table that holds bindings\n"
      "   list                    List the current parameter bindings\n"
      "   set PARAMETER VALUE     Given SQL parameter PARAMETER a value of VALUE\n"
      "                           PARAMETER should start with one of: $ : @ ?\n"
      "   unset PARAMETER         Remove PARAMETER from the binding table\n");
  return true;
}

}  // namespace leftmost::shell
