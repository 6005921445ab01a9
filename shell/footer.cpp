#include "shell/footer.h"

#include <fmt/format.h>

#include "shell/terminal.h"

namespace leftmost::shell {

namespace {

std::string duration(std::int64_t nanoseconds) {
  const double milliseconds = static_cast<double>(nanoseconds) * 1e-6;
  if (milliseconds < 1000) return fmt::format("{:.{}f} ms", milliseconds, milliseconds < 10 ? 2 : 0);
  return fmt::format("{:.2f} s", milliseconds * 1e-3);
}

std::string what_sqlite_says(const oracle::Agreement& agreement) {
  if (!agreement.not_compared.empty()) return fmt::format("not compared: {}", agreement.not_compared);
  const std::string version = fmt::format("SQLite {}", oracle::Twin::version());
  if (!agreement.agrees()) return fmt::format("{} disagrees", version);
  if (agreement.changes_compared) return fmt::format("{}: same changes", version);
  if (agreement.rows_compared) {
    const std::string rows = with_plural(agreement.rows_sqlite, "row");
    if (agreement.plan_compared) return fmt::format("{}: same plan, same {}", version, rows);
    return fmt::format("{}: same {}", version, rows);
  }
  return fmt::format("{} agrees", version);
}

}  // namespace

std::string footer_line(engine::StatementKind kind, const oracle::Outcome& outcome, const oracle::Session& session) {
  const bool is_change = kind == engine::StatementKind::kInsert || kind == engine::StatementKind::kUpdate ||
                         kind == engine::StatementKind::kDelete;
  const bool is_query = kind == engine::StatementKind::kSelect || kind == engine::StatementKind::kPragma;
  const bool disagrees = !outcome.agreement.agrees();
  if (!is_change && !is_query && !disagrees) return {};
  std::string text = with_plural(outcome.rows, "row");
  if (is_change) text = with_plural(static_cast<std::uint64_t>(session.database().changes()), "row") + " changed";
  if (outcome.work.rows_visited > 0) text += fmt::format(" of {} visited", with_thousands(outcome.work.rows_visited));
  if (outcome.agreement.nanoseconds_ours > 0) text += fmt::format(", {}", duration(outcome.agreement.nanoseconds_ours));
  const bool has_twin = const_cast<oracle::Session&>(session).twin() != nullptr;
  if (has_twin) text += fmt::format("   {}", what_sqlite_says(outcome.agreement));
  return Paint::of(stdout)(disagrees ? Colour::kRed : Colour::kGrey, text) + "\n";
}

}  // namespace leftmost::shell
