// oracle/fuzz/piece.h - a statement as a tree of text that knows what may be left out of it.
//
//   SELECT [a][, b] [WHERE (a = (b + 1))]     lists lose items, optional parts go away as a whole,
//                                              an expression gives way to one inside it or to 1, a select to
//                                              one inside it
//
// The generator builds such trees, the shrinker takes from them. What is left may no longer be sensible SQL:
// both engines are asked again after every step, and a step that loses the difference is taken back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace leftmost::oracle::fuzz {

struct Piece {
  enum class Kind : std::uint8_t { kText, kSequence, kOptional, kList, kExpression, kSelect };

  Kind kind = Kind::kText;
  std::string text;           ///< kText: itself; kList: what stands between two items
  std::size_t items_min = 0;  ///< kList
  std::vector<Piece> parts;

  Piece() = default;
  Piece(const char* words) : text(words) {}             // NOLINT: a piece of plain text is written as such
  Piece(std::string words) : text(std::move(words)) {}  // NOLINT
  Piece(Kind what, std::vector<Piece> inside) : kind(what), parts(std::move(inside)) {}
};

inline Piece sequence(std::vector<Piece> parts) { return {Piece::Kind::kSequence, std::move(parts)}; }
/// May be left out as a whole.
inline Piece optional(std::vector<Piece> parts) { return {Piece::Kind::kOptional, std::move(parts)}; }
/// May be replaced by an expression inside it.
inline Piece expression(std::vector<Piece> parts) { return {Piece::Kind::kExpression, std::move(parts)}; }
/// May be replaced by a select inside it.
inline Piece select(std::vector<Piece> parts) { return {Piece::Kind::kSelect, std::move(parts)}; }
/// May lose items down to `items_min`.
Piece list(std::string separator, std::vector<Piece> items, std::size_t items_min = 1);

/// The statement as SQL.
std::string to_sql(const Piece& piece);

/// The tree after its possible reduction number `number`, counted from the root; none when there are fewer.
/// Every reduction makes the text shorter.
std::optional<Piece> reduced(const Piece& piece, std::size_t number);

}  // namespace leftmost::oracle::fuzz
