#include "shell/why_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "advice/worth.h"
#include "oracle/reference_version.h"
#include "planner/explain.h"
#include "shell/text_layout.h"

namespace leftmost::shell {
namespace {

using advice::ColumnUse;
using advice::Explanation;
using advice::IndexUse;
using advice::TableUse;
using planner::ColumnRole;

bool is_seek(ColumnRole role) {
  return role == ColumnRole::kSeekEq || role == ColumnRole::kSeekIn || role == ColumnRole::kSeekRange ||
         role == ColumnRole::kSeekSkip;
}

std::string headline(const Explanation& explanation, const WhyStyle& style) {
  const std::string said = what_sqlite_says(explanation);
  std::string first =
      explanation.no_plan_because.empty() ? "(no plan)" : fmt::format("({})", explanation.no_plan_because);
  std::string rest;
  if (!explanation.plan.empty()) {
    const bool is_single = explanation.plan.size() == 1;
    std::string tree =
        is_single ? explanation.plan.front().detail + "\n" : oracle::plan_to_text(explanation.plan, "");
    first = on_one_line(tree.substr(0, tree.find('\n')));
    for (std::size_t at = tree.find('\n') + 1; at < tree.size();) {
      const std::size_t end = std::min(tree.find('\n', at), tree.size());
      rest += fmt::format("  {}\n", style.paint(Colour::kBold, on_one_line(tree.substr(at, end - at))));
      at = end + 1;
    }
  }
  const bool agrees = explanation.agreement.agrees();
  const std::string verdict = style.paint(agrees ? Colour::kGreen : Colour::kRed, said);
  constexpr std::size_t kVerdictColumn = 54;
  const std::string plan = style.paint(Colour::kBold, first);
  if (said.empty()) return fmt::format("  {}\n{}", plan, rest);
  const bool fits = !style.wraps || 2 + kVerdictColumn + text_width(said) <= style.columns;
  if (text_width(first) + 2 <= kVerdictColumn && fits) {
    return fmt::format("  {}{}{}\n{}", plan, std::string(kVerdictColumn - text_width(first), ' '), verdict,
                       rest);
  }
  return fmt::format("  {}\n{}  {}\n", plan, rest, verdict);
}

/// What became of a term over all indexes of its table.
std::string note_of_term(const TableUse& table, const IndexUse& of, const ColumnUse& column) {
  std::string column_name = column.column;
  bool leads_an_index = false;
  for (const IndexUse& index : table.indexes) {
    const bool is_used = index.verdict == planner::IndexVerdict::kUsed;
    const ColumnUse* searched = nullptr;
    const ColumnUse* stopped = nullptr;
    for (std::size_t i = 0; i < index.columns.size(); ++i) {
      const ColumnUse& other = index.columns[i];
      if (other.column == column_name && i == 0) leads_an_index = true;
      if (!is_used || other.span.begin != column.span.begin || other.span.end != column.span.end) continue;
      if (is_seek(other.role)) {
        searched = &other;
      } else if (stopped == nullptr && !other.text.empty()) {
        stopped = &other;
      }
    }
    const std::string where = index.name.empty() ? "by rowid" : "in " + index.name;
    if (searched != nullptr && stopped != nullptr) {
      return fmt::format("searched {} up to {}: {}", where, searched->column, stopped->text);
    }
    if (searched != nullptr) return fmt::format("searched {}", where);
    if (stopped != nullptr) return stopped->text;
  }
  if (!leads_an_index) return fmt::format("no index of {} starts with {}", table.name, column_name);
  if (is_seek(column.role) && of.verdict != planner::IndexVerdict::kUsed)
    return fmt::format("could be searched in {}", of.name);
  return column.text;
}

std::vector<Note> notes_of(const Explanation& explanation) {
  std::vector<Note> notes;
  const auto add = [&](planner::Span span, std::string text) {
    if (span.empty() || text.empty()) return;
    const bool is_there = std::any_of(notes.begin(), notes.end(), [&](const Note& note) {
      return note.span.begin == span.begin && note.span.end == span.end;
    });
    if (!is_there) notes.push_back({span, std::move(text)});
  };
  // Of a join condition the table that is searched by it has the word.
  for (const bool is_searched : {true, false}) {
    for (const TableUse& table : explanation.tables) {
      for (const IndexUse& index : table.indexes) {
        for (const ColumnUse& column : index.columns) {
          const bool searches = index.verdict == planner::IndexVerdict::kUsed && is_seek(column.role);
          if (!column.span.empty() && searches == is_searched)
            add(column.span, note_of_term(table, index, column));
        }
      }
    }
  }
  for (const advice::StatementReason& reason : explanation.reasons) add(reason.span, reason.text);
  for (const TableUse& table : explanation.tables) {
    for (const advice::UnindexedCondition& condition : table.unindexed) add(condition.span, condition.text);
    for (const advice::TestedCondition& condition : table.tested) add(condition.span, condition.text);
  }
  std::stable_sort(notes.begin(), notes.end(),
                   [](const Note& a, const Note& b) { return a.span.begin < b.span.begin; });
  return notes;
}

constexpr std::size_t kRoleWidth = 15;
constexpr std::size_t kWidthMin = 30;

/// Columns that are left for text behind `before` others; sentences are never squeezed below 30.
std::size_t width_behind(std::size_t before, const WhyStyle& style) {
  if (!style.wraps) return kUnlimited;
  return style.columns > before + kWidthMin ? style.columns - before : kWidthMin;
}

/// A sentence in as many lines as it takes, each behind `indent` spaces; of those that follow, two more.
std::string sentence(std::string_view text, std::size_t indent, const WhyStyle& style) {
  std::string out;
  const auto lines = broken_into_lines(on_one_line(text), width_behind(indent + 2, style));
  for (std::size_t i = 0; i < lines.size(); ++i)
    out += fmt::format("{}{}\n", std::string(indent + (i == 0 ? 0 : 2), ' '), lines[i]);
  return out;
}

Colour colour_of(const ColumnUse& column) {
  if (is_seek(column.role)) return Colour::kGreen;
  if (column.role == ColumnRole::kFilterInIndex || column.role == ColumnRole::kFilterOnRow)
    return Colour::kYellow;
  return Colour::kGrey;
}

/// `people_name`, `rowid of people`; in a self-join `people_name of p1`.
std::string shown_name(const Explanation& explanation, const TableUse& table, const IndexUse& index) {
  const std::string& item = table.alias.empty() ? table.name : table.alias;
  const std::string arm = index.arm > 0 ? fmt::format(" INDEX {}", index.arm) : std::string();
  if (index.name.empty()) return fmt::format("rowid of {}{}", item, arm);
  const auto readers = std::count_if(explanation.tables.begin(), explanation.tables.end(),
                                     [&](const TableUse& other) { return other.name == table.name; });
  return (readers > 1 && !table.alias.empty() ? fmt::format("{} of {}", index.name, item) : index.name) + arm;
}

/// What is said beside a column: of a search the condition, of everything else the reason.
std::string said_of(const IndexUse& index, const ColumnUse& column) {
  if (!is_seek(column.role) || column.term.empty()) return column.text.empty() ? column.term : column.text;
  return index.verdict == planner::IndexVerdict::kUsed ? column.term : "not used: " + column.term;
}

struct ShownIndex {
  const IndexUse* index = nullptr;
  std::string name;
};
/// The indexes that have something to say, of each table those in use first; and the names of the others,
/// which nothing in the statement is about, where there are several.
struct ShownIndexes {
  std::vector<ShownIndex> shown;
  std::vector<std::string> idle;
};

ShownIndexes shown_indexes(const Explanation& explanation) {
  constexpr std::size_t kIdleMin = 2;
  ShownIndexes all;
  std::vector<ShownIndex> idle;
  for (const TableUse& table : explanation.tables) {
    for (const bool is_used : {true, false}) {
      for (const IndexUse& index : table.indexes) {
        if (index.columns.empty() || (index.verdict == planner::IndexVerdict::kUsed) != is_used) continue;
        const bool is_idle =
            !is_used && index.code == "no-constraint" &&
            std::all_of(index.columns.begin(), index.columns.end(), [](const ColumnUse& column) {
              return column.role == ColumnRole::kIdle && column.term.empty();
            });
        (is_idle ? idle : all.shown).push_back({&index, shown_name(explanation, table, index)});
      }
    }
  }
  if (idle.size() < kIdleMin) {
    all.shown.insert(all.shown.end(), idle.begin(), idle.end());
  } else {
    for (const ShownIndex& index : idle) all.idle.push_back(index.name);
  }
  return all;
}

std::string indexes_text(const Explanation& explanation, const WhyStyle& style) {
  constexpr std::size_t kBesideMin = 40;  // less room is no room for a sentence
  const ShownIndexes indexes = shown_indexes(explanation);
  std::size_t index_width = 0, column_width = 0;
  for (const ShownIndex& shown : indexes.shown) {
    index_width = std::max(index_width, text_width(shown.name));
    for (const ColumnUse& column : shown.index->columns)
      column_width = std::max(column_width, text_width(column.column));
  }
  // Where there is no room beside the columns, what is said goes below them.
  const std::size_t beside = 2 + index_width + 2 + column_width + 2 + kRoleWidth + 2;
  const bool is_beside = !style.wraps || beside + kBesideMin <= style.columns;
  const std::size_t before = is_beside ? beside : 4;
  std::string text;
  for (const ShownIndex& shown : indexes.shown) {
    const IndexUse& index = *shown.index;
    const bool is_used = index.verdict == planner::IndexVerdict::kUsed;
    std::string name = shown.name;
    for (const ColumnUse& column : index.columns) {
      auto lines = broken_into_lines(on_one_line(said_of(index, column)), width_behind(before, style));
      const std::string_view role = planner::role_name(column.role);
      // What is short may still stand there.
      const bool fits_first = lines.size() == 1 && beside + text_width(lines.front()) <= style.columns;
      if (!is_beside && !lines.front().empty() && !fits_first) lines.insert(lines.begin(), std::string());
      const bool has_more = !lines.front().empty();
      text += fmt::format("  {}  {}  {}", padded(on_one_line(name), index_width),
                          padded(on_one_line(column.column), column_width),
                          style.paint(is_used || !is_seek(column.role) ? colour_of(column) : Colour::kGrey,
                                      has_more ? padded(role, kRoleWidth) : std::string(role)));
      for (std::size_t i = 0; i < lines.size(); ++i) {
        if (!lines[i].empty()) text += std::string(i == 0 ? 2 : before, ' ') + lines[i];
        text += '\n';
      }
      name.clear();
    }
  }
  if (!indexes.idle.empty()) {
    std::string names;
    for (const std::string& name : indexes.idle) names += (names.empty() ? "" : ", ") + name;
    text += sentence(fmt::format("no condition and no order is about {}", names), 2, style);
  }
  return text;
}

/// The reasons that have no caret of their own: no part of the statement is meant, or another note stands
/// there.
std::string reasons_text(const Explanation& explanation, const std::vector<Note>& notes,
                         const WhyStyle& style) {
  std::string text;
  for (const advice::StatementReason& reason : explanation.reasons) {
    const bool is_noted =
        std::any_of(notes.begin(), notes.end(), [&](const Note& note) { return note.text == reason.text; });
    if (is_noted || reason.text.empty()) continue;
    text += sentence(reason.text, 2, style);
  }
  for (const TableUse& table : explanation.tables) {
    for (const advice::UnindexedCondition& condition : table.unindexed) {
      if (condition.span.empty()) text += sentence(condition.text, 2, style);  // of a view
    }
    for (const advice::TestedCondition& condition : table.tested) {
      if (condition.span.empty())
        text += sentence(fmt::format("{}: {}", condition.term, condition.text), 2, style);
    }
  }
  return text;
}

/// What each row written costs. Of many indexes a few are named.
std::string upkeep_text(const Explanation& explanation, const WhyStyle& style) {
  constexpr std::size_t kNamesMax = 6;
  std::string text, names;
  std::size_t count = 0;
  for (const advice::Upkeep& each : explanation.upkeep) {
    if (each.kind != "index") continue;
    if (++count <= kNamesMax) names += (names.empty() ? "" : ", ") + each.subject;
  }
  if (count > 0) {
    text += sentence(
        fmt::format("each row written also changes {} {}: {}{}", count, count == 1 ? "index" : "indexes",
                    names,
                    count > kNamesMax ? fmt::format(" and {} more", count - kNamesMax) : std::string()),
        2, style);
  }
  for (const advice::Upkeep& each : explanation.upkeep) {
    if (each.kind != "index") text += sentence(each.text, 2, style);
  }
  return text;
}

std::string number_of(std::uint64_t count) { return with_thousands(count); }

/// 0.25 and 3.7, but 812.
std::string average_of(std::uint64_t sum, std::uint64_t count) {
  if (count == 0) return "-";
  if (sum % count == 0 || sum / count >= 100) return with_thousands((sum + count / 2) / count);
  const double average = static_cast<double>(sum) / static_cast<double>(count);
  return fmt::format("{:.{}f}", average, average < 1 ? 2 : 1);
}

/// What each loop did, one line per table reference, with what the planner reckoned beside what came. Columns
/// in which all is zero are left out, and the least telling ones where the terminal is narrow.
std::string loops_text(const Explanation& explanation, const WhyStyle& style) {
  struct Column {
    std::string title;
    std::vector<std::string> cells;
    bool is_nothing = true;
    int rank = 0;  // the larger, the sooner it is left out
  };
  std::vector<Column> columns;
  std::vector<std::string> names;
  const auto add = [&](std::string title, int rank, bool keeps, const auto& cell) {
    Column& column = columns.emplace_back();
    column.title = std::move(title);
    column.rank = rank;
    column.is_nothing = !keeps;
    for (const TableUse& table : explanation.tables) {
      if (!table.work) continue;
      column.cells.push_back(cell(table, *table.work));
      if (column.cells.back() != "0") column.is_nothing = false;
    }
  };
  for (const TableUse& table : explanation.tables) {
    if (!table.work) continue;
    names.push_back(on_one_line(table.alias.empty() || table.alias == table.name
                                    ? table.name
                                    : fmt::format("{} {}", table.name, table.alias)));
    if (names.back().empty()) names.back() = "(subquery)";
  }
  if (names.empty()) return {};
  using engine::ItemWork;
  add("runs", 2, names.size() > 1,
      [](const TableUse&, const ItemWork& work) { return number_of(work.runs); });
  add("visited", 0, true, [](const TableUse&, const ItemWork& work) { return number_of(work.rows_visited); });
  add("look-ups", 1, false,
      [](const TableUse&, const ItemWork& work) { return number_of(work.table_lookups); });
  add("seeks", 4, false, [](const TableUse&, const ItemWork& work) { return number_of(work.seeks); });
  add("pages", 3, false, [](const TableUse&, const ItemWork& work) { return number_of(work.pages_read); });
  add("found each run", 0, true,
      [](const TableUse&, const ItemWork& work) { return average_of(work.rows_passed, work.runs); });
  add("expected", 0, false, [](const TableUse& table, const ItemWork&) {
    return table.rows_per_run_estimated ? number_of(*table.rows_per_run_estimated) : std::string("-");
  });
  columns.erase(
      std::remove_if(columns.begin(), columns.end(), [](const Column& column) { return column.is_nothing; }),
      columns.end());
  std::size_t name_width = 0;
  for (const std::string& name : names) name_width = std::max(name_width, text_width(name));
  const auto width_of = [](const Column& column) {
    std::size_t width = column.title.size();
    for (const std::string& cell : column.cells) width = std::max(width, cell.size());
    return width;
  };
  const auto total = [&] {
    std::size_t width = 2 + name_width;
    for (const Column& column : columns) width += 2 + width_of(column);
    return width;
  };
  while (style.wraps && total() > style.columns) {
    const auto least = std::max_element(columns.begin(), columns.end(),
                                        [](const Column& a, const Column& b) { return a.rank < b.rank; });
    if (least->rank == 0) break;
    columns.erase(least);
  }
  std::string head = "  " + std::string(name_width, ' ');
  for (const Column& column : columns) head += fmt::format("  {:>{}}", column.title, width_of(column));
  std::string text = style.paint(Colour::kGrey, head) + "\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += "  " + padded(names[i], name_width);
    for (const Column& column : columns) text += fmt::format("  {:>{}}", column.cells[i], width_of(column));
    text += "\n";
  }
  return text + "\n";
}

std::string work_text(const Explanation& explanation, const WhyStyle& style) {
  if (!explanation.ran) return fmt::format("  not run: {}\n", explanation.why_not_run);
  if (explanation.run_error) return fmt::format("  running it failed: {}\n", explanation.run_error->message);
  const engine::Work& work = explanation.work;
  const bool is_index_only = work.index_entries == work.rows_visited && work.index_entries > 0;
  std::string text = fmt::format("{} visited for {} {}",
                                 is_index_only && work.table_lookups == 0
                                     ? fmt::format("{} index {}", with_thousands(work.rows_visited),
                                                   work.rows_visited == 1 ? "entry" : "entries")
                                     : with_plural(work.rows_visited, "row"),
                                 with_thousands(explanation.rows_changed.value_or(work.rows_returned)),
                                 explanation.rows_changed ? "written" : "returned");
  if (work.table_lookups > 0)
    text += fmt::format(", {} in the table", with_plural(work.table_lookups, "look-up"));
  if (work.sorts > 0) text += fmt::format(", {}", with_plural(work.sorts, "sort"));
  if (work.temporary_rows > 0)
    text += fmt::format(", {} kept aside", with_plural(work.temporary_rows, "row"));
  if (work.fullscan_steps > 0)
    text += fmt::format(", {}", with_plural(work.fullscan_steps, "full-scan step"));
  return loops_text(explanation, style) + sentence(text, 2, style);
}

/// What a new index takes, or an old one gives back.
std::string price_text(const advice::Suggestion& suggestion) {
  const advice::IndexPrice& price = *suggestion.price;
  const std::string size = fmt::format("{} KiB", with_thousands((price.bytes + 1023) / 1024));
  if (suggestion.kind == "drop-index") return fmt::format("frees {}", size);
  return fmt::format("takes {}; an INSERT writes {} more and descends {}", size,
                     with_plural(price.bytes_per_insert, "byte"),
                     with_plural(price.pages_per_insert, "page"));
}

std::string proof_text(const advice::Suggestion& suggestion) {
  if (!suggestion.work_before || !suggestion.work_after)
    return fmt::format("planned so by {}", suggestion.proved_on);
  std::string text;
  for (const advice::Saved& saved : suggestion.saves)
    text += (text.empty() ? "" : ", ") + advice::to_text(saved);
  return text + (text.empty() ? "" : ", ") + fmt::format("tried on {}", suggestion.proved_on);
}

std::string suggestions_text(const Explanation& explanation, const WhyStyle& style) {
  constexpr std::size_t kIndent = 7;
  std::string text;
  for (const advice::Suggestion& suggestion : explanation.suggestions) {
    const std::string sql = on_one_line(suggestion.sql);
    const std::vector<std::size_t> breaks = breaks_of_line(sql, width_behind(kIndent + 2, style));
    for (std::size_t i = 0; i < breaks.size(); ++i) {
      const std::size_t end = i + 1 < breaks.size() ? breaks[i + 1] : sql.size();
      text +=
          fmt::format("{}{}\n", i == 0 ? "  try  " : "         ",
                      style.paint(Colour::kBold, std::string_view(sql).substr(breaks[i], end - breaks[i])));
    }
    const auto say = [&](const std::string& what) { text += sentence(what, kIndent, style); };
    if (!suggestion.what.empty()) say(suggestion.what);
    say(suggestion.before == suggestion.after ? suggestion.after + ", the same plan"
                                              : suggestion.before + " -> " + suggestion.after);
    say(proof_text(suggestion));
    if (!suggestion.presumes.empty()) say("presumes that " + suggestion.presumes);
    if (suggestion.price) say(price_text(suggestion));
  }
  if (!explanation.best_because.empty()) {
    text += sentence("the best plan there is: " + explanation.best_because, 2, style);
  } else if (!explanation.nothing_because.empty()) {
    text += sentence("nothing to suggest: " + explanation.nothing_because, 2, style);
  }
  return text;
}

void append_run(std::string& text, const advice::Runs& runs, bool is_contrast, std::size_t width,
                const WhyStyle& style) {
  const std::string count = with_plural(runs.runs, "run");
  const Colour colour = runs.runs <= 1 ? Colour::kGreen : Colour::kYellow;
  const std::string condition = on_one_line(runs.condition);
  const std::string strip = style.paint(colour, runs.strip);
  const std::string numbers =
      fmt::format("{} {}{}", with_thousands(runs.matches), runs.matches == 1 ? "entry" : "entries",
                  is_contrast ? ", to compare" : "");
  // With room for the numbers, condition and strip stand side by side.
  constexpr std::size_t kNumbers = 40;
  if (style.wraps && 2 + width + 2 + text_width(runs.strip) + kNumbers > style.columns) {
    for (const std::string& line : broken_into_lines(condition, width_behind(2, style)))
      text += fmt::format("  {}\n", line);
    if (4 + text_width(runs.strip) + kNumbers > style.columns) {
      text += fmt::format("    {}\n    {}, {}\n", strip, count, numbers);
    } else {
      text += fmt::format("    {}  {:>11}, {}\n", strip, count, numbers);
    }
  } else {
    text += fmt::format("  {}  {}  {:>11}, {}\n", padded(condition, width), strip, count, numbers);
  }
}

}  // namespace

