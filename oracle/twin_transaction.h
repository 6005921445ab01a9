// oracle/twin_transaction.h - holds a file still for the time of one statement.
//
// Between looking whether another program has written and running the statement on the twin, another program could
// write: the engines would then answer about different data. So a single statement on a file runs inside a
// transaction of the twin's own, unless the user has one open already.
#pragma once

#include "oracle/twin.h"

namespace leftmost::oracle {

class TwinTransaction {
 public:
  TwinTransaction() = default;
  TwinTransaction(const TwinTransaction&) = delete;
  TwinTransaction& operator=(const TwinTransaction&) = delete;
  ~TwinTransaction() {
    // Reached without commit() when something failed; where SQLite has rolled back by itself there is nothing to end.
    if (twin_ != nullptr && !twin_->is_autocommit()) (void)twin_->execute("ROLLBACK");
  }

  /// Does nothing if a transaction is open. For a statement that writes the file's write lock is taken at once, as it
  /// would be in vain to write on our side first. Errors: kBusy, kIoError.
  Expected<void> begin(Twin& twin, bool writes) {
    if (!twin.is_autocommit()) return {};
    if (auto begun = twin.execute(writes ? "BEGIN IMMEDIATE" : "BEGIN"); !begun) return begun;
    twin_ = &twin;
    return {};
  }

  /// Errors: kBusy (a reader elsewhere holds the file), kFull, kIoError; the transaction is rolled back then.
  Expected<void> commit() {
    if (twin_ == nullptr) return {};
    Twin& twin = *twin_;
    if (!twin.is_autocommit()) {
      if (auto committed = twin.execute("COMMIT"); !committed) return committed;  // the destructor rolls back
    }
    twin_ = nullptr;
    return {};
  }

 private:
  Twin* twin_ = nullptr;
};

}  // namespace leftmost::oracle
