// planner/json_spelling.h - one place in a JSON document has many spellings: body ->> 'k', body ->> '$.k',
// json_extract(body, '$.k'). An index is found under one of them only.
#pragma once

#include <optional>
#include <string>

#include "planner/expr.h"

namespace leftmost::planner {

struct JsonExtraction {
  const Expr* document = nullptr;
  std::string path;         ///< the whole path, keys without quotes that they do not need: `$.k[0]`
  bool gives_json = false;  ///< `->`: JSON text, where the others give the value
};

/// What `expr` takes out of JSON; nothing if it is no extraction, or if its path is no literal.
std::optional<JsonExtraction> json_extraction(const Expr* expr);

/// Two different spellings of the same place of the same document. `self`: what kSelfItem stands for.
bool same_json_place(const JsonExtraction& a, const JsonExtraction& b, ItemId self);

}  // namespace leftmost::planner
