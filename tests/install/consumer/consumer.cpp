// What the README promises to somebody else's program.
#include <cstdio>

#include "engine/database.h"

int main() {
  const auto db = leftmost::engine::Database::in_memory();
  const auto made = db->execute("CREATE TABLE users(last, first, age); CREATE INDEX users_name ON users(last, first)");
  auto query = db->prepare("SELECT age FROM users WHERE last = 'Smith'");
  if (!made || !query) return 1;
  for (const auto& line : query->plan_lines()) std::printf("%s\n", line.detail.c_str());
}
