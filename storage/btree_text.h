// storage/btree_text.h - keys as people read them, for the drawing of a tree and for the sentences of
// check(). Internal to storage/.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "storage/btree.h"

namespace leftmost::storage {

/// `17` in a rowid tree, `'Smith' | 17` with columns, `x'30..'` without.
std::string key_for_people(std::string_view key, const TreeShape& shape, std::span<const KeyColumn> columns);

}  // namespace leftmost::storage
