// A difference as a golden file whose expectations are SQLite's.
#include <fmt/format.h>

#include "oracle/fuzz/fuzz.h"
#include "oracle/twin.h"

namespace leftmost::oracle::fuzz {

namespace {

// The error as the golden runner prints it: the message, and the line of the statement with a caret below.
std::string error_text(const Error& error, std::string_view sql) {
  std::string text = error.message + "\n";
  if (!error.sql_offset || *error.sql_offset > sql.size()) return text;
  return text + fmt::format("  {}\n  {:>{}}\n", sql, '^', *error.sql_offset + 1);
}

std::string block(std::string_view command, const std::string& sql, const std::string& output) {
  return fmt::format("{}\n{};\n----\n{}\n", command, sql, output);
}

/// A statement as the command that fits what SQLite does with it: `rows`, `error`; `setup` when it gives no
/// rows.
std::string block_of(Twin& twin, const std::string& sql) {
  const auto ran = twin.run(sql);
  if (!ran) return block("error", sql, error_text(ran.error(), sql + ";"));
  if (ran->columns.empty()) return block("setup", sql, "ok\n");
  std::string output;
  for (const storage::Row& row : ran->rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) output += '|';
      output += storage::to_sql_literal(row[i].view());
    }
    output += '\n';
  }
  return block("rows", sql, output);
}

}  // namespace

std::string FuzzDifference::to_golden() const {
  std::string golden = fmt::format("# {}: {}.\n", kind, what);
  auto twin = Twin::open({});
  if (!twin) return golden;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const bool is_plan = what == "plan" && i + 1 == statements.size();
    const auto plan = is_plan ? twin->plan(statements[i]) : Unexpected(Error{});
    golden += plan ? block("plan", statements[i], plan_to_text(*plan, "")) : block_of(*twin, statements[i]);
  }
  golden.pop_back();
  return golden;
}

}  // namespace leftmost::oracle::fuzz
