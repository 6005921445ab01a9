#include "engine/functions/evaluator.h"

#include <cmath>

#include <algorithm>

#include "engine/functions/operators.h"
#include "engine/functions/program.h"

namespace leftmost::engine {
namespace {

using planner::ExprKind;
using storage::Value;

Value run(const ProgramNode* node, EvalContext& context) { return node->evaluate(*node, context); }

Value* allocate_values(std::size_t count, EvalContext& context) {
  Value* first = static_cast<Value*>(context.run.results().allocate(count * sizeof(Value), alignof(Value)));
  for (std::size_t i = 0; i < count; ++i) new (first + i) Value();
  return first;
}

/// Some values on the stack, in the arena when there are many: expressions nest deeply, so that frames stay
/// small.
class ValueBuffer {
 public:
  ValueBuffer(std::size_t count, EvalContext& context)
      : values_(count <= kOnStack ? on_stack_ : allocate_values(count, context)), count_(count) {}
  ValueBuffer(const ValueBuffer&) = delete;
  ValueBuffer& operator=(const ValueBuffer&) = delete;
  Value& operator[](std::size_t i) { return values_[i]; }
  std::span<Value> span() { return {values_, count_}; }

 private:
  static constexpr std::size_t kOnStack = 4;
  Value on_stack_[kOnStack];
  Value* values_;
  std::size_t count_;
};

// The fields of a row value or row-valued subquery, or the one value of anything else.
void load_row(const ProgramNode& node, EvalContext& context, std::span<Value> row) {
  if (row.size() == 1 && node.width == 1) {
    row[0] = run(&node, context);
  } else if (node.expr->kind == ExprKind::kSubquery) {
    context.rows.row_subquery(*node.expr, row);
  } else {
    for (std::size_t i = 0; i < row.size() && i < node.list.size(); ++i) row[i] = run(node.list[i], context);
  }
}

bool order_holds(ExprKind kind, int order) {
  switch (kind) {
    case ExprKind::kEq:
      return order == 0;
    case ExprKind::kNe:
      return order != 0;
    case ExprKind::kLt:
      return order < 0;
    case ExprKind::kLe:
      return order <= 0;
    case ExprKind::kGt:
      return order > 0;
    default:
      return order >= 0;
  }
}

// a IS b for one field: NULL is a value like any other.
bool is_same(Value a, Value b, const CompareRule& rule) {
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  return compare_values(a, b, rule.affinity, rule.collation) == 0;
}

/// One side of a comparison. The fields of a row value are evaluated when they are reached; a subquery gives
/// all at once.
class Operand {
 public:
  Operand(const ProgramNode& node, std::size_t width, EvalContext& context)
      : node_(node),
        context_(context),
        is_lazy_(width > 1 && node.expr->kind != ExprKind::kSubquery),
        loaded_(is_lazy_ ? 0 : width, context) {
    if (!is_lazy_) load_row(node, context, loaded_.span());
  }
  Value field(std::size_t i) { return is_lazy_ ? run(node_.list[i], context_) : loaded_[i]; }

 private:
  const ProgramNode& node_;
  EvalContext& context_;
  bool is_lazy_;
  ValueBuffer loaded_;
};

/// One side whose fields are known.
class KnownRow {
 public:
  explicit KnownRow(std::span<const Value> values) : values_(values) {}
  Value field(std::size_t i) const { return values_[i]; }

