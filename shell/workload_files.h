// shell/workload_files.h - what `lint` and `advise` are given: files of statements, and a file of
// definitions.
#pragma once

#include <string>
#include <vector>

#include "advice/planning_copy.h"
#include "advice/workload.h"

namespace leftmost::shell {

/// `-` is standard input. Errors: those of read_text_file and Workload::add_file; kError for a file without a
/// statement.
Expected<advice::Workload> read_workload(const std::vector<std::string>& paths);

/// A database made by a script. Errors name the script's line: `schema.sql:2:1: no such table: t`.
Expected<advice::PlanningCopy> open_script(const std::string& path);

}  // namespace leftmost::shell
