// Readers on snapshots beside one writer; meant for the thread sanitizer.
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "storage/cursor.h"
#include "tests/catch.h"

using namespace leftmost::storage;

TEST_CASE("readers on snapshots never see a writer at work", "[btree][threads]") {
  // Every published tree holds rowids 0..n-1 with equal sums: n entries whose values add up to what column 1
  // says.
  constexpr int kRounds = 300;
  BTree published({512, 2, true});
  std::mutex publishing;
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::atomic<int> reads{0};

  const auto read = [&] {
    while (!done.load()) {
      BTree snapshot = [&] {
        const std::lock_guard<std::mutex> lock(publishing);
        return published;
      }();
      std::int64_t sum = 0;
      std::uint64_t entries = 0;
      std::int64_t round = -1;
      Cursor cursor(snapshot);
      LeafBatch batch;
      while (cursor.next_batch(batch)) {
        const ColumnView value = batch.column(0);
        const ColumnView written_in = batch.column(1);
        for (std::size_t slot = batch.first; slot < batch.last; ++slot, ++entries) {
          sum += value.value(slot).as_integer();
          const std::int64_t seen = written_in.value(slot).as_integer();
          if (round >= 0 && seen != round) ++wrong;
          round = seen;
        }
      }
      if (entries != snapshot.size() || sum != round * static_cast<std::int64_t>(entries)) {
        if (entries > 0) ++wrong;
      }
      ++reads;
    }
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) readers.emplace_back(read);

  BTree working({512, 2, true});
  for (int round = 1; round <= kRounds; ++round) {
    // Rows come and go, and all of them are rewritten: many splits, merges and page copies.
    const std::int64_t rows = 20 + (round * 37) % 200;
    for (std::int64_t rowid = 0; rowid < 220; ++rowid) {
      const Value row[] = {Value::integer(round), Value::integer(round)};
      if (rowid < rows) {
        working.insert_or_replace(RowidKey(rowid).view(), row);
      } else {
        working.erase(RowidKey(rowid).view());
      }
    }
    const std::lock_guard<std::mutex> lock(publishing);
    published = working;
  }
  while (reads.load() < 3) std::this_thread::yield();
  done = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
  CHECK(working.check().empty());
}
