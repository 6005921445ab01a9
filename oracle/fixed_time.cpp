#include "oracle/fixed_time.h"

#include <sqlite3.h>

#include <mutex>

namespace leftmost::oracle {
namespace {

constexpr const char* kVfsName = "leftmost";
thread_local std::optional<std::int64_t> fixed_instant;

sqlite3_vfs* base_of(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

// The default VFS is handed itself, never ours: it may keep data behind its own pAppData.
int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  return base_of(vfs)->xOpen(base_of(vfs), name, file, flags, flags_out);
}
int delete_file(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  return base_of(vfs)->xDelete(base_of(vfs), name, sync_directory);
}
int access_file(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
  return base_of(vfs)->xAccess(base_of(vfs), name, flags, result);
}
int full_pathname(sqlite3_vfs* vfs, const char* name, int bytes_max, char* path) {
  return base_of(vfs)->xFullPathname(base_of(vfs), name, bytes_max, path);
}
int randomness(sqlite3_vfs* vfs, int byte_count, char* bytes) {
  return base_of(vfs)->xRandomness(base_of(vfs), byte_count, bytes);
}
int sleep_for(sqlite3_vfs* vfs, int microseconds) { return base_of(vfs)->xSleep(base_of(vfs), microseconds); }
int last_error(sqlite3_vfs* vfs, int byte_count, char* text) {
  return base_of(vfs)->xGetLastError ? base_of(vfs)->xGetLastError(base_of(vfs), byte_count, text) : 0;
}

int current_time_milliseconds(sqlite3_vfs* vfs, sqlite3_int64* julian_milliseconds) {
  if (fixed_instant) {
    *julian_milliseconds = *fixed_instant;
    return SQLITE_OK;
  }
  sqlite3_vfs* base = base_of(vfs);
  if (base->iVersion >= 2 && base->xCurrentTimeInt64) return base->xCurrentTimeInt64(base, julian_milliseconds);
  double days = 0;
  const int result = base->xCurrentTime(base, &days);
  *julian_milliseconds = static_cast<sqlite3_int64>(days * 86'400'000.0);
  return result;
}

int current_time_days(sqlite3_vfs* vfs, double* julian_days) {
  sqlite3_int64 milliseconds = 0;
  const int result = current_time_milliseconds(vfs, &milliseconds);
  *julian_days = static_cast<double>(milliseconds) / 86'400'000.0;
  return result;
}

void register_vfs() {
  sqlite3_vfs* base = sqlite3_vfs_find(nullptr);
  if (base == nullptr) return;
  static sqlite3_vfs vfs{};
  vfs.iVersion = 2;
  vfs.szOsFile = base->szOsFile;
  vfs.mxPathname = base->mxPathname;
  vfs.zName = kVfsName;
  vfs.pAppData = base;
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  vfs.xAccess = access_file;
  vfs.xFullPathname = full_pathname;
  // No xDlOpen: extensions are never loaded through this VFS.
  vfs.xRandomness = randomness;
  vfs.xSleep = sleep_for;
  vfs.xCurrentTime = current_time_days;
  vfs.xGetLastError = last_error;
  vfs.xCurrentTimeInt64 = current_time_milliseconds;
  sqlite3_vfs_register(&vfs, /*makeDflt=*/0);
}

}  // namespace

const char* time_fixing_vfs() {
  static std::once_flag registered;
  std::call_once(registered, register_vfs);
  return kVfsName;
}

FixedTime::FixedTime(std::int64_t julian_milliseconds) : outer_(fixed_instant) { fixed_instant = julian_milliseconds; }
FixedTime::~FixedTime() { fixed_instant = outer_; }

}  // namespace leftmost::oracle
