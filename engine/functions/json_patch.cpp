#include "engine/functions/json_patch.h"

namespace leftmost::engine {
namespace {

JsonId value_of(const JsonDocument& document, JsonId label) { return document.node(label).next; }
JsonId next_label(const JsonDocument& document, JsonId label) {
  return document.node(value_of(document, label)).next;
}

// Within objects alone: an object in an array keeps its nulls. Nesting is bounded by the parser.
void remove_nulls(JsonDocument& document, JsonId object) {
  for (JsonId label = document.node(object).first; label != kNoJson; label = next_label(document, label)) {
    JsonNode& value = document.node(value_of(document, label));
    if (value.type == JsonType::kNull) value.is_removed = true;
    if (value.type == JsonType::kObject) remove_nulls(document, value_of(document, label));
  }
}

void replace(JsonDocument& document, JsonId target, JsonId patch) {
  if (document.node(patch).type == JsonType::kObject) remove_nulls(document, patch);
  document.take_content(target, patch);
  document.node(target).is_settled = true;
}

/// The label of `object`'s own text that is written like `wanted`.
JsonId find_label(const JsonDocument& document, JsonId object, JsonId wanted) {
  for (JsonId label = document.node(object).first; label != kNoJson; label = next_label(document, label)) {
    if (document.node(label).is_appended) break;
    if (document.node(label).text == document.node(wanted).text) return label;
  }
  return kNoJson;
}

void merge(JsonDocument& document, JsonId target, JsonId patch) {
  bool has_appended = false;
  for (JsonId label = document.node(patch).first; label != kNoJson;) {
    const JsonId value = value_of(document, label);
    const JsonId next = next_label(document, label);
    const bool is_null = document.node(value).type == JsonType::kNull;
    const JsonId found = find_label(document, target, label);
    if (found != kNoJson) {
      const JsonId old = value_of(document, found);
      const bool both_objects =
          document.node(value).type == JsonType::kObject && document.node(old).type == JsonType::kObject;
      if (document.node(old).is_settled) {
        // the first of equal keys has been here
      } else if (is_null) {
        document.node(old).is_removed = document.node(old).is_settled = true;
      } else if (both_objects) {
        merge(document, old, value);
      } else {
        replace(document, old, value);
      }
    } else if (!is_null) {
      if (!has_appended) document.drop_appended(target);
      has_appended = true;
      const JsonId made_label = document.append(target, JsonType::kText, document.node(label).text);
      const JsonId made = made_label == kNoJson ? kNoJson : document.append(target, JsonType::kNull);
      if (made == kNoJson) return;
      document.node(made_label).is_label = true;
      replace(document, made, value);
    }
    label = next;
  }
}

}  // namespace

void patch_json(JsonDocument& document, JsonId target, JsonId patch) {
  const bool is_object = document.node(patch).type == JsonType::kObject;
  if (is_object && document.node(target).type == JsonType::kObject) {
    merge(document, target, patch);
  } else {
    replace(document, target, patch);
  }
}

}  // namespace leftmost::engine
