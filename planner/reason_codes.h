// planner/reason_codes.h - the catalogue of reason codes as a table: group, meaning, cure.
//
// What the planner raises (reason.h) are the codes alone; who prints a help text, or has to know how serious
// a code is (leftmost lint), looks them up here. The table has every code there is, whether the planner
// raises it yet or not.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace leftmost::planner {

/// The letter by which docs/reasons.md, `leftmost lint --allow` and people name a group.
enum class ReasonGroup : char {
  kPrefix = 'P',
  kExpression = 'X',
  kPattern = 'L',
  kBoolean = 'B',
  kIndexForm = 'I',
  kOrder = 'O',
  kCovering = 'C',
  kJoin = 'J',
  kStatistics = 'S',
  kHidden = 'H',
};

struct ReasonCode {
  std::string_view code;
  ReasonGroup group = ReasonGroup::kPrefix;
  bool is_fine = false;      ///< says how the statement is run; there is nothing to fix
  std::string_view meaning;  ///< one or two sentences
  std::string_view help;     ///< what to do about it
};

/// All of them, by group.
std::span<const ReasonCode> reason_codes();
/// Null for a word that is no code.
const ReasonCode* find_reason_code(std::string_view code);
/// `joins and subqueries`
std::string_view group_title(ReasonGroup group);

}  // namespace leftmost::planner