std::string candidates_text(const Explanation& explanation) {
  std::vector<std::array<std::string, 6>> lines{{"table", "candidate", "setup", "run", "rows", "outcome"}};
  for (const advice::Candidate& candidate : explanation.candidates) {
    lines.push_back({candidate.table, candidate.what, with_thousands(candidate.setup_cost),
                     with_thousands(candidate.run_cost), with_thousands(candidate.rows), candidate.outcome});
  }
  std::array<std::size_t, 6> widths{};
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], text_width(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    text += fmt::format("  {}  {}  {:>{}}  {:>{}}  {:>{}}  {}\n", padded(line[0], widths[0]),
                        padded(line[1], widths[1]), line[2], widths[2], line[3], widths[3], line[4],
                        widths[4], line[5]);
  }
  return text;
}

std::string what_sqlite_says(const Explanation& explanation) {
  if (!explanation.has_oracle) return {};
  const oracle::Agreement& agreement = explanation.agreement;
  std::string text = oracle::engine_name(oracle::Twin::version()) + ": ";
  if (!agreement.plan_compared && !agreement.rows_compared) {
    return agreement.not_compared.empty() ? std::string() : text + agreement.not_compared;
  }
  if (agreement.plan_compared) text += agreement.plan_agrees ? "same plan" : "ANOTHER PLAN";
  if (agreement.rows_compared) {
    text += agreement.plan_compared ? ", " : "";
    text += agreement.rows_agree ? fmt::format("same {}", with_plural(agreement.rows_sqlite, "row"))
                                 : "OTHER ROWS";
  }
  if (!agreement.error_agrees) text += ", ANOTHER ERROR";
  return text;
}

