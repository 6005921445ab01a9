#include "engine/functions/json_document.h"

#include <array>

namespace leftmost::engine {

std::string_view name_of(JsonType type) {
  constexpr std::array<std::string_view, 8> kNames{"null", "true", "false", "integer",
                                                   "real", "text", "array", "object"};
  return kNames[static_cast<std::size_t>(type)];
}

JsonId JsonDocument::add(JsonId parent, JsonType type, std::string_view text) {
  if ((nodes_.size() + 1) * sizeof(JsonNode) > run_.memory_bytes_max() || nodes_.size() + 1 >= kNoJson) {
    run_.fail(ErrorCode::kNoMemory, "out of memory");
    return kNoJson;
  }
  const auto id = static_cast<JsonId>(nodes_.size());
  JsonNode& made = nodes_.emplace_back();
  made.type = type;
  made.text = text;
  made.parent = parent;
  if (parent != kNoJson) {
    JsonNode& up = nodes_[parent];
    if (up.first == kNoJson) {
      up.first = id;
    } else {
      nodes_[up.last].next = id;
    }
    up.last = id;
  }
  return id;
}

JsonId JsonDocument::append(JsonId parent, JsonType type, std::string_view text) {
  const JsonId id = add(parent, type, text);
  if (id != kNoJson) nodes_[id].is_appended = true;
  return id;
}

void JsonDocument::drop_appended(JsonId id) {
  JsonNode& container = nodes_[id];
  JsonId last_kept = kNoJson;
  for (JsonId child = container.first; child != kNoJson && !nodes_[child].is_appended;
       child = nodes_[child].next) {
    last_kept = child;
  }
  container.last = last_kept;
  if (last_kept == kNoJson) {
    container.first = kNoJson;
  } else {
    nodes_[last_kept].next = kNoJson;
  }
}

void JsonDocument::take_content(JsonId id, JsonId source) {
  const JsonNode from = nodes_[source];
  JsonNode& to = nodes_[id];
  to.type = from.type;
  to.text = from.text;
  to.has_escape = from.has_escape;
  to.first = from.first;
  to.last = from.last;
  for (JsonId child = to.first; child != kNoJson; child = nodes_[child].next) nodes_[child].parent = id;
}

}  // namespace leftmost::engine
