// From bound expressions to programs: everything that no row can change is settled here.
#include <algorithm>

#include "engine/functions/expr_rules.h"
#include "engine/functions/program.h"
#include "planner/comparison.h"

namespace leftmost::engine {
namespace {

using planner::Expr;
using planner::ExprKind;
using storage::Arena;

/// A list up to this length is compared one by one, as SQLite does; a sorted copy would not pay.
constexpr std::size_t kShortList = 2;

class Compiler {
 public:
  explicit Compiler(Arena& arena) : arena_(arena) {}

  const ProgramNode* compile_root(const Expr& expr) {
    ProgramNode* node = build(expr);
    return worth_caching(*node) ? cached(node) : node;
  }

 private:
  ProgramNode* build(const Expr& expr) {
    ProgramNode* node = arena_.make<ProgramNode>();
    node->expr = &expr;
    node->evaluate = evaluate_function_for(expr.kind);
    node->test = test_function_for(expr.kind);
    node->is_constant = is_constant_by_itself(expr);
    switch (expr.kind) {
      case ExprKind::kLiteral:
        node->value = expr.value;
        break;
      case ExprKind::kColumn:
        if (expr.replaced_by_constant && expr.right != nullptr) {
          node->evaluate = evaluate_replaced_column;
          node->left = child(*expr.right, *node);
        }
        if (expr.as_stored) node->evaluate = evaluate_stored_column;
        return node;
      case ExprKind::kFunction:
        build_call(expr, *node);
        return node;
      case ExprKind::kCollate:
        // What was a column of a subquery in FROM is no JSON to functions, unless it is the right side of an
        // outer join.
        if (expr.implicit_collation && expr.left->kind != ExprKind::kIfNullRow)
          node->evaluate = evaluate_without_subtype;
        break;
      case ExprKind::kSubqueryColumn:
        node->left = build(*expr.left);
        return node;
      default:
        break;
    }
    if (expr.left != nullptr) node->left = child(*expr.left, *node);
    if (expr.right != nullptr) node->right = child(*expr.right, *node);
    build_list(expr, *node);
    add_rules(expr, *node);
    if (node->is_constant && !is_lazy(expr.kind)) forget_caches(*node);
    return node;
  }

  // What test() does not always evaluate in full; it has no cache of its own, so that it stays lazy.
  static bool is_lazy(ExprKind kind) {
    return kind == ExprKind::kAnd || kind == ExprKind::kOr || kind == ExprKind::kNot ||
           kind == ExprKind::kBetween;
  }

  // Whether the node alone, its operands aside, gives the same for every row.
  static bool is_constant_by_itself(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::kColumn:
        return expr.replaced_by_constant;
      case ExprKind::kIfNullRow:
      case ExprKind::kAggregate:
      case ExprKind::kWindow:
      case ExprKind::kSubquery:
      case ExprKind::kSubqueryColumn:
      case ExprKind::kExists:
      case ExprKind::kRaise:
        return false;
      case ExprKind::kIn:
        return expr.select == nullptr;
      case ExprKind::kFunction:
        return expr.function->deterministic;
      default:
        return true;
    }
  }

  const ProgramNode* child(const Expr& expr, ProgramNode& parent) {
    ProgramNode* node = build(expr);
    parent.is_constant = parent.is_constant && node->is_constant;
    return worth_caching(*node) ? cached(node) : node;
  }

  // Literals and parameters are as quick as a cache; row values are no single value.
  static bool worth_caching(const ProgramNode& node) {
    if (!node.is_constant || node.width > 1) return false;
    return node.expr->kind != ExprKind::kLiteral && node.expr->kind != ExprKind::kParameter &&
           node.expr->kind != ExprKind::kRow && !is_lazy(node.expr->kind);
  }

  const ProgramNode* cached(const ProgramNode* node) {
    ProgramNode* wrapper = arena_.make<ProgramNode>();
    wrapper->evaluate = evaluate_cached;
    wrapper->test = test_function_for(ExprKind::kLiteral);
    wrapper->expr = node->expr;
    wrapper->left = node;
    wrapper->is_constant = true;
    wrapper->cache = arena_.make<RunCache>();
    return wrapper;
  }

