#include "planner/expr_text.h"

#include "planner/probe.h"
#include "planner/query.h"
#include "storage/value.h"

namespace leftmost::planner {

namespace {

std::string_view infix(ExprKind kind) {
  switch (kind) {
    case ExprKind::kEq:
      return " = ";
    case ExprKind::kNe:
      return " <> ";
    case ExprKind::kLt:
      return " < ";
    case ExprKind::kLe:
      return " <= ";
    case ExprKind::kGt:
      return " > ";
    case ExprKind::kGe:
      return " >= ";
    case ExprKind::kIs:
      return " IS ";
    case ExprKind::kIsNot:
      return " IS NOT ";
    case ExprKind::kAnd:
      return " AND ";
    case ExprKind::kOr:
      return " OR ";
    case ExprKind::kAdd:
      return " + ";
    case ExprKind::kSubtract:
      return " - ";
    case ExprKind::kMultiply:
      return " * ";
    case ExprKind::kDivide:
      return " / ";
    case ExprKind::kRemainder:
      return " % ";
    case ExprKind::kConcat:
      return " || ";
    case ExprKind::kBitAnd:
      return " & ";
    case ExprKind::kBitOr:
      return " | ";
    case ExprKind::kShiftLeft:
      return " << ";
    case ExprKind::kShiftRight:
      return " >> ";
    default:
      return {};
  }
}

/// How tightly the parts of an operation hold together; whatever is no operation holds tightest.
int strength(ExprKind kind) {
  switch (kind) {
    case ExprKind::kOr:
      return 1;
    case ExprKind::kAnd:
      return 2;
    case ExprKind::kNot:
      return 3;
    case ExprKind::kEq:
    case ExprKind::kNe:
    case ExprKind::kIs:
    case ExprKind::kIsNot:
    case ExprKind::kIn:
    case ExprKind::kBetween:
    case ExprKind::kIsNull:
    case ExprKind::kNotNull:
    case ExprKind::kIsTrue:
    case ExprKind::kIsFalse:
    case ExprKind::kIsNotTrue:
    case ExprKind::kIsNotFalse:
      return 4;
    case ExprKind::kLt:
    case ExprKind::kLe:
    case ExprKind::kGt:
    case ExprKind::kGe:
      return 5;
    case ExprKind::kBitAnd:
    case ExprKind::kBitOr:
    case ExprKind::kShiftLeft:
    case ExprKind::kShiftRight:
      return 6;
    case ExprKind::kAdd:
    case ExprKind::kSubtract:
      return 7;
    case ExprKind::kMultiply:
    case ExprKind::kDivide:
    case ExprKind::kRemainder:
      return 8;
    case ExprKind::kConcat:
      return 9;
    default:
      return 10;
  }
}

class Writer {
 public:
  Writer(std::vector<const Item*> items, std::size_t bytes_max)
      : items_(std::move(items)), bytes_max_(bytes_max) {}

  void write(const Expr* expr) {
    if (expr == nullptr || is_full()) return;
    if (const std::string_view between = infix(expr->kind); !between.empty()) {
      const int own = strength(expr->kind);
      write_operand(expr->left, own);
      text_ += between;
      write_operand(expr->right, own + 1);
      return;
    }
    switch (expr->kind) {
      case ExprKind::kLiteral:
        text_ += expr->is_true_false
                     ? (expr->value.is_null() || expr->value.as_integer() == 0 ? "FALSE" : "TRUE")
                     : storage::to_sql_literal(expr->value);
        return;
      case ExprKind::kParameter:
        text_ += expr->name.empty() ? "?" + std::to_string(expr->parameter) : std::string(expr->name);
        return;
      case ExprKind::kRaise:
        text_ += "RAISE()";
        return;
      case ExprKind::kColumn:
        return write_column(expr);
      case ExprKind::kNegate:
        return write_prefix("-", expr);
      case ExprKind::kPlus:
        return is_written_plus(expr) ? write_prefix("+", expr) : write(expr->left);
      case ExprKind::kBitNot:
        return write_prefix("~", expr);
      case ExprKind::kNot:
        text_ += "NOT ";
        return write_operand(expr->left, strength(ExprKind::kNot));
      case ExprKind::kIsNull:
        return write_test(expr, " IS NULL");
      case ExprKind::kNotNull:
        return write_test(expr, " IS NOT NULL");
      case ExprKind::kIsTrue:
        return write_test(expr, " IS TRUE");
      case ExprKind::kIsFalse:
        return write_test(expr, " IS FALSE");
      case ExprKind::kIsNotTrue:
        return write_test(expr, " IS NOT TRUE");
      case ExprKind::kIsNotFalse:
        return write_test(expr, " IS NOT FALSE");
      case ExprKind::kCast:
        text_ += "CAST(";
        write(expr->left);
        text_ += " AS ";
        text_ += expr->name.empty() ? storage::affinity_name(expr->affinity) : expr->name;
        text_ += ")";
        return;
      case ExprKind::kCollate:
        write_operand(expr->left, 10);
        text_ += " COLLATE ";
        text_ += storage::collation_name(expr->collation);
        return;
      case ExprKind::kBetween:
        write_operand(expr->left, 5);
        text_ += " BETWEEN ";
        write_operand(expr->list[0], 5);
        text_ += " AND ";
        write_operand(expr->list[1], 5);
        return;
      case ExprKind::kIn:
        write_operand(expr->left, 5);
        text_ += " IN ";
        return expr->select != nullptr ? void(text_ += "(SELECT ...)") : write_list(expr->list);
      case ExprKind::kRow:
        return write_list(expr->list);
      case ExprKind::kCase:
        text_ += "CASE ... END";
        return;
      case ExprKind::kFunction:
        return write_call(expr);
      case ExprKind::kAggregate:
        return write_aggregate(*expr);
      case ExprKind::kWindow:
        text_ += expr->function->name;
        text_ += "(...) OVER (...)";
        return;
      case ExprKind::kLikelihood:
      case ExprKind::kIfNullRow:
      case ExprKind::kSubqueryColumn:
        return write(expr->left);
      case ExprKind::kSubquery:
        text_ += "(SELECT ...)";
        return;
      case ExprKind::kExists:
        text_ += "EXISTS (SELECT ...)";
        return;
      default:
        text_ += "...";
        return;
    }
  }

