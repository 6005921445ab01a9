// The formats of lint that are documents: JSON, SARIF, JUnit.
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "oracle/twin.h"
#include "shell/escape.h"
#include "shell/lint_formats.h"

namespace leftmost::shell {
namespace {

using advice::Finding;
using advice::LintCode;
using advice::LintReport;
using advice::Severity;
using Json = nlohmann::ordered_json;

std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

/// FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/): the same on every machine.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

/// Relative to the folder that the program runs in, where that is above the file.
std::string uri_of(const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  fs::path path(name);
  bool is_absolute = path.is_absolute();
  if (is_absolute) {
    const fs::path relative = path.lexically_relative(fs::current_path(ignored));
    if (!relative.empty() && *relative.begin() != "..") {
      path = relative;
      is_absolute = false;
    }
  }
  std::string uri = is_absolute ? "file://" : "";
  for (const char c : path.lexically_normal().generic_string()) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view("-._~/").find(c) != std::string_view::npos;
    uri += is_plain ? std::string(1, c)
                    : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return uri;
}

/// What stays the same while a finding moves about in its file; equal ones are numbered.
class Fingerprints {
 public:
  std::string of(const Finding& finding) {
    const std::string what = finding.code + '\0' + uri_of(finding.file) + '\0' + finding.statement + '\0' +
                             finding.table + '\0' + finding.index;
    const std::uint64_t hash = hash_of(what);
    return fmt::format("{:016x}:{}", hash, ++seen_[hash]);
  }

 private:
  std::map<std::uint64_t, int> seen_;
};

/// SQLite's own page on the matter.
std::string_view help_uri(char group) {
  switch (group) {
    case 'P':
    case 'X':
    case 'L':
    case 'B':
    case 'J':
      return "https://www.sqlite.org/optoverview.html";
    case 'I':
      return "https://www.sqlite.org/partialindex.html";
    case 'S':
      return "https://www.sqlite.org/lang_analyze.html";
    case 'H':
      return "https://www.sqlite.org/foreignkeys.html";
    case 'W':
      return "https://www.sqlite.org/eqp.html";
    default:
      return "https://www.sqlite.org/queryplanner.html";
  }
}

Json rule_json(const LintCode& code) {
  return {{"id", code.code},
          {"shortDescription", {{"text", code.meaning}}},
          {"help",
           {{"text", fmt::format("{} {}", code.meaning, code.help)},
            {"markdown", fmt::format("{}\n\n**What helps:** {}", code.meaning, code.help)}}},
          {"helpUri", help_uri(code.group)},
          {"defaultConfiguration", {{"level", advice::severity_name(code.severity)}}},
          {"properties", {{"group", std::string(1, code.group)}}}};
}

Json region_json(const Finding& finding) {
  return {{"startLine", finding.begin.line},
          {"startColumn", finding.begin.column},
          {"endLine", finding.end.line},
          {"endColumn", finding.end.column}};
}

std::string sentence(const Finding& finding) {
  return finding.help.empty() ? finding.text : finding.text + "; try " + finding.help;
}

/// XML 1.0 has no control characters, not even escaped ones, neither U+FFFE nor U+FFFF, and nothing that is
/// not UTF-8.
std::string xml_characters(std::string_view text) {
  const Json utf8 = Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace));
  std::string clean = utf8.get<std::string>();
  for (char& c : clean) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  for (const std::string_view none : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
    for (std::size_t at = clean.find(none); at != std::string::npos; at = clean.find(none, at))
      clean.replace(at, none.size(), kReplacement);
  }
  return clean;
}

/// What a finding about the schema is about, behind a space.
std::string about_what(const Finding& finding) {
  const std::string& name = finding.index.empty() ? finding.table : finding.index;
  return name.empty() ? name : " " + name;
}

}  // namespace

std::string lint_json(const LintReport& report, const LintStyle& style) {
  Json findings = Json::array();
  Fingerprints fingerprints;
  for (const Finding& finding : report.findings) {
    if (finding.severity < style.shown) continue;
    const LintCode* code = advice::find_lint_code(finding.code);
    Json object = {{"file", finding.file}};
    if (finding.begin.line > 0) {
      object["line"] = finding.begin.line;
      object["column"] = finding.begin.column;
      object["end_line"] = finding.end.line;
      object["end_column"] = finding.end.column;
    }
    object["severity"] = advice::severity_name(finding.severity);
    object["code"] = finding.code;
    object["group"] = code == nullptr ? "" : std::string(1, code->group);
    object["text"] = finding.text;
    if (!finding.help.empty()) object["help"] = finding.help;
    if (!finding.table.empty()) object["table"] = finding.table;
    if (!finding.index.empty()) object["index"] = finding.index;
    if (!finding.statement.empty()) object["statement"] = finding.statement;
    object["fingerprint"] = fingerprints.of(finding);
    findings.push_back(std::move(object));
  }
  Json json = {
      {"version", 1}, {"engine", "SQLite " + oracle::Twin::version()}, {"findings", std::move(findings)}};
  json["summary"] = {
      {"statements", report.statements},          {"files", report.files},
      {"errors", report.count(Severity::kError)}, {"warnings", report.count(Severity::kWarning)},
      {"notes", report.count(Severity::kNote)},   {"allowed", report.suppressed}};
  if (report.plans_new + report.plans_changed + report.plans_gone > 0) {
    json["summary"]["plans_new"] = report.plans_new;
    json["summary"]["plans_changed"] = report.plans_changed;
    json["summary"]["plans_gone"] = report.plans_gone;
  }
  if (!report.disagreements.empty()) json["disagreements"] = report.disagreements;
  return dump(json);
}

