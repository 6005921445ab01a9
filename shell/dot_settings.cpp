// Commands that change how results look and what is printed beside them, and .show, which prints the
// settings.
#include <fmt/format.h>

#include "shell/dot_commands.h"
#include "shell/escape.h"
#include "shell/shell.h"

namespace leftmost::shell {

namespace {

constexpr int kWrapDefault = 60;                // characters, of .mode column and its relatives
constexpr std::size_t kSeparatorBytesMax = 19;  // longer ones are cut, as in the sqlite3 shell

std::string cut(std::string_view text) { return std::string(text.substr(0, kSeparatorBytesMax)); }

std::string_view on_or_off(bool value) { return value ? "on" : "off"; }

bool set_boolean(bool& setting, const Arguments& arguments) {
  if (arguments.size() != 2) return complain_usage(arguments);
  setting = boolean_of(arguments[1]);
  return true;
}

/// How the columnar modes break long values.
struct Wrapping {
  int wrap = kWrapDefault;
  bool word_wrap = false;
  bool quoted = false;
};

/// Switches to the mode that starts with `name`; some bring separators along. False: there is none.
bool choose_mode(OutputSettings& output, std::string_view name, const Wrapping& wrapping,
                 std::string_view table) {
  struct Choice {
    std::string_view name;
    OutputMode mode;
    std::string_view column_separator;  // empty: stays as it is
    std::string_view row_separator;
  };
  static constexpr Choice kChoices[] = {
      {"lines", OutputMode::kLine, "", "\n"},      {"columns", OutputMode::kColumn, "", "\n"},
      {"list", OutputMode::kList, "|", "\n"},      {"html", OutputMode::kHtml, "", ""},
      {"tcl", OutputMode::kTcl, " ", "\n"},        {"csv", OutputMode::kCsv, ",", "\r\n"},
      {"tabs", OutputMode::kList, "\t", ""},       {"insert", OutputMode::kInsert, "", ""},
      {"quote", OutputMode::kQuote, ",", "\n"},    {"ascii", OutputMode::kAscii, "\x1f", "\x1e"},
      {"markdown", OutputMode::kMarkdown, "", ""}, {"table", OutputMode::kTable, "", ""},
      {"box", OutputMode::kBox, "", ""},           {"qbox", OutputMode::kBox, "", ""},
      {"json", OutputMode::kJson, "", ""},
  };
  for (const Choice& choice : kChoices) {
    if (choice.name.substr(0, name.size()) != name) continue;
    output.mode = choice.mode;
    if (!choice.column_separator.empty()) output.column_separator = choice.column_separator;
    if (!choice.row_separator.empty()) output.row_separator = choice.row_separator;
    if (choice.mode == OutputMode::kColumn && !output.headers_were_set) output.headers = true;
    if (choice.mode == OutputMode::kInsert) {
      output.insert_table.clear();
      append_sql_name(output.insert_table, table.empty() ? "table" : table);
    }
    if (is_columnar(choice.mode)) {
      output.wrap = wrapping.wrap;
      output.word_wrap = wrapping.word_wrap;
      output.quoted_values = wrapping.quoted;
    }
    return true;
  }
  return false;
}

}  // namespace

bool dot_mode(Shell& shell, const Arguments& arguments) {
  OutputSettings& output = shell.settings().output;
  Wrapping wrapping;
  std::string name;
  std::string table;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const bool has_value = i + 1 < arguments.size();
    if (is_option(argument, "wrap") && has_value) {
      wrapping.wrap = static_cast<int>(integer_of(arguments[++i]));
    } else if (is_option(argument, "ww")) {
      wrapping.word_wrap = true;
    } else if (is_option(argument, "wordwrap") && has_value) {
      wrapping.word_wrap = boolean_of(arguments[++i]);
    } else if (is_option(argument, "quote")) {
      wrapping.quoted = true;
    } else if (is_option(argument, "noquote")) {
      wrapping.quoted = false;
    } else if (name.empty()) {
      name = argument;
      if (name == "qbox") wrapping = {kWrapDefault, false, true};
    } else if (table.empty()) {
      table = argument;
    } else if (argument[0] == '-') {
      return complain(
          fmt::format("unknown option: {}\noptions:\n  --noquote\n  --quote\n  --wordwrap on/off\n"
                      "  --wrap N\n  --ww",
                      argument));
    } else {
      return complain(fmt::format("extra argument: \"{}\"", argument));
    }
  }
  if (name.empty()) {
    name = mode_name(output.mode);
    std::string options;
    if (is_columnar(output.mode)) {
      options = fmt::format(" --wrap {} --wordwrap {} --{}quote", output.wrap, on_or_off(output.word_wrap),
                            output.quoted_values ? "" : "no");
    }
    shell.output().write(fmt::format("current output mode: {}{}\n", name, options));
  }
  if (choose_mode(output, name, wrapping, table)) return true;
  return complain(
      "Error: mode should be one of: ascii box column csv html insert json line list markdown qbox quote "
      "table tabs tcl");
}

