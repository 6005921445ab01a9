#include "advice/what_if.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "advice/near_names.h"
#include "advice/runs.h"
#include "engine/sql/parser.h"
#include "storage/catalog.h"

namespace leftmost::advice {
namespace {

std::string sql_text(const std::string& text) { return storage::to_sql_literal(storage::Value::text(text)); }

/// The numbers at the start of a row of sqlite_stat1, and the words behind them.
struct StatText {
  std::vector<std::uint64_t> numbers;
  std::string rest;
};

StatText read_stat(std::string_view text) {
  StatText stat;
  while (!text.empty()) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) break;
    stat.numbers.push_back(number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  }
  stat.rest = text;
  return stat;
}

std::string to_text(const StatText& stat) {
  std::string text;
  for (const std::uint64_t number : stat.numbers)
    text += fmt::format("{}{}", text.empty() ? "" : " ", number);
  return stat.rest.empty() ? text : text + " " + stat.rest;
}

}  // namespace

Expected<WhatIf> WhatIf::start(oracle::Session& session) {
  auto copy = session.twin()->copy(oracle::CopyContent::kSchemaAndStatistics);
  if (!copy) return Unexpected(copy.error());
  auto empty = oracle::Session::open({});
  if (!empty) return Unexpected(empty.error());
  WhatIf what_if(std::move(*empty));
  *what_if.session_->twin() = std::move(*copy);
  if (auto loaded = what_if.session_->reload(); !loaded) return Unexpected(loaded.error());
  return what_if;
}

Expected<void> WhatIf::create(const std::string& sql) {
  storage::Arena arena;
  const auto parsed = engine::sql::parse(sql, arena);
  if (!parsed) return Unexpected(parsed.error());
  if (parsed->statement == nullptr || parsed->statement->kind != engine::sql::StatementKind::kCreateIndex)
    return fail(ErrorCode::kError, "only CREATE INDEX can be supposed");
  // Refuses a second statement behind it.
  Expected<void> done;
  if (auto prepared = session_->database().prepare(sql); !prepared) done = Unexpected(prepared.error());
  if (done) done = session_->execute(sql);
  if (!done) {
    const auto& create = engine::sql::as<engine::sql::CreateIndex>(*parsed->statement);
    add_hint(session_->database().catalog(), create.table.text, done.error());
  }
  return done;
}

Expected<void> WhatIf::drop(const std::string& index) {
  const auto found = session_->database().catalog().find_index(index);
  if (!found) return Unexpected(no_such_index(session_->database().catalog(), index));
  if (found->origin != storage::IndexOrigin::kCreateIndex)
    return fail(ErrorCode::kError, fmt::format("{} belongs to a constraint", found->name));
  return session_->execute(fmt::format("DROP INDEX {}", sql_name(found->name)));
}

Expected<void> WhatIf::write_statistics(const std::string& table, const std::string& index,
                                        const std::string& stat) {
  oracle::Twin& twin = *session_->twin();
  // ANALYZE is the only way to get the table; on tables without rows it leaves what is there alone.
  auto exists = twin.run("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'");
  if (!exists) return Unexpected(exists.error());
  if (exists->rows.empty()) {
    if (auto made = session_->execute("ANALYZE"); !made) return made;
  }
  const std::string is_index = index.empty() ? "idx IS NULL" : "idx = " + sql_text(index);
  return session_->execute(
      fmt::format("DELETE FROM sqlite_stat1 WHERE tbl = {0} AND {1}; INSERT INTO sqlite_stat1(tbl, idx, "
                  "stat) VALUES ({0}, {2}, {3}); "
                  "ANALYZE sqlite_schema",
                  sql_text(table), is_index, index.empty() ? "NULL" : sql_text(index), sql_text(stat)));
}

