#include "shell/tour_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "advice/worth.h"
#include "puzzles/verdict.h"
#include "shell/text_layout.h"

namespace leftmost::shell {
namespace {

using puzzles::Played;

std::string milliseconds(std::int64_t nanoseconds) {
  const double value = static_cast<double>(nanoseconds) / 1e6;
  return fmt::format("{:.{}f} ms", value, value < 1 ? 3 : value < 10 ? 2 : 1);
}

const advice::Runs* most_scattered(const Played& played) {
  const advice::Runs* found = nullptr;
  for (const advice::TableUse& table : played.explanation.tables) {
    for (const advice::IndexUse& index : table.indexes) {
      for (const advice::Runs& runs : index.runs) {
        if (found == nullptr || runs.runs > found->runs) found = &runs;
      }
    }
  }
  return found;
}

bool reads_whole(const advice::TableUse& table) {
  return table.access == "scan" || table.access == "index-scan";
}

std::string entries_text(std::uint64_t count, std::string_view kind = {}) {
  return fmt::format("{} {}{}", with_thousands(count), kind, count == 1 ? "entry" : "entries");
}

std::string rows_or_entries(const engine::Work& work) {
  return work.index_entries == work.rows_visited && work.table_lookups == 0
             ? entries_text(work.rows_visited, "index ")
             : with_plural(work.rows_visited, "row");
}

/// Lines of at most `width` columns, indented by two.
std::string wrapped(std::string_view text, std::size_t width) {
  std::string out;
  for (const std::string& line : broken_into_lines(text, width)) {
    if (!line.empty()) out += fmt::format("  {}\n", line);
  }
  return out;
}

std::size_t text_columns(const WhyStyle& style) {
  return std::clamp<std::size_t>(style.columns, 40, 100) - 4;
}

/// `Every entry that A wants lies in one place of users_name: ...`
std::string why_of(const Played& played) {
  std::string text;
  for (const advice::TableUse& table : played.explanation.tables) {
    for (const advice::IndexUse& index : table.indexes) {
      if (index.runs.empty() || index.columns.empty()) continue;
      const advice::Runs& runs = index.runs.back();
      if (index.verdict == planner::IndexVerdict::kUsed && index.seek_columns > 0) {
        text += fmt::format(
            "{}: the {} that meet {} lie in {} of {}, so SQLite goes straight to {} and stops at the end of "
            "{}. ",
            played.name, entries_text(runs.matches), runs.condition, with_plural(runs.runs, "place"),
            index.name, runs.runs == 1 ? "it" : "each", runs.runs == 1 ? "it" : "each");
        continue;
      }
      text += fmt::format("{}: {} is sorted by {} first. The {} that meet {} lie in {} separate places of it",
                          played.name, index.name, index.columns.front().column, entries_text(runs.matches),
                          runs.condition, with_thousands(runs.runs));
      text += fmt::format(", so there is no one place to begin at, and {} read from end to end. ",
                          table.access == "index-scan" && table.index == index.name
                              ? "the index is"
                              : "the table " + table.name + " is");
    }
  }
  return text;
}

}  // namespace

std::string opening_text(const puzzles::Puzzle& puzzle, const puzzles::Board& board, const WhyStyle& style) {
  std::string text = fmt::format("\n  {}\n\n{}", style.paint(Colour::kBold, puzzle.title),
                                 wrapped(puzzle.question, text_columns(style)));
  text += "\n";
  for (const std::string& sql : puzzle.schema) text += fmt::format("  {};\n", sql);
  for (const std::string& sql : puzzle.indexes) text += fmt::format("  {};\n", sql);
  text +=
      fmt::format("\n  {} made in leftmost and in SQLite {} in {:.1f} s\n\n", with_plural(board.rows, "row"),
                  oracle::Twin::version(), static_cast<double>(board.milliseconds) / 1e3);
  for (const puzzles::Query& query : puzzle.queries) {
    text += fmt::format("  {}  {}\n", style.paint(Colour::kBold, query.name), query.sql);
  }
  return text;
}

std::string played_text(std::string_view heading, const Played& played, const WhyStyle& style) {
  WhyStyle quiet = style;
  quiet.suggestions = false;
  std::string text = fmt::format("\n{}\n", style.paint(Colour::kBlue, heading));
  text += why_text(played.explanation, quiet);
  text += fmt::format("  {} here, {} in SQLite {}\n", milliseconds(played.nanoseconds_ours),
                      milliseconds(played.nanoseconds_sqlite), oracle::Twin::version());
  return text;
}

std::string answer_text(const std::vector<Played>& played, const WhyStyle& style) {
  const std::string right = puzzles::right_choice(played);
  std::string text = fmt::format("\n{}\n\n", style.paint(Colour::kBlue, "Which is slow?"));
  text += fmt::format("  {}\n\n", style.paint(Colour::kBold, right));
  for (const Played& query : played) {
    const engine::Work& work = query.explanation.work;
    text +=
        fmt::format("  {}  {} visited to return {}: {:.1f} for each; {} here, {} in SQLite\n", query.name,
                    rows_or_entries(work), with_thousands(work.rows_returned), puzzles::steps_per_row(query),
                    milliseconds(query.nanoseconds_ours), milliseconds(query.nanoseconds_sqlite));
  }
  text += "\n  Why?\n";
  for (const Played& query : played) text += wrapped(why_of(query), text_columns(style));
  std::string rule;
  for (const Played& query : played) {
    const advice::Runs* runs = most_scattered(query);
    if (runs == nullptr) continue;
    rule +=
        fmt::format("{}{} has {} {}", rule.empty() ? "" : ", ", query.name, with_plural(runs->runs, "run"),
                    puzzles::is_slow(query) ? "and is slow" : "and is fast");
  }
  if (!rule.empty()) {
    text += '\n';
    text += wrapped(
        "A condition can be searched in an index when its entries are one run there, which is when it fixes "
        "the index's columns from the left: " +
            rule + ".",
        text_columns(style));
  }
  for (const Played& query : played) {
    if (!puzzles::is_slow(query)) continue;
    for (const advice::Suggestion& suggestion : query.explanation.suggestions) {
      text += fmt::format("\n  {} becomes fast with  {}\n", query.name,
                          style.paint(Colour::kBold, suggestion.sql));
      text += fmt::format("  {} -> {}\n", suggestion.before, suggestion.after);
      if (!suggestion.saves.empty()) {
        text += fmt::format("  {}, tried on {}\n", advice::to_text(suggestion.saves.front()),
                            suggestion.proved_on);
      }
    }
  }
  return text;
}

std::string comparison_text(const Played& before, const Played& after) {
  const engine::Work& was = before.explanation.work;
  const engine::Work& is = after.explanation.work;
  std::string text =
      fmt::format("\n  Against {}: {} visited instead of {}, {} read instead of {}, {} instead of {}.\n",
                  before.name, rows_or_entries(is), rows_or_entries(was), with_plural(is.pages_read, "page"),
                  with_thousands(was.pages_read), milliseconds(after.nanoseconds_ours),
                  milliseconds(before.nanoseconds_ours));
  for (const advice::TableUse& table : after.explanation.tables) {
    if (!reads_whole(table)) continue;
    text += fmt::format("  {} read whole all the same: every one of its {} entries is looked at.\n",
                        table.index.empty() ? "The table is" : "The index " + table.index + " is",
                        with_thousands(is.rows_visited));
  }
  return text;
}

}  // namespace leftmost::shell
