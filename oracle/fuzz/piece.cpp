#include "oracle/fuzz/piece.h"

namespace leftmost::oracle::fuzz {

namespace {

using Kind = Piece::Kind;

void append_sql(const Piece& piece, std::string& sql) {
  if (piece.kind == Kind::kText) {
    sql += piece.text;
    return;
  }
  bool is_first = true;
  for (const Piece& part : piece.parts) {
    if (piece.kind == Kind::kList && !is_first) sql += piece.text;
    is_first = false;
    append_sql(part, sql);
  }
}

// The nearest pieces of this kind below, not those inside them: they have their turn when the outer one has
// won.
void find_inside(const Piece& piece, Kind kind, std::vector<const Piece*>& found) {
  for (const Piece& part : piece.parts) {
    if (part.kind == kind) {
      found.push_back(&part);
    } else {
      find_inside(part, kind, found);
    }
  }
}

/// Applies reduction `number` of this tree in place, or takes the number of its reductions off `number`.
class Reducer {
 public:
  explicit Reducer(std::size_t number) : left_(number) {}

  bool reduce(Piece& piece) {
    if (reduce_here(piece)) return true;
    for (Piece& part : piece.parts) {
      if (reduce(part)) return true;
    }
    return false;
  }

 private:
  bool is_turn() { return left_-- == 0; }

  bool reduce_here(Piece& piece) {
    switch (piece.kind) {
      case Kind::kText:
      case Kind::kSequence:
        return false;
      case Kind::kOptional:
        if (piece.parts.empty() || !is_turn()) return false;
        piece.parts.clear();
        return true;
      case Kind::kList:
        return reduce_list(piece);
      case Kind::kExpression:
      case Kind::kSelect:
        return replace_by_inside(piece);
    }
    return false;
  }

  bool reduce_list(Piece& piece) {
    const std::size_t count = piece.parts.size();
    const auto at = [&](std::size_t place) {
      return piece.parts.begin() + static_cast<std::ptrdiff_t>(place);
    };
    if (count >= 4 && count / 2 >= piece.items_min) {
      if (is_turn()) {
        piece.parts.erase(at(count / 2), piece.parts.end());
        return true;
      }
      if (is_turn()) {
        piece.parts.erase(piece.parts.begin(), at(count - count / 2));
        return true;
      }
    }
    if (count <= piece.items_min) return false;
    for (std::size_t place = 0; place < count; ++place) {
      if (!is_turn()) continue;
      piece.parts.erase(at(place));
      return true;
    }
    return false;
  }

  bool replace_by_inside(Piece& piece) {
    std::vector<const Piece*> inside;
    find_inside(piece, piece.kind, inside);
    for (const Piece* other : inside) {
      if (!is_turn()) continue;
      Piece taken = *other;
      piece = std::move(taken);
      return true;
    }
    // A constant in its place is shorter than anything but a short name.
    if (piece.kind != Kind::kExpression || to_sql(piece).size() <= 3 || !is_turn()) return false;
    piece.parts = {Piece("1")};
    return true;
  }

  std::size_t left_;
};

}  // namespace

Piece list(std::string separator, std::vector<Piece> items, std::size_t items_min) {
  Piece piece(Kind::kList, std::move(items));
  piece.text = std::move(separator);
  piece.items_min = items_min;
  return piece;
}

std::string to_sql(const Piece& piece) {
  std::string sql;
  append_sql(piece, sql);
  return sql;
}

std::optional<Piece> reduced(const Piece& piece, std::size_t number) {
  Piece copy = piece;
  if (!Reducer(number).reduce(copy)) return std::nullopt;
  return copy;
}

}  // namespace leftmost::oracle::fuzz
