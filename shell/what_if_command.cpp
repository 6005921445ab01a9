#include "shell/what_if_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "advice/explanation.h"
#include "shell/shell.h"
#include "shell/sqlite_words.h"
#include "shell/terminal.h"

namespace leftmost::shell {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

Json plan_json(const std::vector<planner::PlanLine>& plan) {
  Json lines = Json::array();
  for (const planner::PlanLine& line : plan)
    lines.push_back({{"id", line.id}, {"parent", line.parent}, {"detail", line.detail}});
  return lines;
}

std::string verdict(bool agrees) {
  return fmt::format("SQLite {}: {}", oracle::Twin::version(),
                     agrees ? "plans both alike" : "PLANS OTHERWISE");
}

std::string plan_text(const std::vector<planner::PlanLine>& plan) {
  return plan.empty() ? std::string("(no plan)\n") : oracle::plan_to_text(plan, "");
}

/// Calls `each` with every statement of `sql`.
template <typename Each>
Expected<void> for_each_statement(oracle::Session& session, std::string_view sql, Each&& each) {
  while (!sql.empty()) {
    oracle::PreparedNext next = session.prepare_next(sql);
    if (next.error) return Unexpected(*next.error);
    if (next.statement) {
      if (Expected<void> done = each(std::string(next.statement->ours().sql())); !done) return done;
    }
    if (next.bytes_consumed == 0) break;
    sql.remove_prefix(next.bytes_consumed);
  }
  return {};
}

std::string title_of(const std::vector<advice::Supposition>& suppositions) {
  std::string title;
  for (const advice::Supposition& supposition : suppositions)
    title += (title.empty() ? "" : "; ") + supposition.to_text();
  return title.empty() ? std::string("nothing supposed") : title;
}

std::string range_text(const advice::Flip& flip) {
  std::string text =
      fmt::format("  {}{}\n", flip.subject,
                  flip.now == 0 ? std::string() : fmt::format(" (now about {})", with_thousands(flip.now)));
  if (flip.ranges.size() == 1)
    return text +
           fmt::format("    any number              {}\n", advice::plan_in_one_line(flip.ranges[0].lines));
  for (std::size_t i = 0; i < flip.ranges.size(); ++i) {
    const std::string from = with_thousands(flip.ranges[i].begin);
    const std::string range =
        i + 1 == flip.ranges.size()
            ? fmt::format("{} and more", from)
            : fmt::format("{} to {}", from, with_thousands(flip.ranges[i + 1].begin - 1));
    text += fmt::format("    {:<22}  {}\n", range, advice::plan_in_one_line(flip.ranges[i].lines));
  }
  return text;
}

bool report(const Error& error, std::string_view sql) {
  std::fputs((error_in_sqlite_words(error, sql) + "\n").c_str(), stderr);
  if (!error.hint.empty()) std::fputs(fmt::format("  {}\n", error.hint).c_str(), stderr);
  return false;
}

/// A session that can be asked; null with the message on stderr.
oracle::Session* session_with_twin(Shell& shell) {
  oracle::Session* session = shell.session();
  if (session != nullptr && session->twin() == nullptr) {
    std::fputs("Error: what would be is asked of SQLite as well: run leftmost with --twin\n", stderr);
    return nullptr;
  }
  return session;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

std::string side_by_side(const std::string& left_title, const std::string& left,
                         const std::string& right_title, const std::string& right, std::size_t columns) {
  std::vector<std::string> a = lines_of(left), b = lines_of(right);
  std::size_t width = text_width(left_title), width_right = 0;
  for (const std::string& line : a) width = std::max(width, text_width(line));
  for (const std::string& line : b) width_right = std::max(width_right, text_width(line));
  std::string text;
  if (width + width_right + 6 > columns) {
    text = fmt::format("  {}\n", left_title);
    for (const std::string& line : a) text += fmt::format("    {}\n", line);
    text += fmt::format("  {}\n", right_title);
    for (const std::string& line : b) text += fmt::format("    {}\n", line);
    return text;
  }
  a.insert(a.begin(), left_title);
  b.insert(b.begin(), right_title);
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string first = i < a.size() ? a[i] : std::string();
    const std::string second = i < b.size() ? b[i] : std::string();
    text += second.empty() ? fmt::format("  {}\n", first)
                           : fmt::format("  {}  | {}\n", padded(first, width), second);
  }
  return text;
}

Expected<WhatIfOutput> what_if_text(oracle::Session& session,
                                    const std::vector<advice::Supposition>& suppositions,
                                    std::string_view sql, bool is_json, std::size_t columns) {
  auto now = advice::WhatIf::start(session);
  if (!now) return Unexpected(now.error());
  auto supposed = advice::WhatIf::start(session);
  if (!supposed) return Unexpected(supposed.error());
  for (const advice::Supposition& supposition : suppositions) {
    if (auto done = advice::apply(*supposed, supposition); !done) return Unexpected(done.error());
  }
  WhatIfOutput output;
  const auto done = for_each_statement(session, sql, [&](const std::string& statement) -> Expected<void> {
    const auto before = now->plan(statement);
    if (!before) return Unexpected(before.error());
    const auto after = supposed->plan(statement);
    if (!after) return Unexpected(after.error());
    const bool agrees = before->agrees && after->agrees;
    output.agrees = output.agrees && agrees;
    if (is_json) {
      Json json = {{"version", 1}, {"sql", statement}, {"what_if", Json::array()}};
      for (const advice::Supposition& supposition : suppositions)
        json["what_if"].push_back(supposition.to_text());
      json["before"] = plan_json(before->lines);
      json["after"] = plan_json(after->lines);
      json["agrees"] = agrees;
      output.text += json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
      return {};
    }
    output.text += fmt::format("\n  {}\n\n{}\n  {}\n", statement,
                               side_by_side("as it is", plan_text(before->lines), title_of(suppositions),
                                            plan_text(after->lines), columns),
                               verdict(agrees));
    return {};
  });
  if (!done) return Unexpected(done.error());
  return output;
}

Expected<WhatIfOutput> flip_text(oracle::Session& session, std::string_view sql, bool is_json) {
  WhatIfOutput output;
  const auto done = for_each_statement(session, sql, [&](const std::string& statement) -> Expected<void> {
    const auto flips = advice::find_flips(session, statement);
    if (!flips) return Unexpected(flips.error());
    Json json = {{"version", 1}, {"sql", statement}, {"flips", Json::array()}};
    bool agrees = true;
    std::string text;
    for (const advice::Flip& flip : *flips) {
      Json ranges = Json::array();
      for (const advice::PlanRange& range : flip.ranges) {
        agrees = agrees && range.agrees;
        ranges.push_back({{"from", range.begin}, {"plan", plan_json(range.lines)}, {"agrees", range.agrees}});
      }
      json["flips"].push_back({{"subject", flip.subject}, {"now", flip.now}, {"ranges", ranges}});
      text += "\n" + range_text(flip);
    }
    if (flips->empty()) text += "\n  it reads no table\n";
    output.agrees = output.agrees && agrees;
    output.text +=
        is_json ? json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"
                : fmt::format("\n  {}\n{}\n  SQLite {}: {}\n", statement, text, oracle::Twin::version(),
                              agrees ? "the same plans on both sides of each change" : "PLANS OTHERWISE");
    return {};
  });
  if (!done) return Unexpected(done.error());
  return output;
}

bool what_if_in_shell(Shell& shell, const std::string& given) {
  const std::string text = trimmed(given);
  std::vector<advice::Supposition>& suppositions = shell.settings().suppositions;
  if (text.empty()) {
    for (const advice::Supposition& supposition : suppositions)
      shell.output().write(supposition.to_text() + "\n");
    if (suppositions.empty()) shell.output().write("nothing supposed\n");
    return true;
  }
  if (text == "clear") {
    suppositions.clear();
    if (shell.options().is_interactive) shell.output().write("nothing supposed any more\n");
    return true;
  }
  oracle::Session* session = session_with_twin(shell);
  if (session == nullptr) return false;
  const auto supposition = advice::read_supposition(text);
  if (supposition) {
    // Added only if it can be supposed after the others.
    auto what_if = advice::WhatIf::start(*session);
    if (!what_if) return report(what_if.error(), {});
    for (const advice::Supposition& earlier : suppositions) {
      if (auto done = advice::apply(*what_if, earlier); !done) return report(done.error(), {});
    }
    if (auto done = advice::apply(*what_if, *supposition); !done) return report(done.error(), {});
    suppositions.push_back(*supposition);
    if (shell.options().is_interactive) {
      shell.output().write(
          fmt::format("supposed: {}; .whatif SELECT ... shows a plan as if, .whatif clear forgets\n",
                      supposition->to_text()));
    }
    return true;
  }
  const oracle::PreparedNext statement = session->prepare_next(text);
  const bool has_plan = statement.statement && statement.statement->ours().plan() != nullptr;
  if (!has_plan) return report(supposition.error(), {});
  const auto output = what_if_text(*session, suppositions, text, false, terminal_columns(stdout));
  if (!output) return report(output.error(), text);
  shell.output().write(output->text + "\n");
  return output->agrees;
}

bool flip_in_shell(Shell& shell, const std::string& sql) {
  oracle::Session* session = session_with_twin(shell);
  if (session == nullptr) return false;
  const auto output = flip_text(*session, sql, false);
  if (!output) return report(output.error(), sql);
  shell.output().write(output->text + "\n");
  return output->agrees;
}

}  // namespace leftmost::shell
