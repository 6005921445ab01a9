// engine/functions/json_patch.h - RFC 7396 merge patch, with what SQLite 3.40.1 makes of keys that occur
// twice.
#pragma once

#include "engine/functions/json_document.h"

namespace leftmost::engine {

/// Changes `target` as `patch` says; both are of `document`, and `patch` is used up. The first of equal keys
/// is the one that counts; a key that is new is appended each time, and an object that is merged twice loses
/// what the first time appended to it. Errors: `out of memory`.
void patch_json(JsonDocument& document, JsonId target, JsonId patch);

}  // namespace leftmost::engine
