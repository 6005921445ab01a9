// planner/reason_words.h - how the texts of reasons name tables, indexes and numbers; expressions:
// expr_text.h.
//
// Made while the record is written, for people only: nothing is decided by them. Every function returns a
// string of bounded length, however long the statement is.
#pragma once

#include <string>

#include "planner/query.h"
#include "storage/log_est.h"

namespace leftmost::planner {

/// `1,048,576`
std::string words_of_count(std::uint64_t count);
/// `an estimated 1,048,576 rows`
std::string words_of_rows(storage::LogEst rows);

/// As the statement calls it: the alias, else the name, else `the subquery`.
std::string words_of_item(const Item& item);
/// The index's name, or `the rowid` for the table's own b-tree.
std::string words_of_index(const RelationIndex* index);

}  // namespace leftmost::planner