namespace {

/// The carets under sql[begin, stop) and the note, which goes on in lines of its own where it does not fit
/// beside.
std::string caret_lines(std::size_t before, std::size_t width, std::string_view note, const WhyStyle& style) {
  const std::string carets =
      "  " + std::string(before, ' ') + style.paint(Colour::kYellow, std::string(width, '^'));
  const std::string said = on_one_line(note);
  const std::size_t used = 2 + before + width + 2;
  if (!style.wraps || used + text_width(said) <= style.columns) return fmt::format("{}  {}\n", carets, said);
  std::string text = carets + "\n";
  constexpr std::size_t kComfortable = 50;
  const std::size_t indent = 2 + before + kComfortable <= style.columns ? 2 + before : 4;
  for (const std::string& line : broken_into_lines(said, width_behind(indent, style)))
    text += std::string(indent, ' ') + line + "\n";
  return text;
}

}  // namespace

std::string sql_with_notes(std::string_view sql, const std::vector<Note>& notes, const WhyStyle& style) {
  std::string text;
  for (std::size_t begin = 0; begin <= sql.size();) {
    const std::size_t end = std::min(sql.find('\n', begin), sql.size());
    const std::string_view line = sql.substr(begin, end - begin);
    const std::vector<std::size_t> breaks = breaks_of_line(line, width_behind(2, style));
    for (std::size_t i = 0; i < breaks.size(); ++i) {
      const std::size_t from = begin + breaks[i];
      const std::size_t to = i + 1 < breaks.size() ? begin + breaks[i + 1] : end;
      text += fmt::format("  {}\n", on_one_line(sql.substr(from, to - from)));
      for (const Note& note : notes) {
        if (note.span.begin < from || note.span.begin >= to) continue;
        const std::size_t stop = std::min<std::size_t>(note.span.end, to);
        text +=
            caret_lines(text_width(sql.substr(from, note.span.begin - from)),
                        text_width(sql.substr(note.span.begin, stop - note.span.begin)), note.text, style);
      }
    }
    begin = end + 1;
  }
  return text;
}

