// engine/functions/json_document.h - JSON text as a tree of nodes (RFC 8259 as SQLite 3.40.1 reads it: no
// JSON5).
//
//   {"a": [1, "x"]}      0 object   <- 1 label "a"   2 array   <- 3 integer 1   4 text "x"
//
// Nodes are numbered in the order of the text, labels too: those numbers are what json_tree() shows as `id`.
// A node keeps its text as it was written (1.50e+2, "\u00e9"), so that what is not touched comes out as it
// went in. Children are a linked list (in an object label and value take turns), so that values can be
// appended, removed and replaced in place.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/functions/statement_run.h"
#include "storage/value.h"

namespace leftmost::engine {

using JsonId = std::uint32_t;
inline constexpr JsonId kNoJson = UINT32_MAX;

/// Marks a text as JSON for the JSON functions that it is handed to (storage::Value::subtype()).
inline constexpr std::uint8_t kJsonSubtype = 'J';

/// Containers nest at most this deep.
inline constexpr std::size_t kJsonDepthMax = 2000;

enum class JsonType : std::uint8_t { kNull, kTrue, kFalse, kInteger, kReal, kText, kArray, kObject };
/// null, true, false, integer, real, text, array, object.
std::string_view name_of(JsonType type);

struct JsonNode {
  JsonType type = JsonType::kNull;
  bool is_label = false;
  bool is_raw = false;      ///< kText: `text` is the content itself, without quotes and escapes
  bool has_escape = false;  ///< kText: with a backslash
  bool is_removed = false;
  bool is_appended = false;      ///< was not in the text
  bool is_settled = false;       ///< json_patch() has decided about it
  std::uint8_t replacement = 0;  ///< number of the argument that takes its place; 0: none
  std::string_view text;         ///< numbers and texts: as written, with the quotes
  JsonId parent = kNoJson;
  JsonId next = kNoJson;   ///< the child behind it
  JsonId first = kNoJson;  ///< containers: their children
  JsonId last = kNoJson;
  bool is_container() const { return type >= JsonType::kArray; }
};

class JsonDocument {
 public:
  /// Errors go to `run`: `malformed JSON`, `out of memory`.
  explicit JsonDocument(StatementRun& run) : run_(run) {}

  /// Adds the nodes of `text` (up to its first NUL, which must outlive the document) and returns its root;
  /// kNoJson after an error. With `is_probe` malformed text is none.
  JsonId parse(std::string_view text, bool is_probe = false);

  const JsonNode& node(JsonId id) const { return nodes_[id]; }
  JsonNode& node(JsonId id) { return nodes_[id]; }
  std::size_t size() const { return nodes_.size(); }

  /// Adds a node at the end of `parent`'s children. kNoJson after an error. The second adds one that was not
  /// in the text.
  JsonId add(JsonId parent, JsonType type, std::string_view text = {});
  JsonId append(JsonId parent, JsonType type, std::string_view text = {});
  /// Takes away what was appended to `id`.
  void drop_appended(JsonId id);
  /// Puts the content of `source` in the place of `id`; `source` is not to be used any more.
  void take_content(JsonId id, JsonId source);

 private:
  StatementRun& run_;
  std::vector<JsonNode> nodes_;
};

}  // namespace leftmost::engine
