// engine/exec/statement_cache.h - prepared statements that nobody holds any more, for whoever prepares the
// same text again.
//
//   give_back()   what a Statement had when it went: kept if preparing took a good part of its time, the one
//   that was not
//                 asked for the longest goes
//   take()        a statement of that very text that preparing now would make again: same schema and
//   statistics, settings
//                 and functions, no planned values. It is then the taker's alone.
//
// Only SELECT, INSERT, UPDATE and DELETE are kept: they do all their work when they run.
#pragma once

#include <memory>
#include <string_view>

#include "engine/exec/compiled_statement.h"

namespace leftmost::engine {

class StatementCache {
 public:
  /// Null if there is none.
  std::unique_ptr<CompiledStatement> take(const Connection& connection, std::string_view text);
  /// Requires: the statement does not run.
  void give_back(std::unique_ptr<CompiledStatement> statement);
  std::size_t size() const { return entries_.size(); }
  /// Keeps nothing from now on: the connection goes.
  void close();

 private:
  struct Entry {
    std::size_t hash = 0;  // of the text
    std::uint64_t given_back = 0;
    std::unique_ptr<CompiledStatement> statement;
  };
  void drop(std::size_t at);
  void drop_oldest();

  storage::LookasideVector<Entry> entries_;
  std::uint64_t clock_ = 0;
  std::size_t statements_max_ = 0;  // Limits::statements_kept, as take() saw it
};

}  // namespace leftmost::engine
