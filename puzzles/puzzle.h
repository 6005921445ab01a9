// puzzles/puzzle.h - a puzzle: a schema, made-up data, a question about some queries. No answer: that is
// computed.
//
// docs/formats/puzzle.md describes the file (TOML). A puzzle is read from text, so that the ones of the
// library can be part of the program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "puzzles/data_generator.h"
#include "storage/error.h"

namespace leftmost::puzzles {

/// What the question asks of the queries; how it is judged stands in verdict.h.
enum class Question : std::uint8_t {
  kWhichIsSlow,  ///< which of the queries steps onto far more than it returns
};

struct Query {
  std::string name;  ///< `A`
  std::string sql;
};

/// A change of a query that shows where its rule ends: played after the answer.
struct Variant {
  std::string of;  ///< name of the query that it changes
  std::string name;
  std::string sql;
  std::string title;  ///< what is different, as a question or statement
};

struct Puzzle {
  std::string name;  ///< `left_prefix`
  std::string title;
  std::string question;  ///< a paragraph for the reader
  Question asks = Question::kWhichIsSlow;
  std::vector<std::string> schema;  ///< statements before the data
  std::vector<TableData> data;
  std::vector<std::string> indexes;  ///< statements after the data
  std::vector<Query> queries;
  std::vector<std::string> choices;  ///< names of queries, `both`, `neither`
  std::vector<Variant> variants;
};

/// Errors: kError with `line N: ...` - no TOML, a key that the format does not have, one that is missing or
/// of the wrong type, a choice or variant that names no query.
Expected<Puzzle> read_puzzle(std::string_view toml);

}  // namespace leftmost::puzzles
