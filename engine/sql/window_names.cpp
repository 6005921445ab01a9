#include "engine/sql/window_names.h"

#include "storage/collation.h"

namespace leftmost::engine::sql {

const Window* find_window(std::span<const Window> definitions, std::string_view name) {
  for (std::size_t i = definitions.size(); i-- > 0;) {
    if (storage::equals_ignoring_case(definitions[i].name.text, name)) return &definitions[i];
  }
  return nullptr;
}

std::string no_such_window(std::string_view name) { return "no such window: " + std::string(name); }

std::string extend_window(Window& window, std::span<const Window> definitions) {
  if (window.base.empty()) return {};
  const Window* base = find_window(definitions, window.base.text);
  if (base == nullptr) return no_such_window(window.base.text);
  const char* overridden = nullptr;
  if (!window.partition_by.empty()) {
    overridden = "PARTITION clause";
  } else if (!base->order_by.empty() && !window.order_by.empty()) {
    overridden = "ORDER BY clause";
  } else if (base->has_frame) {
    overridden = "frame specification";
  }
  if (overridden != nullptr) {
    return "cannot override " + std::string(overridden) + " of window: " + std::string(window.base.text);
  }
  window.partition_by = base->partition_by;
  if (!base->order_by.empty()) window.order_by = base->order_by;
  window.base = {};
  return {};
}

}  // namespace leftmost::engine::sql