 private:
  std::span<const Value> values_;
};

// A comparison operator between two rows of the same width, lexicographically;
// https://www.sqlite.org/rowvalue.html.
template <typename Left, typename Right>
Value compare_rows(ExprKind kind, Left& left, Right& right, std::span<const CompareRule> rules) {
  if (kind == ExprKind::kIs || kind == ExprKind::kIsNot) {
    bool same = true;
    for (std::size_t i = 0; i < rules.size() && same; ++i) {
      const Value a = left.field(i);
      same = is_same(a, right.field(i), rules[i]);
    }
    return Value::boolean(same == (kind == ExprKind::kIs));
  }
  const bool is_equality = kind == ExprKind::kEq || kind == ExprKind::kNe;
  bool unknown = false;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Value a = left.field(i);
    const Value b = right.field(i);
    if (a.is_null() || b.is_null()) {
      if (!is_equality) return Value::null();
      unknown = true;  // a later field may still decide
      continue;
    }
    const int order = compare_values(a, b, rules[i].affinity, rules[i].collation);
    if (order != 0) return Value::boolean(order_holds(kind, order));
  }
  return unknown ? Value::null() : Value::boolean(order_holds(kind, 0));
}

template <ExprKind kKind>
Value evaluate_comparison(const ProgramNode& node, EvalContext& context) {
  if (node.operand_width > 1) {
    const auto width = static_cast<std::size_t>(node.operand_width);
    Operand a(*node.left, width, context);
    Operand b(*node.right, width, context);
    return compare_rows(kKind, a, b, node.rules);
  }
  const Value a = run(node.left, context);
  const Value b = run(node.right, context);
  if constexpr (kKind == ExprKind::kIs || kKind == ExprKind::kIsNot) {
    return Value::boolean(is_same(a, b, node.rules[0]) == (kKind == ExprKind::kIs));
  } else {
    if (a.is_null() || b.is_null()) return Value::null();
    return Value::boolean(
        order_holds(kKind, compare_values(a, b, node.rules[0].affinity, node.rules[0].collation)));
  }
}

Value and_of(Value a, Value b) {
  if (a.is_integer() && a.as_integer() == 0) return a;
  if (b.is_integer() && b.as_integer() == 0) return b;
  return a.is_null() ? a : b;
}

Value truth_value(Value value) {
  const auto is_true = truth(value);
  return is_true ? Value::boolean(*is_true) : Value::null();
}

Value not_of(Value value) {
  const auto is_true = truth(value);
  return is_true ? Value::boolean(!*is_true) : Value::null();
}

Value evaluate_literal(const ProgramNode& node, EvalContext&) { return node.value; }

Value evaluate_parameter(const ProgramNode& node, EvalContext& context) {
  const auto number = static_cast<std::size_t>(node.expr->parameter);
  return number >= 1 && number <= context.parameters.size() ? context.parameters[number - 1] : Value::null();
}

Value evaluate_raise(const ProgramNode& node, EvalContext& context) {
  const planner::Expr& raise = *node.expr;
  return context.run.raise(raise.raise, raise.value.is_null() ? std::string_view() : raise.value.as_bytes());
}

Value evaluate_column(const ProgramNode& node, EvalContext& context) {
  return context.rows.column(*node.expr);
}
// SQLite stores an integral REAL as an integer if it fits into 48 bits.
Value as_stored(Value value) {
  constexpr double kStoredAsIntegerMax = 140737488355327.0;
  if (!value.is_real() || std::fabs(value.as_real()) > kStoredAsIntegerMax) return value;
  const auto whole = static_cast<std::int64_t>(value.as_real());
  const bool is_minus_zero = value.as_real() == 0.0 && std::signbit(value.as_real());
  return static_cast<double>(whole) == value.as_real() && !is_minus_zero ? Value::integer(whole) : value;
}
Value evaluate_aggregate(const ProgramNode& node, EvalContext& context) {
  return context.rows.aggregate(*node.expr);
}

Value evaluate_left(const ProgramNode& node, EvalContext& context) { return run(node.left, context); }

Value evaluate_if_null_row(const ProgramNode& node, EvalContext& context) {
  return context.rows.is_null_row(node.expr->item) ? Value::null() : run(node.left, context);
}

template <Value (*kOperator)(Value)>
Value evaluate_unary(const ProgramNode& node, EvalContext& context) {
  return kOperator(run(node.left, context));
}

template <Value (*kOperator)(Value, Value)>
Value evaluate_binary(const ProgramNode& node, EvalContext& context) {
  const Value a = run(node.left, context);
  const Value b = run(node.right, context);
  return kOperator(a, b);
}

Value evaluate_concat(const ProgramNode& node, EvalContext& context);

// The operands of a || b || c, which is (a || b) || c, from the left; returns how many there are.
std::size_t load_concatenated(const ProgramNode& node, EvalContext& context, std::span<Value> values) {
  const bool is_chain = node.left->evaluate == evaluate_concat;
  const std::size_t count = is_chain ? load_concatenated(*node.left, context, values) : 1;
  if (!is_chain) values[0] = run(node.left, context);
  values[count] = run(node.right, context);
  return count + 1;
}

// A chain is made in one piece: text that is copied at every || costs the square of the chain's length.
Value evaluate_concat(const ProgramNode& node, EvalContext& context) {
  std::size_t count = 2;
  for (const ProgramNode* left = node.left; left->evaluate == evaluate_concat; left = left->left) ++count;
  ValueBuffer values(count, context);
  load_concatenated(node, context, values.span());
  return concat(values.span(), context.run);
}

Value evaluate_cast(const ProgramNode& node, EvalContext& context) {
  return cast(run(node.left, context), node.expr->affinity, context.run);
}

Value evaluate_is_null(const ProgramNode& node, EvalContext& context) {
  return Value::boolean(run(node.left, context).is_null());
}

Value evaluate_not_null(const ProgramNode& node, EvalContext& context) {
  return Value::boolean(!run(node.left, context).is_null());
}

template <bool kWanted, bool kNegated>
Value evaluate_truth_test(const ProgramNode& node, EvalContext& context) {
  const auto is_true = truth(run(node.left, context));
  return Value::boolean((is_true.has_value() && *is_true == kWanted) != kNegated);
}

Value evaluate_and(const ProgramNode& node, EvalContext& context) {
  const Value a = truth_value(run(node.left, context));
  const Value b = truth_value(run(node.right, context));
  return and_of(a, b);
}

Value evaluate_or(const ProgramNode& node, EvalContext& context) {
  const Value a = truth_value(run(node.left, context));
  const Value b = truth_value(run(node.right, context));
  if (a.is_integer() && a.as_integer() == 1) return a;
  if (b.is_integer() && b.as_integer() == 1) return b;
  return a.is_null() ? a : b;
}

// One half of BETWEEN: bound 0 is `value >= list[0]`, bound 1 is `value <= list[1]`.
Value compare_with_bound(const ProgramNode& node, EvalContext& context, std::span<const Value> value,
                         std::size_t bound) {
  KnownRow left(value);
  Operand right(*node.list[bound], value.size(), context);
  const auto rules = node.rules.subspan(bound * value.size(), value.size());
  return compare_rows(bound == 0 ? ExprKind::kGe : ExprKind::kLe, left, right, rules);
}

Value evaluate_between(const ProgramNode& node, EvalContext& context) {
  ValueBuffer value(static_cast<std::size_t>(node.operand_width), context);
  load_row(*node.left, context, value.span());
  const Value above = compare_with_bound(node, context, value.span(), 0);
  return and_of(above, compare_with_bound(node, context, value.span(), 1));
}

bool test_between(const ProgramNode& node, EvalContext& context, bool null_result) {
  ValueBuffer value(static_cast<std::size_t>(node.operand_width), context);
  load_row(*node.left, context, value.span());
  return truth(compare_with_bound(node, context, value.span(), 0)).value_or(null_result) &&
         truth(compare_with_bound(node, context, value.span(), 1)).value_or(null_result);
}

// IN with a list that is short or depends on the row: compared one by one, stops at the first that is equal.
Value evaluate_in(const ProgramNode& node, EvalContext& context) {
  const auto width = static_cast<std::size_t>(node.operand_width);
  ValueBuffer left(width, context);
  load_row(*node.left, context, left.span());
  if (node.expr->select != nullptr) return context.rows.in_select(*node.expr, left.span());
  bool unknown = left[0].is_null();
  for (const ProgramNode* element : node.list) {
    const Value value = run(element, context);
    if (left[0].is_null() || value.is_null()) {
      unknown = true;
    } else if (compare_values(left[0], value, node.rules[0].affinity, node.rules[0].collation) == 0) {
      return Value::boolean(true);
    }
  }
  return unknown ? Value::null() : Value::boolean(false);
}

Value evaluate_case(const ProgramNode& node, EvalContext& context) {
  const auto width = static_cast<std::size_t>(node.operand_width);
  ValueBuffer base(width, context);
  if (node.left != nullptr) load_row(*node.left, context, base.span());
  for (std::size_t i = 0; i + 1 < node.list.size(); i += 2) {
    bool takes = false;
    if (node.left == nullptr) {
      takes = node.list[i]->test(*node.list[i], context, false);
    } else if (width == 1) {
      const Value when = run(node.list[i], context);
      const CompareRule& rule = node.rules[i / 2];
      takes = !base[0].is_null() && !when.is_null() &&
              compare_values(base[0], when, rule.affinity, rule.collation) == 0;
    } else {
      KnownRow known(base.span());
      Operand when(*node.list[i], width, context);
      const auto rules = node.rules.subspan(i / 2 * width, width);
      takes = truth(compare_rows(ExprKind::kEq, known, when, rules)).value_or(false);
    }
    if (takes) return run(node.list[i + 1], context);
  }
  return node.right != nullptr ? run(node.right, context) : Value::null();
}

Value evaluate_call(const ProgramNode& node, EvalContext& context) {
  ValueBuffer arguments(node.list.size(), context);
  for (std::size_t i = 0; i < node.list.size(); ++i) arguments[i] = run(node.list[i], context);
  if (context.run.failed()) return Value::null();
  CallContext call{context.run, node.collation, node.function->name};
  if (node.function->scalar != nullptr) return node.function->scalar(call, arguments.span());
  if (node.function->user) return node.function->user(call, arguments.span());
  return context.run.fail(ErrorCode::kNotSupported,
                          "not supported: " + std::string(node.function->name) + "()");
}

Value evaluate_subquery(const ProgramNode& node, EvalContext& context) {
  return context.rows.scalar_subquery(*node.expr);
}

Value evaluate_subquery_column(const ProgramNode& node, EvalContext& context) {
  ValueBuffer row(static_cast<std::size_t>(node.left->width), context);
  load_row(*node.left, context, row.span());
  return row[static_cast<std::size_t>(node.expr->column)];
}

Value evaluate_exists(const ProgramNode& node, EvalContext& context) {
  return Value::boolean(context.rows.exists(*node.expr));
}

// A row value where one value is wanted: bind/ refuses that, so that its first field is as good as any
// answer.
Value evaluate_row_value(const ProgramNode& node, EvalContext& context) { return run(node.list[0], context); }

bool test_value(const ProgramNode& node, EvalContext& context, bool null_result) {
  return truth(node.evaluate(node, context)).value_or(null_result);
}

bool test_and(const ProgramNode& node, EvalContext& context, bool null_result) {
  return node.left->test(*node.left, context, null_result) &&
         node.right->test(*node.right, context, null_result);
}

bool test_or(const ProgramNode& node, EvalContext& context, bool null_result) {
  return node.left->test(*node.left, context, null_result) ||
         node.right->test(*node.right, context, null_result);
}

bool test_not(const ProgramNode& node, EvalContext& context, bool null_result) {
  return !node.left->test(*node.left, context, !null_result);
}

}  // namespace