std::string runs_text(const Explanation& explanation, const WhyStyle& style) {
  std::string text;
  for (const TableUse& table : explanation.tables) {
    for (const IndexUse& index : table.indexes) {
      if (index.runs.empty()) continue;
      std::size_t width = 0;
      for (const advice::Runs& runs : index.runs) width = std::max(width, text_width(runs.condition));
      if (index.contrast) width = std::max(width, text_width(index.contrast->condition));
      text += fmt::format("  {}, from the first of its {} entries to the last:\n", index.name,
                          with_thousands(index.runs.front().entries));
      for (const advice::Runs& runs : index.runs) append_run(text, runs, false, width, style);
      if (index.contrast) append_run(text, *index.contrast, true, width, style);
    }
  }
  return text;
}

std::string why_text(const Explanation& explanation, const WhyStyle& style) {
  std::string text = fmt::format("\n{}", headline(explanation, style));
  const auto add = [&](const std::string& part) {
    if (!part.empty()) text.append("\n").append(part);
  };
  const std::vector<Note> notes = notes_of(explanation);
  add(sql_with_notes(explanation.sql, notes, style));
  add(indexes_text(explanation, style));
  add(reasons_text(explanation, notes, style));
  add(upkeep_text(explanation, style));
  add(runs_text(explanation, style));
  add(work_text(explanation, style));
  if (style.suggestions) add(suggestions_text(explanation, style));
  if (!explanation.agreement.agrees()) add(fmt::format("  {}", explanation.agreement.to_text()));
  if (!explanation.candidates.empty()) add(candidates_text(explanation));
  return text;
}

}  // namespace leftmost::shell
