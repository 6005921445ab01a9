// The scalar JSON functions of SQLite 3.40.1 and the operators -> and ->>, which are functions of those
// names.
#include <string>

#include "engine/functions/function_table.h"
#include "engine/functions/json_document.h"
#include "engine/functions/json_patch.h"
#include "engine/functions/json_path.h"
#include "engine/functions/json_writer.h"
#include "engine/functions/operators.h"
#include "engine/functions/utf8.h"

namespace leftmost::engine {
namespace {

using storage::Value;
using Arguments = std::span<const Value>;

std::string_view text_of(CallContext& call, Value value) { return text_value(value, call.run.results()); }

Value json_quote(CallContext& call, Arguments a) {
  JsonWriter writer(call.run);
  writer.append_value(a[0]);
  return writer.result();
}

Value json_array(CallContext& call, Arguments a) {
  JsonWriter writer(call.run);
  writer.append("[");
  for (const Value value : a) {
    writer.append_separator();
    writer.append_value(value);
  }
  writer.append("]");
  return writer.result();
}

Value json_object(CallContext& call, Arguments a) {
  if (a.size() % 2 != 0) {
    return call.run.fail(ErrorCode::kError, "json_object() requires an even number of arguments");
  }
  for (std::size_t i = 0; i < a.size(); i += 2) {
    if (!a[i].is_text()) return call.run.fail(ErrorCode::kError, "json_object() labels must be TEXT");
  }
  JsonWriter writer(call.run);
  writer.append("{");
  for (std::size_t i = 0; i < a.size(); i += 2) {
    writer.append_separator();
    writer.append_text(a[i].as_bytes());
    writer.append(":");
    writer.append_value(a[i + 1]);
  }
  writer.append("}");
  return writer.result();
}

Value json_valid(CallContext& call, Arguments a) {
  if (a[0].is_null()) return Value::integer(0);
  JsonDocument document(call.run);
  return Value::boolean(document.parse(text_of(call, a[0]), true) != kNoJson);
}

/// The document that is the first argument, and the node that a second argument names.
struct Looked {
  JsonDocument document;
  JsonId id = kNoJson;  ///< kNoJson: nothing to answer from

