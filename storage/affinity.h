// storage/affinity.h - column affinity: which storage class a column would like its values to have
// (https://www.sqlite.org/datatype3.html section 3).
//
//   declared type   ->  affinity and a width estimate       describe_type("VARCHAR(100)") = {kText, 26}
//   value, affinity ->  the value that the column stores    apply_affinity('12', kInteger) = 12
//
// Affinity never refuses a value: what cannot become what the column would like is stored as it is.
#pragma once

#include <cstdint>
#include <string_view>

#include "storage/value.h"

namespace leftmost::storage {

class Arena;

/// kBlob is what SQLite also calls "no affinity": values stay as they are.
enum class Affinity : std::uint8_t { kBlob, kText, kNumeric, kInteger, kReal };

struct TypeDescription {
  Affinity affinity = Affinity::kBlob;
  /// SQLite's guess at the width of one value in units of 4 bytes, 1..255. Only cost estimates read it.
  std::uint8_t width = 1;
};

/// What SQLite derives from a declared column type, which may be empty. Any text is a type.
TypeDescription describe_type(std::string_view declared_type);

/// The value that a column of this affinity stores for `value`:
///   kText     numbers become text (%!.15g for reals)
///   kNumeric, kInteger
///             text that is a number from end to end becomes one; integral reals become integers
///   kReal     as kNumeric, and then integers become reals
///   kBlob     nothing changes
/// NULL and blobs never change. Text that is made here lives in `arena`.
Value apply_affinity(Value value, Affinity affinity, Arena& arena);

/// The conversion that precedes a comparison: as above, except that kReal means kNumeric (reals and integers
/// compare by value, so nothing is gained by making 1 a 1.0) and that an integral real stays a real.
Value apply_comparison_affinity(Value value, Affinity affinity, Arena& arena);

constexpr bool is_numeric_affinity(Affinity affinity) { return affinity >= Affinity::kNumeric; }

/// `BLOB`, `TEXT`, ...
std::string_view affinity_name(Affinity affinity);

}  // namespace leftmost::storage
