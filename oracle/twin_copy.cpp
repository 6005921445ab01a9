// Private copies of a twin: whole (sqlite3_backup), or definitions and statistics without rows.
#include <sqlite3.h>

#include "oracle/twin.h"

namespace leftmost::oracle {

Expected<Twin> Twin::copy(CopyContent content) {
  Options options;
  options.replay = replay_;
  auto to = Twin::open(options);
  if (!to) return to;
  for (const std::shared_ptr<const OwnFunction>& function : functions_) {
    if (auto added = to->add_function(function); !added) return Unexpected(added.error());
  }

  if (content == CopyContent::kEverything) {
    sqlite3_backup* backup = sqlite3_backup_init(to->connection_, "main", connection_, "main");
    if (backup == nullptr) return Unexpected(to->last_error(sqlite3_errcode(to->connection_)));
    const int stepped = sqlite3_backup_step(backup, -1);
    const int finished = sqlite3_backup_finish(backup);
    if (stepped != SQLITE_DONE) {
      const int result = finished != SQLITE_OK ? finished : stepped;
      return Unexpected(to->last_error(result));
    }
  } else {
    if (auto copied = copy_definitions(*to); !copied) return Unexpected(copied.error());
    if (auto copied = copy_statistics(*to); !copied) return Unexpected(copied.error());
  }
  for (const std::string& setting : settings_) {
    if (auto set = to->execute(setting); !set) return Unexpected(set.error());
  }
  to->settings_ = settings_;
  return to;
}

Expected<void> Twin::copy_definitions(Twin& to) {
  // By rowid: the order in which SQLite reads them, which decides between indexes of equal cost. Shadow tables of a
  // virtual table come into being with it.
  auto definitions = run("SELECT sql, type FROM main.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' "
                         "ESCAPE '\\' ORDER BY rowid");
  if (!definitions) return Unexpected(definitions.error());
  if (auto begun = to.execute("BEGIN"); !begun) return begun;
  for (const storage::Row& row : definitions->rows) {
    const std::string sql(row[0].view().as_bytes());
    const bool is_virtual = sqlite3_strnicmp(sql.c_str(), "CREATE VIRTUAL", 14) == 0;
    if (auto created = to.execute(sql); !created && !is_virtual) {
      // A shadow table that its virtual table has already made, or an object on a table that could not be made.
      const std::string& message = created.error().message;
      const bool follows = message.find("already exists") != std::string::npos ||
                           message.find("no such") != std::string::npos ||
                           message.find("reserved for internal use") != std::string::npos;
      if (!follows) return created;
    }
  }
  return to.execute("COMMIT");
}

Expected<void> Twin::copy_statistics(Twin& to) {
  auto exists = run("SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_stat1'");
  if (!exists) return Unexpected(exists.error());
  if (exists->rows.empty()) return {};
  auto statistics = run("SELECT tbl, idx, stat FROM main.sqlite_stat1 ORDER BY rowid");
  if (!statistics) return Unexpected(statistics.error());
  // ANALYZE is the only way to get the table; run on tables without rows it writes nothing that stays.
  if (auto made = to.execute("BEGIN; ANALYZE; DELETE FROM sqlite_stat1"); !made) return made;
  auto insert = to.prepare("INSERT INTO sqlite_stat1(tbl, idx, stat) VALUES (?1, ?2, ?3)");
  if (!insert) return Unexpected(insert.error());
  for (const storage::Row& row : statistics->rows) {
    for (int column = 0; column < 3; ++column) insert->bind(column + 1, row[static_cast<std::size_t>(column)].view());
    if (auto stepped = insert->step(); !stepped) return Unexpected(stepped.error());
  }
  *insert = TwinStatement();
  return to.execute("COMMIT; ANALYZE sqlite_schema");
}

}  // namespace leftmost::oracle
