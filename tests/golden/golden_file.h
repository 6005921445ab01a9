// tests/golden/golden_file.h - the format of the golden files: claims, statements, and what a user sees.
//
//   # A gap: no term on status, so day cannot narrow the search.
//   explain
//   SELECT id FROM orders WHERE region = 'eu' AND day > 100;
//   ----
//   SEARCH orders USING COVERING INDEX orders_rsd (region=?)
//
// A block is a command on a line of its own, its SQL up to a line `----`, and the expected output up to the next empty
// line. Lines that begin with `#` between blocks are kept. One file is one database, its blocks run in order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/error.h"

namespace leftmost::golden {

struct Block {
  std::size_t line = 0;   ///< of the command, from 1
  std::string preamble;   ///< comments and empty lines before it, as they are
  std::string command;
  std::string sql;
  std::string expected;   ///< without the empty line that ends it; every line ends with a newline
};

struct GoldenFile {
  std::string path;
  std::vector<Block> blocks;
  std::string tail;  ///< comments after the last block
};

/// Errors: kError - cannot be read, a block without `----`, an empty command. The message names file and line.
Expected<GoldenFile> read_golden_file(const std::string& path);

/// The SQL blocks of a document, without expected output: ```sql is a `setup` (everything succeeds), of
/// ```sql not supported every line is an `unsupported`. Errors: kCantOpen - cannot be read.
Expected<GoldenFile> read_document(const std::string& path);

/// The file's text with these outputs, one per block.
std::string to_text(const GoldenFile& file, const std::vector<std::string>& outputs);

}  // namespace leftmost::golden
