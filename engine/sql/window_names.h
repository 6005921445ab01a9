// engine/sql/window_names.h - windows that go by a name: OVER w, OVER (w ORDER BY x), WINDOW v AS (w ...).
#pragma once

#include <span>
#include <string>

#include "engine/sql/syntax.h"

namespace leftmost::engine::sql {

/// The definition of that name (without case) that was written last; null if there is none.
const Window* find_window(std::span<const Window> definitions, std::string_view name);
/// What SQLite says when there is none.
std::string no_such_window(std::string_view name);

/// Gives `window` what its base has: the partition, and the order if it has none of its own. Afterwards it
/// has no base. The answer is SQLite's error, empty if there is none (also where there is no base).
std::string extend_window(Window& window, std::span<const Window> definitions);

}  // namespace leftmost::engine::sql
