#include "shell/workload_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "shell/text_file.h"

namespace leftmost::shell {

Expected<advice::Workload> read_workload(const std::vector<std::string>& paths) {
  advice::Workload workload;
  for (const std::string& path : paths) {
    auto text = read_text_file(path);
    if (!text) return Unexpected(text.error());
    const std::string name = path == "-" ? "<stdin>" : path;
    const std::size_t before = workload.statements().size();
    if (auto added = workload.add_file(name, std::move(*text)); !added) return Unexpected(added.error());
    if (workload.statements().size() == before) {
      return fail(ErrorCode::kError, fmt::format("{}: there is no statement in it", name));
    }
  }
  return workload;
}

Expected<advice::PlanningCopy> open_script(const std::string& path) {
  auto script = read_text_file(path);
  if (!script) return Unexpected(script.error());
  auto copy = advice::PlanningCopy::of_script(*script);
  if (copy) return copy;
  Error error = copy.error();
  const advice::WorkloadFile file(path, *script);
  const advice::TextPlace place = file.place(std::min(error.sql_offset.value_or(0), script->size()));
  error.message = fmt::format("{}:{}:{}: {}", path, place.line, place.column, error.message);
  return Unexpected(std::move(error));
}

}  // namespace leftmost::shell
