#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "engine/functions/function_table.h"
#include "engine/functions/table_function.h"

namespace leftmost::engine {
namespace {

std::string lower_case(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = storage::to_lower_ascii(c);
  return lower;
}

bool takes(const Function& function, std::size_t argument_count) {
  return argument_count >= static_cast<std::size_t>(function.arguments_min) &&
         argument_count <= static_cast<std::size_t>(function.arguments_max);
}

}  // namespace

Function& FunctionTable::scalar(std::string_view name, int arguments_min, int arguments_max, ScalarFunction function) {
  Function& added = functions_.emplace_back();
  added.name = name;
  added.arguments_min = arguments_min;
  added.arguments_max = arguments_max;
  added.scalar = function;
  return added;
}

Function& FunctionTable::aggregate(std::string_view name, int argument_count,
                                   const AggregateImplementation& implementation) {
  Function& added = functions_.emplace_back();
  added.name = name;
  added.kind = planner::FunctionKind::kAggregate;
  added.arguments_min = added.arguments_max = argument_count;
  added.aggregate = &implementation;
  return added;
}

Function& FunctionTable::unsupported(std::string_view name) {
  Function& added = functions_.emplace_back();
  added.name = name;
  added.arguments_max = kFunctionArgumentsMax;
  added.is_supported = false;
  return added;
}

void add_unsupported_functions(FunctionTable& table) {
  // The library's: full text and R-trees, extensions.
  for (const std::string_view name :
       {"load_extension", "fts3_tokenizer", "fts5", "fts5_source_id", "match",
        "matchinfo", "offsets", "optimize", "snippet", "highlight", "bm25", "rtreecheck", "rtreedepth", "rtreenode"}) {
    table.unsupported(name);
  }
  // The sqlite3 program's own.
  for (const std::string_view name :
       {"decimal", "decimal_add", "decimal_cmp", "decimal_mul", "decimal_sub", "decimal_sum", "edit", "ieee754",
        "ieee754_exponent", "ieee754_from_blob", "ieee754_mantissa", "ieee754_to_blob", "lsmode", "readfile", "regexpi",
        "sha3", "sha3_query", "shell_add_schema", "shell_escape_crnl", "shell_idquote", "shell_int32",
        "shell_module_schema", "shell_putsnl", "sqlar_compress", "sqlar_uncompress", "usleep", "writefile", "zipfile",
        "zipfile_cds"}) {
    table.unsupported(name);
  }
}

struct FunctionRegistry::Tables {
  FunctionTable built_in;
  std::deque<Function> users;
  std::deque<std::string> user_names;
  const Function* like_with_case = nullptr;  ///< stands in for like() when asked for
  /// Lower-case name to its functions; user functions stand in front of those that they replace.
  std::map<std::string, std::vector<const Function*>, std::less<>> by_name;
  std::function<const TableFunction*(std::string_view)> table_functions;

  void enter(const Function& function) { by_name[lower_case(function.name)].push_back(&function); }
};

FunctionRegistry::FunctionRegistry() : tables_(std::make_unique<Tables>()) {
  add_text_functions(tables_->built_in);
  add_pattern_functions(tables_->built_in);
  add_number_functions(tables_->built_in);
  add_date_time_functions(tables_->built_in);
  add_connection_functions(tables_->built_in);
  add_aggregates(tables_->built_in);
  add_json_functions(tables_->built_in);
  add_json_aggregates(tables_->built_in);
  add_window_functions(tables_->built_in);
  add_unsupported_functions(tables_->built_in);
  for (const Function& function : tables_->built_in.functions()) {
    if (function.is_case_sensitive_like) {
      tables_->like_with_case = &function;
    } else {
      tables_->enter(function);
    }
  }
}

FunctionRegistry::~FunctionRegistry() = default;

Expected<const Function*> FunctionRegistry::find(std::string_view name, std::size_t argument_count,
                                                 bool case_sensitive_like) const {
  const auto entry = tables_->by_name.find(lower_case(name));
  if (entry == tables_->by_name.end()) {
    return fail(ErrorCode::kError, "no such function: " + std::string(name));
  }
  for (const Function* function : entry->second) {
    if (!takes(*function, argument_count)) continue;
    if (!function->is_supported) return not_supported(std::string(function->name) + "()");
    const bool is_like = function->role == planner::FunctionRole::kLike && !function->user;
    return case_sensitive_like && is_like ? tables_->like_with_case : function;
  }
  return fail(ErrorCode::kError, "wrong number of arguments to function " + std::string(name) + "()");
}

bool FunctionRegistry::has_name(std::string_view name) const {
  return tables_->by_name.find(lower_case(name)) != tables_->by_name.end();
}

const TableFunction* FunctionRegistry::find_table_function(std::string_view name) const {
  const TableFunction* const built_in = engine::find_table_function(name);
  if (built_in != nullptr || !tables_->table_functions) return built_in;
  return tables_->table_functions(name);
}

void FunctionRegistry::set_table_functions(std::function<const TableFunction*(std::string_view)> more) {
  tables_->table_functions = std::move(more);
}

std::size_t FunctionRegistry::user_functions() const { return tables_->users.size(); }

void FunctionRegistry::add_scalar(std::string_view name, int argument_count, Determinism determinism,
                                  UserFunction function) {
  Function& added = tables_->users.emplace_back();
  added.name = tables_->user_names.emplace_back(lower_case(name));
  added.arguments_min = std::max(argument_count, 0);
  added.arguments_max = argument_count < 0 ? kFunctionArgumentsMax : argument_count;
  added.deterministic = determinism == Determinism::kDeterministic;
  added.prohibited_in_schema = !added.deterministic;
  added.user = std::move(function);
  std::vector<const Function*>& functions = tables_->by_name[std::string(added.name)];
  // An exact count goes before everything; any number of arguments only before built-in functions of any number.
  const auto place = std::find_if(functions.begin(), functions.end(), [&](const Function* other) {
    return argument_count >= 0 || other->arguments_max != other->arguments_min;
  });
  functions.insert(place, &added);
}

std::vector<const Function*> FunctionRegistry::list() const {
  std::vector<const Function*> all;
  for (const auto& [name, functions] : tables_->by_name) {
    const std::size_t first = all.size();
    all.insert(all.end(), functions.begin(), functions.end());
    std::stable_sort(all.begin() + static_cast<std::ptrdiff_t>(first), all.end(),
                     [](const Function* a, const Function* b) { return a->arguments_min < b->arguments_min; });
  }
  return all;
}

}  // namespace leftmost::engine
