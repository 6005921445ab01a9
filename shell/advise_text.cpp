#include "shell/advise_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "oracle/twin.h"
#include "shell/terminal.h"

namespace leftmost::shell {
namespace {

using advice::AdvisedIndex;
using advice::AdvisedStatement;
using advice::IndexAdvice;
using advice::NeedlessIndex;
using advice::Workload;
using Json = nlohmann::ordered_json;

constexpr std::size_t kStatementWidth = 90;
constexpr std::size_t kStatementsShown = 5;
// A statement that takes so few steps more, or fewer, is not worth a word.
constexpr double kStepsToMention = 100;

std::string size_text(std::uint64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  if (bytes < 10'000'000) return fmt::format("{} kB", with_thousands((bytes + 500) / 1000));
  return fmt::format("{} MB", with_thousands((bytes + 500'000) / 1'000'000));
}

/// Whatever names hold, a comment ends with its line.
std::string in_comment(const std::string& text) { return on_one_line(text); }

std::string place_of(const AdvisedStatement& statement, const Workload& workload) {
  const advice::WorkloadStatement& written = workload.statements()[statement.number];
  const advice::WorkloadFile& file = workload.files()[written.file];
  return fmt::format("{}:{}", file.name(), file.place(written.range.begin).line);
}

std::string shortened(const std::string& text) {
  if (text_width(text) <= kStatementWidth) return text;
  return std::string(cut_to_width(text, kStatementWidth - 3)) + "...";
}

std::string gain_of(const AdvisedStatement& statement) {
  if (!statement.is_measured) {
    return fmt::format("expected work {} -> {}",
                       with_thousands(static_cast<std::uint64_t>(statement.work_before)),
                       with_thousands(static_cast<std::uint64_t>(statement.work_after)));
  }
  // As many rows, but fewer look-ups or no sort.
  if (statement.rows_after >= statement.rows_before) {
    return fmt::format("{} -> {}", with_thousands(static_cast<std::uint64_t>(statement.work_before)),
                       with_plural(static_cast<std::uint64_t>(statement.work_after), "step"));
  }
  return fmt::format("{} -> {}", with_thousands(statement.rows_before),
                     with_plural(statement.rows_after, "row"));
}

std::string statement_line(const AdvisedStatement& statement, const Workload& workload) {
  std::string line = fmt::format("--   {}  {}", place_of(statement, workload), gain_of(statement));
  if (statement.weight != 1) line += fmt::format(" (weight {})", statement.weight);
  return in_comment(line + "  " + shortened(workload.statements()[statement.number].normal)) + "\n";
}

std::string price_text(const AdvisedIndex& index) {
  if (index.price.entries == 0) return "without entries: nothing is known of its size";
  return fmt::format("{}; an INSERT INTO {} writes {} bytes more, on {}", size_text(index.price.bytes),
                     index.table, index.price.bytes_per_insert,
                     with_plural(index.price.pages_per_insert, "page"));
}

std::string index_text(const AdvisedIndex& index, const IndexAdvice& advice, const Workload& workload) {
  std::string text = "\n-- " + in_comment(price_text(index)) + "\n";
  std::size_t shown = 0;
  for (const std::size_t number : index.serves) {
    const AdvisedStatement& statement = advice.statements[number];
    if (statement.work_after + kStepsToMention >= statement.work_before) continue;
    if (++shown <= kStatementsShown) text += statement_line(statement, workload);
  }
  if (shown > kStatementsShown) text += fmt::format("--   and {} more\n", shown - kStatementsShown);
  return text + index.sql + "\n";
}

std::string needless_text(const NeedlessIndex& index) {
  const std::string_view why =
      index.is_used ? "no statement takes longer without it" : "no statement reads it";
  return "\n-- " + in_comment(fmt::format("of {}: {}; frees {}", index.table, why, size_text(index.bytes))) +
         "\n" + index.sql + "\n";
}

std::string bound_text(const IndexAdvice& advice) {
  const std::size_t count = advice.create.size();
  if (advice.served < advice.improvable)
    return "indexes get in each other's way, and this is the best set that was found";
  std::string text =
      advice.is_exact ? fmt::format("no fewer of the {} that were tried serve them", advice.candidates)
                      : fmt::format(
                            "at least {} of the {} that were tried are needed; whether fewer than {} do was "
                            "not decided",
                            advice.size_min, advice.candidates, count);
  if (advice.was_cut_short) text += "; more could have been tried, with --seconds";
  return text;
}

std::string summary_of(const IndexAdvice& advice, const Workload& workload) {
  const std::size_t all = workload.statements().size();
  std::string text = fmt::format("-- {}", with_plural(all, "statement"));
  if (advice.statements.size() < all) text += fmt::format(", {} different", advice.statements.size());
  if (advice.create.empty()) {
    text += advice.was_cut_short ? "; nothing was found that helps them in the time given"
                                 : "; no new index would help any of them";
    text += fmt::format(" ({} tried)\n", advice.candidates);
  } else {
    const std::string indexes = advice.create.size() == 1
                                    ? std::string("1 new index")
                                    : fmt::format("{} new indexes", advice.create.size());
    text += fmt::format("; {} of them {} faster with {}: {}\n", advice.served,
                        advice.served == 1 ? "is" : "are", indexes, bound_text(advice));
    if (advice.served < advice.improvable) {
      text += fmt::format("-- {} more could be served, but not beside these\n",
                          with_plural(advice.improvable - advice.served, "statement"));
    }
  }
  double before = 0;
  double after = 0;
  std::size_t measured = 0;
  std::size_t samples = 0;
  for (const AdvisedStatement& statement : advice.statements) {
    measured += statement.is_measured;
    samples += statement.has_samples;
    if (!statement.is_measured) continue;
    before += statement.work_before * statement.weight;
    after += statement.work_after * statement.weight;
  }
  if (measured > 0 && after < before) {
    text += fmt::format("-- all of them run on SQLite {} take {} steps instead of {}\n",
                        oracle::Twin::version(), with_thousands(static_cast<std::uint64_t>(after)),
                        with_thousands(static_cast<std::uint64_t>(before)));
  }
  if (samples > 0) {
    text += fmt::format(
        "-- {} run with values out of the middle of the columns: -- leftmost: bind :name = value says "
        "better\n",
        with_plural(samples, "statement") + (samples == 1 ? " was" : " were"));
  }
  if (measured < advice.statements.size()) {
    text += fmt::format("-- {} not run: the work is what the planner expects\n",
                        with_plural(advice.statements.size() - measured, "statement") +
                            (advice.statements.size() - measured == 1 ? " was" : " were"));
  }
  return text;
}

Json statement_json(const AdvisedStatement& statement, const Workload& workload) {
  const advice::WorkloadStatement& written = workload.statements()[statement.number];
  const advice::WorkloadFile& file = workload.files()[written.file];
  Json json = {{"file", file.name()},
               {"line", file.place(written.range.begin).line},
               {"statement", written.normal},
               {"occurrences", statement.occurrences},
               {"weight", statement.weight},
               {"measured", statement.is_measured},
               {"sample_values", statement.has_samples},
               {"work_before", statement.work_before},
               {"work_after", statement.work_after},
               {"work_best", statement.work_best}};
  if (statement.is_measured) {
    json["rows_before"] = statement.rows_before;
    json["rows_after"] = statement.rows_after;
  }
  json["before"] = statement.plan_before;
  json["after"] = statement.plan_after;
  return json;
}

}  // namespace

std::string advise_text(const IndexAdvice& advice, const Workload& workload) {
  std::string text = summary_of(advice, workload);
  for (const AdvisedIndex& index : advice.create) text += index_text(index, advice, workload);
  for (const AdvisedStatement& statement : advice.statements) {
    if (statement.work_after <= 1.1 * statement.work_before + kStepsToMention) continue;
    text += "\n-- slower with these indexes\n" + statement_line(statement, workload);
  }
  for (const NeedlessIndex& index : advice.drop) text += needless_text(index);
  return text;
}

std::string advise_json(const IndexAdvice& advice, const Workload& workload) {
  Json json = {{"version", 1}, {"proved_on", "SQLite " + oracle::Twin::version()}};
  json["create"] = Json::array();
  for (const AdvisedIndex& index : advice.create) {
    json["create"].push_back({{"name", index.name},
                              {"table", index.table},
                              {"sql", index.sql},
                              {"bytes", index.price.bytes},
                              {"entries", index.price.entries},
                              {"bytes_per_insert", index.price.bytes_per_insert},
                              {"pages_per_insert", index.price.pages_per_insert},
                              {"serves", index.serves}});
  }
  json["drop"] = Json::array();
  for (const NeedlessIndex& index : advice.drop) {
    json["drop"].push_back({{"name", index.name},
                            {"table", index.table},
                            {"sql", index.sql},
                            {"bytes", index.bytes},
                            {"used", index.is_used}});
  }
  json["statements"] = Json::array();
  for (const AdvisedStatement& statement : advice.statements) {
    json["statements"].push_back(statement_json(statement, workload));
  }
  json["search"] = {{"candidates", advice.candidates}, {"improvable", advice.improvable},
                    {"served", advice.served},         {"exact", advice.is_exact},
                    {"size_min", advice.size_min},     {"cut_short", advice.was_cut_short}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace leftmost::shell