Expected<void> WhatIf::set_rows(const std::string& table, std::uint64_t rows) {
  const auto found = session_->database().catalog().find_table(table);
  if (!found) return Unexpected(no_such_table(session_->database().catalog(), table));
  if (rows == 0) return fail(ErrorCode::kError, "0 rows have no statistics");
  struct Row {
    std::string index;
    StatText stat;
  };
  std::vector<Row> known;
  auto& unscaled = unscaled_[found->name];
  const auto exists = session_->twin()->run("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'");
  if (exists && !exists->rows.empty()) {
    const auto stats = session_->twin()->run(
        fmt::format("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = {} COLLATE NOCASE AND idx IS NOT NULL",
                    sql_text(found->name)));
    if (!stats) return Unexpected(stats.error());
    for (const storage::Row& row : stats->rows) {
      const std::string index(row[0].view().as_bytes());
      const auto before = unscaled.try_emplace(index, row[1].view().as_bytes()).first;
      known.push_back({index, read_stat(before->second)});
    }
  }
  for (Row& row : known) {
    if (row.stat.numbers.empty() || row.stat.numbers[0] == 0) continue;
    const double factor = static_cast<double>(rows) / static_cast<double>(row.stat.numbers[0]);
    row.stat.numbers[0] = rows;
    for (std::size_t i = 1; i < row.stat.numbers.size(); ++i) {
      std::uint64_t& per_value = row.stat.numbers[i];
      if (per_value > 1)
        per_value = std::clamp<std::uint64_t>(
            static_cast<std::uint64_t>(static_cast<double>(per_value) * factor + 0.5), 1, rows);
    }
    if (auto written = write_statistics(found->name, row.index, to_text(row.stat)); !written) return written;
  }
  // The row count of the table itself; ANALYZE writes it so for a table without indexes.
  return write_statistics(found->name, {}, fmt::format("{}", rows));
}

Expected<void> WhatIf::set_statistics(const std::string& index, const std::string& stat) {
  const auto found = session_->database().catalog().find_index(index);
  if (!found) return Unexpected(no_such_index(session_->database().catalog(), index));
  const StatText read = read_stat(stat);
  if (read.numbers.size() != found->key_columns.size() + 1) {
    return fail(
        ErrorCode::kError,
        fmt::format(
            "statistics of {} are {} numbers: its entries, then the entries per value of the first {}",
            found->name, found->key_columns.size() + 1,
            found->key_columns.size() == 1 ? "column" : "column, of the first two ..."));
  }
  const auto table = session_->database().catalog().table(found->table_id);
  unscaled_[table->name].erase(found->name);
  return write_statistics(table->name, found->name, stat);
}

Expected<std::vector<planner::PlanLine>> WhatIf::plan_ours(const std::string& sql,
                                                           const std::vector<storage::OwnedValue>& bindings) {
  auto statement = session_->database().prepare(sql);
  if (!statement) return Unexpected(statement.error());
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    if (auto bound = statement->bind(static_cast<int>(i) + 1, bindings[i].view()); !bound)
      return Unexpected(bound.error());
  }
  return statement->plan_lines();
}

Expected<SupposedPlan> WhatIf::plan(const std::string& sql,
                                    const std::vector<storage::OwnedValue>& bindings) {
  auto ours = plan_ours(sql, bindings);
  if (!ours) return Unexpected(ours.error());
  const auto theirs = session_->twin()->plan(sql, bindings);
  if (!theirs) return Unexpected(theirs.error());
  SupposedPlan plan;
  plan.agrees = oracle::same_plan(*ours, *theirs);
  plan.lines = std::move(*ours);
  return plan;
}

std::string Supposition::to_text() const {
  switch (kind) {
    case Kind::kCreate:
      return text;
    case Kind::kDrop:
      return fmt::format("without {}", text);
    case Kind::kRows:
      return fmt::format("{} has {} rows", text, value);
    case Kind::kStatistics:
      break;
  }
  return fmt::format("{} has the statistics {}", text, value);
}

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