  // One cache around a constant is enough: those of its operands would be filled once and never read.
  static void forget_caches(ProgramNode& node) {
    const auto unwrapped = [](const ProgramNode* operand) {
      return operand != nullptr && operand->cache != nullptr ? operand->left : operand;
    };
    node.left = unwrapped(node.left);
    node.right = unwrapped(node.right);
    for (const ProgramNode*& element : node.list) element = unwrapped(element);
  }

  void build_list(const Expr& expr, ProgramNode& node) {
    if (expr.list.empty()) return;
    node.list = allocate<const ProgramNode*>(expr.list.size());
    bool list_is_constant = true;
    for (std::size_t i = 0; i < expr.list.size(); ++i) {
      node.list[i] = child(*expr.list[i], node);
      list_is_constant = list_is_constant && node.list[i]->is_constant;
    }
    if (expr.kind == ExprKind::kRow) node.width = static_cast<int>(expr.list.size());
    if (expr.kind == ExprKind::kIn && list_is_constant && expr.list.size() > kShortList &&
        row_width(*expr.left) == 1) {
      node.evaluate = evaluate_list_search;
      node.list_cache = arena_.make<ListCache>();
    }
  }

  void build_call(const Expr& expr, ProgramNode& node) {
    const Function& function = function_of(*expr.function);
    node.function = &function;
    if (function.inline_form == InlineForm::kCoalesce) node.evaluate = evaluate_coalesce;
    if (function.inline_form == InlineForm::kIif) node.evaluate = evaluate_iif;
    if (function.uses_collation) node.collation = call_collation(expr.list);
    build_list(expr, node);
    if (node.is_constant) forget_caches(node);
  }

  void add_rules(const Expr& expr, ProgramNode& node) {
    switch (expr.kind) {
      case ExprKind::kEq:
      case ExprKind::kNe:
      case ExprKind::kLt:
      case ExprKind::kLe:
      case ExprKind::kGt:
      case ExprKind::kGe:
      case ExprKind::kIs:
      case ExprKind::kIsNot:
        node.operand_width = std::min(row_width(*expr.left), row_width(*expr.right));
        node.rules = allocate<CompareRule>(static_cast<std::size_t>(node.operand_width));
        fill_rules(*expr.left, *expr.right, expr.commuted, node.rules);
        break;
      case ExprKind::kBetween:
      case ExprKind::kCase: {
        if (expr.left == nullptr) break;
        node.operand_width = row_width(*expr.left);
        const std::size_t step = expr.kind == ExprKind::kCase ? 2 : 1;
        const auto width = static_cast<std::size_t>(node.operand_width);
        const std::size_t groups = expr.list.size() / step;
        node.rules = allocate<CompareRule>(width * groups);
        for (std::size_t i = 0; i < groups; ++i) {
          fill_rules(*expr.left, *expr.list[i * step], false, node.rules.subspan(i * width, width));
        }
        break;
      }
      case ExprKind::kIn:
        node.operand_width = row_width(*expr.left);
        if (expr.select != nullptr) break;
        node.rules = allocate<CompareRule>(1);
        node.rules[0] = {in_affinity(expr), in_collation(expr)};
        break;
      case ExprKind::kSubquery:
        node.width = row_width(expr);
        break;
      default:
        break;
    }
  }

  static void fill_rules(const Expr& left, const Expr& right, bool commuted, std::span<CompareRule> rules) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
      const Expr& a = row_field(left, static_cast<int>(i));
      const Expr& b = row_field(right, static_cast<int>(i));
      const auto collation =
          commuted ? planner::comparison_collation(&b, &a) : planner::comparison_collation(&a, &b);
      rules[i].affinity = planner::comparison_affinity(planner::affinity_of(&a), planner::affinity_of(&b));
      rules[i].collation = collation.value_or(storage::Collation::kBinary);
    }
  }

  template <typename T>
  std::span<T> allocate(std::size_t count) {
    T* first = static_cast<T*>(arena_.allocate(sizeof(T) * count, alignof(T)));
    for (std::size_t i = 0; i < count; ++i) new (first + i) T{};
    return {first, count};
  }

  Arena& arena_;
};

}  // namespace

const Program* compile(const Expr& expr, Arena& arena) {
  return arena.make<Program>(Compiler(arena).compile_root(expr));
}

storage::Value evaluate_once(const Expr& expr, EvalContext& context) {
  Arena arena;
  return evaluate(*compile(expr, arena), context);
}

}  // namespace leftmost::engine