Value evaluate_cached(const ProgramNode& node, EvalContext& context) {
  RunCache& cache = *node.cache;
  if (cache.run == context.run.number()) return cache.value;
  const Value value = run(node.left, context);
  if (context.run.failed()) return Value::null();
  cache.value = storage::copy_value(value, context.run.constants());
  cache.run = context.run.number();
  return cache.value;
}

Value evaluate_list_search(const ProgramNode& node, EvalContext& context) {
  const CompareRule& rule = node.rules[0];
  ListCache& cache = *node.list_cache;
  const auto before = [&rule](Value a, Value b) { return storage::compare(a, b, rule.collation) < 0; };
  if (cache.run != context.run.number()) {
    storage::Arena& arena = context.run.constants();
    Value* values = static_cast<Value*>(arena.allocate(node.list.size() * sizeof(Value), alignof(Value)));
    std::size_t count = 0;
    cache.has_null = false;
    for (const ProgramNode* element : node.list) {
      const Value value = storage::apply_affinity(run(element, context), rule.affinity, arena);
      if (value.is_null()) {
        cache.has_null = true;
      } else {
        new (values + count++) Value(storage::copy_value(value, arena));
      }
    }
    if (context.run.failed()) return Value::null();
    std::sort(values, values + count, before);
    cache.sorted = {values, count};
    cache.run = context.run.number();
  }
  Value left = run(node.left, context);
  if (left.is_null()) return left;
  left = storage::apply_affinity(left, rule.affinity, context.run.results());
  if (std::binary_search(cache.sorted.begin(), cache.sorted.end(), left, before)) return Value::boolean(true);
  return cache.has_null ? Value::null() : Value::boolean(false);
}

