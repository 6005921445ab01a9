// Random statements over random schemas (oracle/fuzz), each explained: the rules of
// advice/explanation_check.h, the shape of the JSON, and that EXPLAIN WHY says the same.
// LEFTMOST_EXPLAINED=100000 asks more of them, LEFTMOST_SEED others.

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "advice/explanation_check.h"
#include "oracle/fuzz/fuzz.h"
#include "planner/explain.h"
#include "tests/catch.h"

using namespace leftmost;
namespace fuzz = leftmost::oracle::fuzz;
using Json = nlohmann::json;

namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// What docs/why-json.md promises of an object: the fields that are always there.
bool has_fields(const Json& object, std::initializer_list<const char*> fields) {
  for (const char* field : fields) {
    if (!object.contains(field)) return false;
  }
  return true;
}
bool is_one_of(const Json& value, const std::set<std::string>& names) {
  return value.is_string() && names.count(value.get<std::string>()) == 1;
}
bool is_text_or_null(const Json& value) { return value.is_null() || (value.is_string() && value != ""); }
bool is_span(const Json& object, std::size_t bytes) {
  if (!object.contains("span")) return true;
  const Json& span = object["span"];
  return span.is_array() && span.size() == 2 && span[0] < span[1] && span[1] <= bytes;
}

std::string fault_of_columns(const Json& columns, std::size_t bytes) {
  static const std::set<std::string> kRoles = {"seek-eq",         "seek-in",       "seek-range", "seek-skip",
                                               "filter-in-index", "filter-on-row", "order",      "group",
                                               "cover",           "idle"};
  for (const Json& column : columns) {
    if (!has_fields(column, {"name", "role", "term", "reason", "text"}) ||
        !is_one_of(column["role"], kRoles) || !is_text_or_null(column["term"]) ||
        !is_text_or_null(column["reason"]) || !column["text"].is_string() || !is_span(column, bytes))
      return "column " + column.dump();
  }
  return {};
}

/// Empty if it has the documented shape.
std::string fault_of_shape(const Json& json) {
  static const std::set<std::string> kAccess = {
      "scan",       "index-scan",     "search",          "rowid-search", "primary-key-search",
      "skip-scan",  "multi-index-or", "automatic-index", "min-max",      "subquery-scan",
      "co-routine", "materialized",   "omitted"};
  if (!has_fields(json, {"version", "sql", "plan", "tables", "reasons", "suggestions"}) ||
      json["version"] != 1)
    return "top";
  const std::size_t bytes = json["sql"].get_ref<const std::string&>().size();
  int id = 0;
  for (const Json& line : json["plan"]) {
    if (line["id"] != ++id || line["parent"] >= line["id"] || !line["detail"].is_string()) return "plan";
  }
  for (const Json& table : json["tables"]) {
    if (!has_fields(table, {"name", "alias", "access", "index", "rows_estimated", "indexes", "unindexed"}) ||
        !is_one_of(table["access"], kAccess) || !is_text_or_null(table["alias"]) ||
        !is_text_or_null(table["index"]))
      return "table " + table.dump();
    std::set<std::string> names;
    for (const Json& index : table["indexes"]) {
      if (!has_fields(index,
                      {"name", "verdict", "seek_columns", "reason", "cost_estimated", "columns", "runs"}) ||
          !is_one_of(index["verdict"], {"used", "costlier", "unusable"}) ||
          !names.insert(index["name"].dump()).second)
        return "index " + index.dump();
      if (std::string fault = fault_of_columns(index["columns"], bytes); !fault.empty()) return fault;
      for (const Json& arm : index.value("arms", Json::array())) {
        if (!has_fields(arm, {"number", "seek_columns", "reason", "columns"})) return "arm " + arm.dump();
        if (std::string fault = fault_of_columns(arm["columns"], bytes); !fault.empty()) return fault;
      }
    }
  }
  for (const Json& reason : json["reasons"]) {
    if (!has_fields(reason, {"code", "subject", "text"}) || !is_span(reason, bytes))
      return "reason " + reason.dump();
  }
  return {};
}

