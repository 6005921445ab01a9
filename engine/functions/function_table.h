// engine/functions/function_table.h - where the files of this folder enter their functions; not for others.
#pragma once

#include <deque>
#include <new>
#include <span>
#include <string_view>

#include "engine/functions/aggregate_state.h"
#include "engine/functions/function.h"

namespace leftmost::engine {

/// Collects the built-in functions. Addresses stay valid.
class FunctionTable {
 public:
  Function& scalar(std::string_view name, int arguments_min, int arguments_max, ScalarFunction function);
  Function& aggregate(std::string_view name, int argument_count, const AggregateImplementation& implementation);
  /// A name of SQLite's that this engine does not have, with any number of arguments.
  Function& unsupported(std::string_view name);

  std::deque<Function>& functions() { return functions_; }

 private:
  std::deque<Function> functions_;
};

void add_text_functions(FunctionTable& table);
void add_pattern_functions(FunctionTable& table);
void add_number_functions(FunctionTable& table);
void add_date_time_functions(FunctionTable& table);
void add_connection_functions(FunctionTable& table);
void add_aggregates(FunctionTable& table);
void add_json_functions(FunctionTable& table);
void add_json_aggregates(FunctionTable& table);
void add_window_functions(FunctionTable& table);
/// Everything else that SQLite's library or shell knows by name.
void add_unsupported_functions(FunctionTable& table);

}  // namespace leftmost::engine
