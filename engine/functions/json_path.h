// engine/functions/json_path.h - paths into a JSON document: $ then .key, ."key", [N], [#] and [#-N].
//
// A key is compared with a label as that is written, escapes and all. Steps are read one at a time: what
// stands behind a step that finds nothing is not looked at, so that no error is in it.
#pragma once

#include <string_view>

#include "engine/functions/json_document.h"

namespace leftmost::engine {

struct JsonFound {
  JsonId id = kNoJson;  ///< kNoJson: nothing is there
  bool is_new = false;  ///< it was appended for this path
};

/// The node at `path` (up to its first NUL) below `root`. With `may_append` what is missing is appended where
/// it can be: a key of an object or the place behind the last element of an array, and all that the rest of
/// the path says, if that is keys and [0] only. A node that is replaced has nothing below it. Errors: `JSON
/// path error near '...'`, `out of memory`, in `run`; the answer is then kNoJson.
JsonFound find_json(JsonDocument& document, JsonId root, std::string_view path, bool may_append,
                    StatementRun& run);

}  // namespace leftmost::engine
