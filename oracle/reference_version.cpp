#include "oracle/reference_version.h"

namespace leftmost::oracle {

bool is_reference_version(std::string_view version) { return version == kReferenceVersion; }

Agreement what_counts(const Agreement& agreement, std::string_view version) {
  Agreement counted = agreement;
  if (is_reference_version(version)) return counted;
  counted.plan_agrees = true;
  counted.error_agrees = agreement.failure_agrees;
  return counted;
}

std::string engine_name(std::string_view version) {
  std::string name = "SQLite " + std::string(version);
  if (!is_reference_version(version))
    name += " (plans here are those of " + std::string(kReferenceVersion) + ")";
  return name;
}

}  // namespace leftmost::oracle
