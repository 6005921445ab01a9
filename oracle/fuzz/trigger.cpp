// CREATE TRIGGER. A trigger fires others once each, and each row of theirs fires again: there are few
// triggers, and what they insert are few rows. Where triggers are recursive they only take away.
#include <algorithm>

#include "oracle/fuzz/generator.h"

namespace leftmost::oracle::fuzz {

namespace {
constexpr std::size_t kTriggersMax = 3;
}  // namespace

std::vector<std::string> Generator::checks_of(const Table& table) const {
  std::vector<std::string> checks = {"SELECT * FROM " + table.name};
  if (trigger_count_ == 0) return checks;
  for (const Table& other : schema_.tables) {
    if (!other.is_view && other.name != table.name) checks.push_back("SELECT * FROM " + other.name);
  }
  return checks;
}

// `rows`: columns of OLD and NEW.
Piece Generator::trigger_step(const Scope& rows) {
  const Table& table = schema_.pick_table(random_);
  Scope scope = rows;
  for (const std::string& name : table.columns) scope.push_back(name);
  const auto conflict = [this] {
    return optional(
        {random_.pick({"", "", "OR IGNORE ", "OR REPLACE ", "OR ABORT ", "OR FAIL ", "OR ROLLBACK "})});
  };
  const std::size_t choice = triggers_are_recursive_ ? random_.between(7, 9) : random_.below(10);
  if (choice < 3) {
    std::vector<Piece> values;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      values.push_back(random_.percent(50) ? column(rows) : value(rows, 1));
    }
    std::vector<Piece> parts = {"INSERT ", conflict(), "INTO " + table.name + " VALUES (",
                                list(", ", std::move(values), table.columns.size()), ")"};
    if (!table.unique.empty() && random_.percent(20)) parts.push_back(upsert(table));
    return sequence(std::move(parts));
  }
  if (choice == 3) {
    const Table& source = schema_.pick_table(random_);
    Scope columns = rows;
    for (const std::string& name : source.columns) columns.push_back(name);
    std::vector<Piece> values;
    for (std::size_t i = 0; i < table.columns.size(); ++i) values.push_back(value(columns, 0));
    return sequence({"INSERT ", conflict(), "INTO " + table.name + " SELECT ",
                     list(", ", std::move(values), table.columns.size()), " FROM " + source.name,
                     optional({" WHERE ", condition(columns, 1)}), " LIMIT 2"});
  }
  if (choice < 7) {
    std::vector<Piece> sets;
    for (std::size_t n = random_.between(1, 2); n > 0; --n) {
      sets.push_back(sequence({random_.pick(table.columns), " = ", value(scope, 1)}));
    }
    return sequence({"UPDATE ", conflict(), table.name + " SET ", list(", ", std::move(sets)), " WHERE ",
                     random_.pick(table.columns), " = ", column(rows),
                     optional({" AND ", condition(scope, 1)})});
  }
  if (choice == 7) {
    return sequence({"DELETE FROM " + table.name + " WHERE ", random_.pick(table.columns), " = ",
                     column(rows), optional({" AND ", condition(scope, 1)})});
  }
  if (choice == 8) {
    return sequence({"SELECT RAISE(",
                     random_.pick({"IGNORE", "IGNORE", "ABORT, 'abort'", "FAIL, 'fail'", "ROLLBACK, 'back'"}),
                     ") WHERE ", term(rows, 0)});
  }
  return sequence({"SELECT ", value(scope, 1), " FROM " + table.name + " WHERE ", condition(scope, 1)});
}

Step Generator::trigger() {
  if (trigger_count_ >= kTriggersMax) {
    const std::string name = "r" + std::to_string(random_.between(1, trigger_count_));
    return {"DROP TRIGGER", "DROP TRIGGER IF EXISTS " + name, {}};
  }
  alias_count_ = 0;
  const Table& table = random_.percent(20) ? random_.pick(schema_.tables) : schema_.pick_table(random_);
  const std::string event = random_.pick({"INSERT", "UPDATE", "DELETE"});
  std::vector<Piece> parts = {random_.percent(10) ? "CREATE TEMP TRIGGER r" : "CREATE TRIGGER r"};
  parts.emplace_back(std::to_string(++trigger_count_));
  parts.emplace_back(table.is_view ? " INSTEAD OF " : random_.pick({" BEFORE ", " AFTER ", " AFTER "}));
  parts.emplace_back(event);
  if (event == "UPDATE" && random_.percent(40)) {
    parts.push_back(
        optional({" OF ", list(", ", {random_.pick(table.columns), random_.pick(table.columns)})}));
  }
  parts.emplace_back(" ON " + table.name);
  Scope rows;
  for (const std::string& name : table.columns) {
    if (event != "INSERT") rows.push_back("old." + name);
    if (event != "DELETE") rows.push_back("new." + name);
  }
  if (random_.percent(30)) parts.push_back(optional({" WHEN ", condition(rows, 1)}));
  std::vector<Piece> steps;
  for (std::size_t n = random_.between(1, 3); n > 0; --n) steps.push_back(trigger_step(rows));
  parts.emplace_back(" BEGIN ");
  parts.push_back(list("; ", std::move(steps)));
  parts.emplace_back("; END");
  return {"CREATE TRIGGER", sequence(std::move(parts)), {}};
}

}  // namespace leftmost::oracle::fuzz