  Looked(CallContext& call, Arguments a) : document(call.run) {
    if (a[0].is_null()) return;
    const JsonId root = document.parse(text_of(call, a[0]));
    if (root == kNoJson || a.size() == 1) {
      id = root;
    } else if (!a[1].is_null()) {
      id = find_json(document, root, text_of(call, a[1]), false, call.run).id;
    }
  }
};

Value json_type(CallContext& call, Arguments a) {
  const Looked looked(call, a);
  return looked.id == kNoJson ? Value::null() : Value::text(name_of(looked.document.node(looked.id).type));
}

Value json_array_length(CallContext& call, Arguments a) {
  const Looked looked(call, a);
  if (looked.id == kNoJson) return Value::null();
  const JsonNode& array = looked.document.node(looked.id);
  std::int64_t length = 0;
  if (array.type == JsonType::kArray) {
    for (JsonId child = array.first; child != kNoJson; child = looked.document.node(child).next) ++length;
  }
  return Value::integer(length);
}

// With several paths an array of what they find.
Value json_extract(CallContext& call, Arguments a) {
  if (a.size() < 2 || a[0].is_null()) return Value::null();
  if (a.size() == 2) {
    const Looked looked(call, a);
    return looked.id == kNoJson ? Value::null() : sql_value_of(looked.document, looked.id, call.run);
  }
  JsonDocument document(call.run);
  const JsonId root = document.parse(text_of(call, a[0]));
  JsonWriter writer(call.run);
  writer.append("[");
  for (const Value path : a.subspan(1)) {
    if (call.run.failed()) return Value::null();
    JsonFound found;
    if (!path.is_null()) found = find_json(document, root, text_of(call, path), false, call.run);
    writer.append_separator();
    if (found.id == kNoJson) {
      writer.append("null");
    } else {
      writer.append_node(document, found.id);
    }
  }
  writer.append("]");
  return writer.result();
}

// What stands right of an arrow may leave out the `$`: 3 is $[3], a is $.a, [3] is $[3].
std::string whole_path(std::string_view path) {
  if (!path.empty() && path[0] == '$') return std::string(path);
  if (!path.empty() && path[0] >= '0' && path[0] <= '9') return "$[" + std::string(path) + "]";
  return (!path.empty() && path[0] == '[' ? "$" : "$.") + std::string(path);
}

template <bool kAsJson>
Value json_arrow(CallContext& call, Arguments a) {
  if (a[0].is_null()) return Value::null();
  JsonDocument document(call.run);
  const JsonId root = document.parse(text_of(call, a[0]));
  if (root == kNoJson || a[1].is_null()) return Value::null();
  const std::string path = whole_path(until_nul(text_of(call, a[1])));
  const JsonId found = find_json(document, root, path, false, call.run).id;
  if (found == kNoJson) return Value::null();
  if (!kAsJson) return sql_value_of(document, found, call.run).with_subtype(0);
  JsonWriter writer(call.run);
  writer.append_node(document, found);
  return writer.result();
}

// json() is this with the document alone.
Value json_remove(CallContext& call, Arguments a) {
  if (a.empty() || a[0].is_null()) return Value::null();
  JsonDocument document(call.run);
  const JsonId root = document.parse(text_of(call, a[0]));
  if (root == kNoJson) return Value::null();
  for (const Value path : a.subspan(1)) {
    if (path.is_null()) return Value::null();
    const JsonId found = find_json(document, root, text_of(call, path), false, call.run).id;
    if (call.run.failed()) return Value::null();
    if (found != kNoJson) document.node(found).is_removed = true;
  }
  if (document.node(root).is_removed) return Value::null();
  JsonWriter writer(call.run);
  writer.append_node(document, root);
  return writer.result();
}

/// What json_insert, json_replace and json_set do with a path.
enum class Edit : std::uint8_t { kInsert, kReplace, kSet };

template <Edit kEdit>
Value json_edit(CallContext& call, Arguments a) {
  if (a.empty()) return Value::null();
  if (a.size() % 2 == 0) {
    return call.run.fail(ErrorCode::kError, std::string(call.name) + "() needs an odd number of arguments");
  }
  if (a[0].is_null()) return Value::null();
  JsonDocument document(call.run);
  const JsonId root = document.parse(text_of(call, a[0]));
  if (root == kNoJson) return Value::null();
  for (std::size_t i = 1; i < a.size(); i += 2) {
    if (a[i].is_null()) continue;
    const bool may_append = kEdit != Edit::kReplace;
    const JsonFound found = find_json(document, root, text_of(call, a[i]), may_append, call.run);
    if (call.run.failed()) return Value::null();
    if (found.id == kNoJson || (kEdit == Edit::kInsert && !found.is_new)) continue;
    document.node(found.id).replacement = static_cast<std::uint8_t>(i + 1);
  }
  if (document.node(root).replacement != 0) return a[document.node(root).replacement];
  JsonWriter writer(call.run);
  writer.append_node(document, root, a);
  return writer.result();
}

Value json_merge_patch(CallContext& call, Arguments a) {
  if (a[0].is_null()) return Value::null();
  JsonDocument document(call.run);
  const JsonId target = document.parse(text_of(call, a[0]));
  if (target == kNoJson || a[1].is_null()) return Value::null();
  const JsonId patch = document.parse(text_of(call, a[1]));
  if (patch == kNoJson) return Value::null();
  patch_json(document, target, patch);
  JsonWriter writer(call.run);
  writer.append_node(document, target);
  return writer.result();
}

}  // namespace

void add_json_functions(FunctionTable& table) {
  constexpr int kAny = kFunctionArgumentsMax;
  table.scalar("json", 1, 1, json_remove);
  table.scalar("json_array", 0, kAny, json_array);
  table.scalar("json_array_length", 1, 2, json_array_length);
  table.scalar("json_extract", 0, kAny, json_extract).role = planner::FunctionRole::kJsonExtract;
  table.scalar("->", 2, 2, json_arrow<true>).role = planner::FunctionRole::kJsonArrow;
  table.scalar("->>", 2, 2, json_arrow<false>).role = planner::FunctionRole::kJsonArrowText;
  table.scalar("json_insert", 0, kAny, json_edit<Edit::kInsert>);
  table.scalar("json_object", 0, kAny, json_object);
  table.scalar("json_patch", 2, 2, json_merge_patch);
  table.scalar("json_quote", 1, 1, json_quote);
  table.scalar("json_remove", 0, kAny, json_remove);
  table.scalar("json_replace", 0, kAny, json_edit<Edit::kReplace>);
  table.scalar("json_set", 0, kAny, json_edit<Edit::kSet>);
  table.scalar("json_type", 1, 2, json_type);
  table.scalar("json_valid", 1, 1, json_valid);
}

}  // namespace leftmost::engine