bool dot_headers(Shell& shell, const Arguments& arguments) {
  if (!set_boolean(shell.settings().output.headers, arguments)) return false;
  shell.settings().output.headers_were_set = true;
  return true;
}

bool dot_nullvalue(Shell& shell, const Arguments& arguments) {
  if (arguments.size() != 2) return complain_usage(arguments);
  shell.settings().output.null_text = cut(arguments[1]);
  return true;
}

bool dot_separator(Shell& shell, const Arguments& arguments) {
  if (arguments.size() < 2) return complain_usage(arguments);
  shell.settings().output.column_separator = cut(arguments[1]);
  if (arguments.size() > 2) shell.settings().output.row_separator = cut(arguments[2]);
  return arguments.size() <= 3 || complain_usage(arguments);
}

bool dot_width(Shell& shell, const Arguments& arguments) {
  std::vector<int>& widths = shell.settings().output.widths;
  widths.clear();
  for (std::size_t i = 1; i < arguments.size(); ++i)
    widths.push_back(static_cast<int>(integer_of(arguments[i])));
  return true;
}

bool dot_bail(Shell& shell, const Arguments& arguments) {
  return set_boolean(shell.settings().bail, arguments);
}
bool dot_echo(Shell& shell, const Arguments& arguments) {
  return set_boolean(shell.settings().echo, arguments);
}
bool dot_changes(Shell& shell, const Arguments& arguments) {
  return set_boolean(shell.settings().changes, arguments);
}
bool dot_timer(Shell& shell, const Arguments& arguments) {
  return set_boolean(shell.settings().timer, arguments);
}

bool dot_eqp(Shell& shell, const Arguments& arguments) {
  if (arguments.size() != 2) return complain_usage(arguments);
  const std::string& choice = arguments[1];
  Shell::Settings& settings = shell.settings();
  settings.trigger_plans = choice == "full" || choice == "trigger";
  settings.plans = settings.trigger_plans || boolean_of(choice);
  settings.eqp = settings.trigger_plans ? choice : on_or_off(settings.plans);
  return true;
}

bool dot_explain(Shell& shell, const Arguments& arguments) {
  shell.settings().plan_as_tree = arguments.size() < 2 || arguments[1] == "auto" || boolean_of(arguments[1]);
  return true;
}

bool dot_print(Shell& shell, const Arguments& arguments) {
  std::string text;
  for (std::size_t i = 1; i < arguments.size(); ++i) text.append(i > 1 ? " " : "").append(arguments[i]);
  shell.output().write(text + "\n");
  return true;
}

bool dot_prompt(Shell& shell, const Arguments& arguments) {
  if (arguments.size() > 1) shell.settings().prompt = cut(arguments[1]);
  if (arguments.size() > 2) shell.settings().prompt_continued = cut(arguments[2]);
  return true;
}

bool dot_show(Shell& shell, const Arguments& arguments) {
  if (arguments.size() != 1) return complain_usage(arguments);
  const Shell::Settings& settings = shell.settings();
  const OutputSettings& output = settings.output;
  const auto quoted = [](std::string_view text) {
    std::string out;
    append_c_string(out, text);
    return out;
  };
  std::string mode(mode_name(output.mode));
  if (is_columnar(output.mode)) {
    mode += fmt::format(" --wrap {} --wordwrap {} --{}quote", output.wrap, on_or_off(output.word_wrap),
                        output.quoted_values ? "" : "no");
  }
  std::string widths;
  for (const int width : output.widths) widths += fmt::format("{} ", width);
  std::string text;
  const auto line = [&](std::string_view name, std::string_view value) {
    text += fmt::format("{:>12.12}: {}\n", name, value);
  };
  line("echo", on_or_off(settings.echo));
  line("eqp", settings.eqp);
  line("explain", settings.plan_as_tree ? "auto" : "off");
  line("headers", on_or_off(output.headers));
  line("mode", mode);
  line("nullvalue", quoted(output.null_text));
  line("output", shell.output().name());
  line("colseparator", quoted(output.column_separator));
  line("rowseparator", quoted(output.row_separator));
  line("stats", "off");
  line("width", widths);
  line("filename", shell.options().path);
  shell.output().write(text);
  return true;
}

}  // namespace leftmost::shell