  std::string take() && {
    if (text_.size() > bytes_max_) {
      std::size_t end = bytes_max_;
      // Not through the middle of a UTF-8 sequence.
      while (end > 0 && (static_cast<unsigned char>(text_[end]) & 0xc0) == 0x80) --end;
      text_.resize(end);
      text_ += "...";
    }
    return std::move(text_);
  }

 private:
  bool is_full() const { return text_.size() > bytes_max_; }
  void write_operand(const Expr* expr, int weakest) {
    const bool brackets = expr != nullptr && strength(expr->kind) < weakest;
    if (brackets) text_ += '(';
    write(expr);
    if (brackets) text_ += ')';
  }
  void write_column(const Expr* expr) {
    for (const Item* item : items_) {
      if (items_.size() < 2 || item->id != expr->item) continue;
      text_ += item->alias.empty() ? item->name : item->alias;
      text_ += '.';
    }
    text_ += expr->column == kRowidColumn && expr->name.empty() ? std::string_view("rowid") : expr->name;
  }
  void write_prefix(std::string_view sign, const Expr* expr) {
    text_ += sign;
    write_operand(expr->left, 10);
  }
  void write_test(const Expr* expr, std::string_view test) {
    write_operand(expr->left, 5);
    text_ += test;
  }
  void write_list(std::span<Expr* const> list) {
    text_ += '(';
    for (std::size_t i = 0; i < list.size() && !is_full(); ++i) {
      if (i > 0) text_ += ", ";
      write(list[i]);
    }
    text_ += ')';
  }
  void write_call(const Expr* expr) {
    const FunctionRole role = expr->function->role;
    if ((role == FunctionRole::kLike || role == FunctionRole::kGlob) && expr->list.size() == 2) {
      write_operand(expr->list[1], 5);
      text_ += role == FunctionRole::kLike ? " LIKE " : " GLOB ";
      return write_operand(expr->list[0], 5);
    }
    if (role == FunctionRole::kJsonArrow || role == FunctionRole::kJsonArrowText) {
      write_operand(expr->list[0], 9);
      text_ += role == FunctionRole::kJsonArrow ? " -> " : " ->> ";
      return write_operand(expr->list[1], 10);
    }
    text_ += expr->function->name;
    write_list(expr->list);
  }

  void write_aggregate(const Expr& expr) {
    if (expr.owner == nullptr || static_cast<std::size_t>(expr.slot) >= expr.owner->aggregates.size()) {
      text_ += "...";
      return;
    }
    const AggregateCall& call = expr.owner->aggregates[static_cast<std::size_t>(expr.slot)];
    text_ += call.function->name;
    if (call.arguments.empty()) {
      text_ += "(*)";
    } else if (call.distinct) {
      text_ += "(DISTINCT ";
      write(call.arguments.front());
      text_ += ')';
    } else {
      write_list(call.arguments);
    }
  }

  std::string text_;
  std::vector<const Item*> items_;
  std::size_t bytes_max_;
};

}  // namespace

std::string to_text(const Expr* expr, std::size_t bytes_max) {
  return to_text(expr, std::span<Item* const>(), bytes_max);
}

std::string to_text(const Expr* expr, std::span<const ItemFacts> items, std::size_t bytes_max) {
  std::vector<const Item*> named;
  for (const ItemFacts& facts : items) named.push_back(facts.item);
  Writer writer(std::move(named), bytes_max);
  writer.write(expr);
  return std::move(writer).take();
}

std::string to_text(const Expr* expr, std::span<Item* const> items, std::size_t bytes_max) {
  Writer writer({items.begin(), items.end()}, bytes_max);
  writer.write(expr);
  return std::move(writer).take();
}

}  // namespace leftmost::planner
