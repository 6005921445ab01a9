#include "puzzles/play.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace leftmost::puzzles {
namespace {

// The fastest of a few runs: what the statement costs, without what else the machine was doing.
constexpr int kTimedRuns = 5;

Expected<void> fill(oracle::Session& session, const TableData& data) {
  std::string sql = fmt::format("INSERT INTO {}(", advice::sql_name(data.table));
  std::string places;
  for (const ColumnData& column : data.columns) {
    if (!places.empty()) sql += ", ", places += ", ";
    sql += advice::sql_name(column.name);
    places += '?';
  }
  sql += fmt::format(") VALUES ({})", places);
  auto prepared = session.prepare_next(sql);
  if (prepared.error) return Unexpected(*prepared.error);
  DataGenerator generator(data);
  for (std::uint64_t row = 0; row < data.rows; ++row) {
    const auto& values = generator.next();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (auto bound = prepared.statement->bind(static_cast<int>(i) + 1, values[i].view()); !bound)
        return bound;
    }
    const oracle::Outcome outcome = prepared.statement->run();
    if (outcome.error) return Unexpected(*outcome.error);
    if (!outcome.agreement.agrees()) return fail(ErrorCode::kInternal, outcome.agreement.to_text());
  }
  return {};
}

}  // namespace

Expected<Board> set_up(const Puzzle& puzzle) {
  Board board;
  auto session = oracle::Session::open({});
  if (!session) return Unexpected(session.error());
  board.session = std::move(*session);
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string& sql : puzzle.schema) {
    if (auto done = board.session->execute(sql); !done) return Unexpected(done.error());
  }
  if (auto done = board.session->execute("BEGIN"); !done) return Unexpected(done.error());
  for (const TableData& data : puzzle.data) {
    if (auto done = fill(*board.session, data); !done) return Unexpected(done.error());
    board.rows += data.rows;
  }
  if (auto done = board.session->execute("COMMIT"); !done) return Unexpected(done.error());
  for (const std::string& sql : puzzle.indexes) {
    if (auto done = board.session->execute(sql); !done) return Unexpected(done.error());
  }
  const auto taken = std::chrono::steady_clock::now() - begin;
  board.milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(taken).count();
  return board;
}

Expected<Played> play(Board& board, const std::string& name, const std::string& sql, bool suggestions) {
  advice::ExplainOptions options;
  options.suggestions = suggestions;
  auto explained = advice::explain_next(*board.session, sql, options);
  if (!explained) return Unexpected(explained.error());
  if (!explained->explanation) return fail(ErrorCode::kError, fmt::format("query {} is empty", name));
  if (explained->explanation->run_error) return Unexpected(*explained->explanation->run_error);
  Played played;
  played.name = name;
  played.explanation = std::move(*explained->explanation);

  auto prepared = board.session->prepare_next(sql);
  if (prepared.error) return Unexpected(*prepared.error);
  for (int run = 0; run < kTimedRuns; ++run) {
    const oracle::Outcome outcome = prepared.statement->run();
    if (outcome.error) return Unexpected(*outcome.error);
    const oracle::Agreement& agreement = outcome.agreement;
    if (run == 0 || agreement.nanoseconds_ours < played.nanoseconds_ours) {
      played.nanoseconds_ours = agreement.nanoseconds_ours;
    }
    if (run == 0 || agreement.nanoseconds_sqlite < played.nanoseconds_sqlite) {
      played.nanoseconds_sqlite = agreement.nanoseconds_sqlite;
    }
  }
  return played;
}

}  // namespace leftmost::puzzles