// The column still gives its affinity to the constant that stands for it.
Value evaluate_replaced_column(const ProgramNode& node, EvalContext& context) {
  return storage::apply_affinity(run(node.left, context), node.expr->affinity, context.run.results());
}

Value evaluate_without_subtype(const ProgramNode& node, EvalContext& context) {
  return run(node.left, context).with_subtype(0);
}

Value evaluate_stored_column(const ProgramNode& node, EvalContext& context) {
  return as_stored(evaluate_column(node, context));
}

Value evaluate_coalesce(const ProgramNode& node, EvalContext& context) {
  Value value;
  for (const ProgramNode* element : node.list) {
    value = run(element, context);
    if (!value.is_null()) break;
  }
  return value;
}

Value evaluate_iif(const ProgramNode& node, EvalContext& context) {
  const bool holds = node.list[0]->test(*node.list[0], context, false);
  return run(node.list[holds ? 1 : 2], context);
}

ProgramNode::Evaluate evaluate_function_for(ExprKind kind) {
  switch (kind) {
    case ExprKind::kLiteral:
      return evaluate_literal;
    case ExprKind::kParameter:
      return evaluate_parameter;
    case ExprKind::kRaise:
      return evaluate_raise;
    case ExprKind::kColumn:
      return evaluate_column;
    case ExprKind::kNegate:
      return evaluate_unary<negate>;
    case ExprKind::kPlus:
      return evaluate_left;
    case ExprKind::kBitNot:
      return evaluate_unary<bit_not>;
    case ExprKind::kNot:
      return evaluate_unary<not_of>;
    case ExprKind::kIsNull:
      return evaluate_is_null;
    case ExprKind::kNotNull:
      return evaluate_not_null;
    case ExprKind::kIsTrue:
      return evaluate_truth_test<true, false>;
    case ExprKind::kIsFalse:
      return evaluate_truth_test<false, false>;
    case ExprKind::kIsNotTrue:
      return evaluate_truth_test<true, true>;
    case ExprKind::kIsNotFalse:
      return evaluate_truth_test<false, true>;
    case ExprKind::kCast:
      return evaluate_cast;
    case ExprKind::kCollate:
      return evaluate_left;
    case ExprKind::kLikelihood:
      return evaluate_left;
    case ExprKind::kIfNullRow:
      return evaluate_if_null_row;
    case ExprKind::kEq:
      return evaluate_comparison<ExprKind::kEq>;
    case ExprKind::kNe:
      return evaluate_comparison<ExprKind::kNe>;
    case ExprKind::kLt:
      return evaluate_comparison<ExprKind::kLt>;
    case ExprKind::kLe:
      return evaluate_comparison<ExprKind::kLe>;
    case ExprKind::kGt:
      return evaluate_comparison<ExprKind::kGt>;
    case ExprKind::kGe:
      return evaluate_comparison<ExprKind::kGe>;
    case ExprKind::kIs:
      return evaluate_comparison<ExprKind::kIs>;
    case ExprKind::kIsNot:
      return evaluate_comparison<ExprKind::kIsNot>;
    case ExprKind::kAnd:
      return evaluate_and;
    case ExprKind::kOr:
      return evaluate_or;
    case ExprKind::kAdd:
      return evaluate_binary<add>;
    case ExprKind::kSubtract:
      return evaluate_binary<subtract>;
    case ExprKind::kMultiply:
      return evaluate_binary<multiply>;
    case ExprKind::kDivide:
      return evaluate_binary<divide>;
    case ExprKind::kRemainder:
      return evaluate_binary<remainder>;
    case ExprKind::kConcat:
      return evaluate_concat;
    case ExprKind::kBitAnd:
      return evaluate_binary<bit_and>;
    case ExprKind::kBitOr:
      return evaluate_binary<bit_or>;
    case ExprKind::kShiftLeft:
      return evaluate_binary<shift_left>;
    case ExprKind::kShiftRight:
      return evaluate_binary<shift_right>;
    case ExprKind::kBetween:
      return evaluate_between;
    case ExprKind::kIn:
      return evaluate_in;
    case ExprKind::kCase:
      return evaluate_case;
    case ExprKind::kRow:
      return evaluate_row_value;
    case ExprKind::kFunction:
      return evaluate_call;
    case ExprKind::kAggregate:
      return evaluate_aggregate;
    case ExprKind::kWindow:  // the planner has made columns of them
      return evaluate_literal;
    case ExprKind::kSubquery:
      return evaluate_subquery;
    case ExprKind::kSubqueryColumn:
      return evaluate_subquery_column;
    case ExprKind::kExists:
      return evaluate_exists;
  }
  return evaluate_literal;
}

ProgramNode::Test test_function_for(ExprKind kind) {
  switch (kind) {
    case ExprKind::kAnd:
      return test_and;
    case ExprKind::kOr:
      return test_or;
    case ExprKind::kNot:
      return test_not;
    case ExprKind::kBetween:
      return test_between;
    default:
      return test_value;
  }
}

Value evaluate(const Program& program, EvalContext& context) {
  if (context.run.failed()) return Value::null();
  const Value value = run(program.root(), context);
  return context.run.failed() ? Value::null() : value;
}

bool test(const Program& program, EvalContext& context, bool null_result) {
  if (context.run.failed()) return false;
  const bool holds = program.root()->test(*program.root(), context, null_result);
  return holds && !context.run.failed();
}

void evaluate_row(const Program& program, EvalContext& context, std::span<Value> row) {
  load_row(*program.root(), context, row);
  if (!context.run.failed()) return;
  for (Value& value : row) value = Value::null();
}

}  // namespace leftmost::engine
