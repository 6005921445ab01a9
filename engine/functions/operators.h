// engine/functions/operators.h - SQL's operators on values, without expressions around them.
//
// Three-valued logic: NULL in, NULL out, except where said otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/functions/statement_run.h"
#include "storage/affinity.h"
#include "storage/collation.h"
#include "storage/value.h"

namespace leftmost::engine {

// How a value is read where a number is wanted: the longest numeric prefix of text and blobs, 0 without one.

/// For operators: INTEGER where the text is an integer, otherwise REAL. NULL stays NULL.
storage::Value numeric_value(storage::Value value);
double real_value(storage::Value value);            ///< NULL is 0.0
std::int64_t integer_value(storage::Value value);   ///< toward zero, saturated; NULL is 0
/// Text as SQL shows it: numbers are written out, blobs are taken as they are, NULL is empty. New text is in `arena`.
std::string_view text_value(storage::Value value, storage::Arena& arena);

/// Nothing for NULL.
std::optional<bool> truth(storage::Value value);

// Integer results that overflow become reals; division and remainder by zero are NULL.
storage::Value add(storage::Value a, storage::Value b);
storage::Value subtract(storage::Value a, storage::Value b);
storage::Value multiply(storage::Value a, storage::Value b);
storage::Value divide(storage::Value a, storage::Value b);
storage::Value remainder(storage::Value a, storage::Value b);
storage::Value negate(storage::Value a);

storage::Value bit_and(storage::Value a, storage::Value b);
storage::Value bit_or(storage::Value a, storage::Value b);
storage::Value bit_not(storage::Value a);
/// A negative count shifts the other way; right shifts keep the sign.
storage::Value shift_left(storage::Value a, storage::Value b);
storage::Value shift_right(storage::Value a, storage::Value b);

/// a || b || ...: TEXT, whatever the operands are; NULL if one of them is. The operands become texts on the way.
/// Errors (sticky): `string or blob too big`.
storage::Value concat(std::span<storage::Value> operands, StatementRun& run);

/// CAST to the affinity of the type. New text is in run.results().
storage::Value cast(storage::Value value, storage::Affinity affinity, StatementRun& run);

/// Order of two values after the comparison's affinity is applied to them. Requires: neither is NULL.
int compare_values(storage::Value a, storage::Value b, storage::Affinity affinity, storage::Collation collation);

}  // namespace leftmost::engine