std::string lint_sarif(const LintReport& report, const LintStyle& style) {
  Json rules = Json::array();
  Json results = Json::array();
  Json artifacts = Json::array();
  std::map<std::string, std::size_t> rule_numbers;
  std::map<std::string, std::size_t> artifact_numbers;
  Fingerprints fingerprints;
  for (const Finding& finding : report.findings) {
    if (finding.severity < style.shown) continue;
    const auto [rule, is_new_rule] = rule_numbers.emplace(finding.code, rules.size());
    const LintCode* code = advice::find_lint_code(finding.code);
    if (is_new_rule) rules.push_back(code != nullptr ? rule_json(*code) : Json{{"id", finding.code}});
    const auto [artifact, is_new_artifact] = artifact_numbers.emplace(finding.file, artifacts.size());
    if (is_new_artifact) artifacts.push_back({{"location", {{"uri", uri_of(finding.file)}}}});

    Json location = {{"physicalLocation",
                      {{"artifactLocation", {{"uri", uri_of(finding.file)}, {"index", artifact->second}}}}}};
    if (finding.begin.line > 0) location["physicalLocation"]["region"] = region_json(finding);
    if (!finding.table.empty()) {
      location["logicalLocations"] = {{{"name", finding.table}, {"kind", "table"}}};
    }
    Json result = {{"ruleId", finding.code},
                   {"ruleIndex", rule->second},
                   {"level", advice::severity_name(finding.severity)},
                   {"message", {{"text", sentence(finding)}}},
                   {"locations", {std::move(location)}},
                   {"partialFingerprints", {{"leftmostFinding/v1", fingerprints.of(finding)}}}};
    if (!finding.statement.empty()) result["properties"] = {{"statement", finding.statement}};
    results.push_back(std::move(result));
  }
  Json invocation = {{"executionSuccessful", !report.was_stopped}};
  if (!report.disagreements.empty()) {
    invocation["toolExecutionNotifications"] = Json::array();
    for (const std::string& text : report.disagreements) {
      invocation["toolExecutionNotifications"].push_back({{"level", "error"}, {"message", {{"text", text}}}});
    }
  }
  Json run = {
      {"tool",
       {{"driver",
         {{"name", "leftmost"}, {"semanticVersion", LEFTMOST_VERSION}, {"rules", std::move(rules)}}}}},
      {"columnKind", "unicodeCodePoints"},
      {"invocations", {std::move(invocation)}},
      {"artifacts", std::move(artifacts)},
      {"results", std::move(results)}};
  return dump({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
               {"version", "2.1.0"},
               {"runs", {std::move(run)}}});
}

std::string lint_junit(const LintReport& report, const LintStyle& style) {
  const auto xml = [](std::string_view text) {
    std::string out;
    append_html(out, xml_characters(text));
    return out;
  };
  const auto fails = [&](const Finding& finding) { return style.fails && finding.severity >= *style.fails; };
  std::vector<std::string> files;
  for (const Finding& finding : report.findings) {
    if (files.empty() || files.back() != finding.file) files.push_back(finding.file);
  }
  std::string suites;
  std::size_t tests = 0;
  std::size_t failures = 0;
  for (const std::string& file : files) {
    std::string cases;
    std::size_t tests_here = 0;
    std::size_t failures_here = 0;
    for (const Finding& finding : report.findings) {
      if (finding.file != file || finding.severity < style.shown) continue;
      ++tests_here;
      const std::string name = finding.begin.line > 0 ? fmt::format("{}:{} {}", finding.begin.line,
                                                                    finding.begin.column, finding.code)
                                                      : finding.code + about_what(finding);
      cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml(file), xml(name));
      if (fails(finding)) {
        ++failures_here;
        cases += fmt::format(">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>\n",
                             xml(finding.code), xml(sentence(finding)), xml(finding.statement));
      } else {
        cases += fmt::format(">\n      <system-out>{}: {}</system-out>\n    </testcase>\n",
                             advice::severity_name(finding.severity), xml(sentence(finding)));
      }
    }
    if (tests_here == 0) continue;
    suites +=
        fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\">\n{}  </testsuite>\n",
                    xml(file), tests_here, failures_here, cases);
    tests += tests_here;
    failures += failures_here;
  }
  if (tests == 0) {
    // A report without a test case counts as no report at all.
    suites = fmt::format(
        "  <testsuite name=\"leftmost lint\" tests=\"1\" failures=\"0\" errors=\"0\">\n"
        "    <testcase classname=\"leftmost lint\" name=\"{}\"/>\n  </testsuite>\n",
        xml(lint_summary(report)));
    tests = 1;
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"leftmost lint\" tests=\"{}\" "
      "failures=\"{}\" "
      "errors=\"0\">\n{}</testsuites>\n",
      tests, failures, suites);
}

}  // namespace leftmost::shell
