// Any bytes as SQL: parsed, bound, planned and run on an engine of its own. Nothing may crash, hang or read what is not
// its own; what is answered is the business of the other tests.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/database.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto db = leftmost::engine::Database::in_memory();
  db->limits().memory_bytes = std::uint64_t{64} << 20;
  const auto made = db->execute(
      "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT COLLATE NOCASE, c REAL, d);"
      "CREATE INDEX t_bc ON t(b, c DESC); CREATE UNIQUE INDEX t_d ON t(d) WHERE d IS NOT NULL;"
      "INSERT INTO t VALUES (1, 'x', 1.5, x'00'), (2, NULL, 2, 'y'), (3, 'X', NULL, NULL)");
  if (!made) __builtin_trap();
  // A statement that fails does not end the text: what follows it is tried as well.
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    auto prepared = db->prepare_next(rest);
    if (!prepared) {
      const std::size_t semicolon = rest.find(';');
      if (semicolon == std::string_view::npos) break;
      rest.remove_prefix(semicolon + 1);
      continue;
    }
    if (prepared->bytes_consumed == 0) break;
    rest.remove_prefix(prepared->bytes_consumed);
    if (!prepared->statement) continue;
    for (int rows = 0; rows < 1000; ++rows) {
      const auto step = prepared->statement->step();
      if (!step || *step == leftmost::engine::StepResult::kDone) break;
    }
  }
  return 0;
}
