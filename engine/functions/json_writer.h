// engine/functions/json_writer.h - JSON text: what documents and SQL values look like as JSON, and what JSON
// is as SQL values.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/functions/json_document.h"
#include "engine/functions/statement_run.h"
#include "storage/value.h"

namespace leftmost::engine {

class JsonWriter {
 public:
  explicit JsonWriter(StatementRun& run) : run_(run) {}

  void append(std::string_view json);
  /// In quotes, with the escapes that it needs.
  void append_text(std::string_view text);
  /// NULL is null; texts are quoted unless they are JSON themselves. Errors: `JSON cannot hold BLOB values`.
  void append_value(storage::Value value);
  /// A comma, unless something has just been opened or nothing is there.
  void append_separator();
  /// A node with all below it, without what is removed; replacements are taken from `arguments`.
  void append_node(const JsonDocument& document, JsonId id, std::span<const storage::Value> arguments = {});

  std::string_view text() const { return text_; }
  /// All of it as a value that JSON functions know as JSON. NULL after an error (`string or blob too big`).
  storage::Value result();

 private:
  /// What is written for the node alone; containers are opened.
  void open_node(const JsonNode& node, std::span<const storage::Value> arguments);

  StatementRun& run_;
  std::string text_;
};

/// A node as SQL sees it: numbers, texts without quotes and escapes, 1 and 0, NULL; arrays and objects as
/// JSON.
storage::Value sql_value_of(const JsonDocument& document, JsonId id, StatementRun& run);

}  // namespace leftmost::engine