using Row = std::vector<std::string>;

/// The explanation as EXPLAIN WHY has it: NULL is empty here.
std::vector<Row> rows_of(const advice::Explanation& explanation) {
  std::vector<Row> rows;
  for (const advice::TableUse& table : explanation.tables) {
    const std::string& name = table.alias.empty() ? table.name : table.alias;
    for (const advice::IndexUse& index : table.indexes) {
      int position = 0;
      for (const advice::ColumnUse& column : index.columns) {
        rows.push_back({name, index.name, column.column, std::to_string(++position),
                        std::string(planner::role_name(column.role)), column.term, column.code, column.text});
      }
    }
    for (const advice::UnindexedCondition& condition : table.unindexed)
      rows.push_back({name, "", condition.column, "", "", condition.term, "", condition.text});
  }
  for (const advice::StatementReason& reason : explanation.reasons)
    rows.push_back({"", "", "", "", "", reason.subject, reason.code, reason.text});
  return rows;
}

std::vector<Row> explain_why(oracle::Session& session, const std::string& sql) {
  std::vector<Row> rows;
  auto statement = session.database().prepare("EXPLAIN WHY " + sql);
  while (statement) {
    const auto step = statement->step();
    if (!step || *step == engine::StepResult::kDone) break;
    Row& row = rows.emplace_back();
    for (int i = 0; i < statement->column_count(); ++i) {
      const storage::Value value = statement->value(i);
      row.push_back(value.is_null()   ? std::string()
                    : value.is_text() ? std::string(value.as_bytes())
                                      : std::to_string(value.as_integer()));
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("an explanation is sound, whatever the statement", "[advice][explained]") {
  fuzz::FuzzOptions random;
  random.seed = number_from("LEFTMOST_SEED", 1);
  const std::uint64_t wanted = number_from("LEFTMOST_EXPLAINED", 2500);
  advice::ExplainOptions options;
  options.run = options.runs = options.suggestions = false;
  std::uint64_t explained = 0;
  for (std::uint64_t seed = random.seed; explained < wanted; ++seed) {
    std::size_t schema_steps = 0;
    const std::vector<fuzz::Step> steps = fuzz::random_round(random, seed, schema_steps);
    auto session = oracle::Session::open({});
    REQUIRE(session);
    for (std::size_t i = 0; i < steps.size() && explained < wanted; ++i) {
      const std::string sql = to_sql(steps[i].sql);
      if (i >= schema_steps) {
        const auto next = advice::explain_next(**session, sql, options);
        if (next && next->explanation) {
          ++explained;
          INFO("LEFTMOST_SEED=" << seed << ": " << sql);
          for (const std::string& rule :
               advice::broken_rules(*next->explanation, (*session)->database().catalog()))
            FAIL_CHECK(rule);
          CHECK(fault_of_shape(Json::parse(advice::to_json(*next->explanation))) == "");
          const bool is_plain = next->explanation->sql.size() >= sql.size();  // a single statement
          if (is_plain && !next->explanation->plan.empty())
            CHECK(explain_why(**session, sql) == rows_of(*next->explanation));
        }
      }
      static_cast<void>((*session)->execute(sql));
    }
  }
}

TEST_CASE("a constraint of a plan line is a searched column", "[advice][explained]") {
  CHECK(advice::searched_columns("SCAN t") == 0);
  CHECK(advice::searched_columns("SCAN t USING COVERING INDEX i") == 0);
  CHECK(advice::searched_columns("SEARCH t USING INDEX i (a=? AND b>? AND b<?)") == 2);
  CHECK(advice::searched_columns("SEARCH t USING INDEX i (ANY(a) AND b=?)") == 2);
  CHECK(advice::searched_columns("SEARCH t USING INDEX i ((a,b)>(?,?) AND (a,b)<(?,?))") == 2);
  CHECK(advice::searched_columns("SEARCH t USING INDEX i (<expr>=? AND <expr>>? AND <expr><?)") == 2);
  CHECK(advice::searched_columns("SEARCH t USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN") == 1);
}