/// What a supposition is written with, word by word.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {
    while (!rest_.empty() && (rest_.back() == ';' || kBlanks.find(rest_.back()) != std::string_view::npos))
      rest_.remove_suffix(1);
  }

  std::string keyword() {
    std::string word = next();
    for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return word;
  }
  /// `t`, "a name", [a name] or `a name`.
  std::string name() {
    skip_blanks();
    if (rest_.empty()) return {};
    const char open = rest_.front();
    const char close = open == '[' ? ']' : open;
    if (open != '"' && open != '[' && open != '`') return next();
    std::string name;
    for (std::size_t at = 1; at < rest_.size(); ++at) {
      if (rest_[at] != close) {
        name += rest_[at];
      } else if (close != ']' && at + 1 < rest_.size() && rest_[at + 1] == close) {
        name += rest_[at++];
      } else {
        rest_.remove_prefix(at + 1);
        return name;
      }
    }
    return next();  // never closed
  }
  std::string rest() {
    skip_blanks();
    return std::string(rest_);
  }

 private:
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.size(), rest_.find_first_not_of(kBlanks))); }
  std::string next() {
    skip_blanks();
    const std::size_t end = std::min(rest_.size(), rest_.find_first_of(kBlanks));
    std::string word(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return word;
  }

  std::string_view rest_;
};

}  // namespace

Expected<Supposition> read_supposition(const std::string& given) {
  Words words(given);
  const std::string whole = words.rest();
  const std::string verb = words.keyword();
  Supposition supposition;
  if (verb == "create") {
    supposition.text = whole;
    const std::string behind = words.rest();
    const std::string next = words.keyword();
    if (next == "create") return read_supposition(behind);
    if (next == "index" || next == "unique") return supposition;
    return fail(ErrorCode::kError, "only CREATE INDEX can be supposed");
  }
  if (verb == "hide" || verb == "drop") {
    supposition.kind = Supposition::Kind::kDrop;
    supposition.text = words.name();
    if (verb == "drop" && (supposition.text == "index" || supposition.text == "INDEX")) {
      supposition.text = words.name();
    }
    if (!supposition.text.empty() && words.rest().empty()) return supposition;
    return fail(ErrorCode::kError, fmt::format("{} INDEX: which index is not there", verb));
  }
  if (verb == "rows") {
    supposition.kind = Supposition::Kind::kRows;
    supposition.text = words.name();
    supposition.value = words.rest();
    constexpr std::size_t kDigitsMax = 15;
    const bool is_number = !supposition.value.empty() && supposition.value.size() <= kDigitsMax &&
                           supposition.value.find_first_not_of("0123456789") == std::string::npos;
    if (is_number) return supposition;
    return fail(ErrorCode::kError, "rows TABLE N: how many rows it has, in digits, at most 15 of them");
  }
  if (verb == "stat") {
    supposition.kind = Supposition::Kind::kStatistics;
    supposition.text = words.name();
    supposition.value = words.rest();
    if (!supposition.value.empty()) return supposition;
    return fail(ErrorCode::kError,
                "stat INDEX N N...: its entries, then the entries per value of its first columns");
  }
  return fail(ErrorCode::kError,
              "suppose one of: CREATE INDEX ..., hide INDEX, drop INDEX, rows TABLE N, stat INDEX N N...");
}

Expected<void> apply(WhatIf& what_if, const Supposition& supposition) {
  switch (supposition.kind) {
    case Supposition::Kind::kCreate:
      return what_if.create(supposition.text);
    case Supposition::Kind::kDrop:
      return what_if.drop(supposition.text);
    case Supposition::Kind::kRows: {
      std::uint64_t rows = 0;
      std::from_chars(supposition.value.data(), supposition.value.data() + supposition.value.size(), rows);
      return what_if.set_rows(supposition.text, rows);
    }
    case Supposition::Kind::kStatistics:
      break;
  }
  return what_if.set_statistics(supposition.text, supposition.value);
}

}  // namespace leftmost::advice
