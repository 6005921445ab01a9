// planner/coder.h - walks through a statement in the order in which SQLite generates code for it, decides
// each part when it gets there, and writes down the record (plan.h) with its steps.
//
// Order matters twice: lines are printed in it, and what has been decided before changes what comes after (a
// CTE that is materialised already, the rows that the enclosing loops produce).
//
//   code_select.cpp       one SELECT: rewriting, FROM subqueries, which kind it is
//   code_from.cpp         FROM subqueries: co-routine, materialise, reuse
//   code_compound.cpp     UNION and friends, VALUES, recursive CTEs
//   code_aggregate.cpp    GROUP BY, aggregates, count(*), min and max
//   code_loops.cpp        loops: searches and the filters of each loop
//   code_or_arms.cpp      multi-index OR: a small plan per arm
//   code_expressions.cpp  subqueries in expressions
#pragma once

#include <map>
#include <set>

#include "planner/context.h"
#include "planner/loop_plan.h"

namespace leftmost::planner {

/// What the index of each arm of a multi-index OR does, by the arm's loop.
using ArmReasons = std::unordered_map<const Loop*, IndexReason>;

/// What becomes of the rows of a SELECT, as far as it matters for planning.
enum class Destination : std::uint8_t {
  kRows,       ///< they are returned, or feed a co-routine
  kTable,      ///< a materialised table
  kScalar,     ///< only the first row counts
  kExists,     ///< only whether there is one: order and duplicates do not matter
  kUnordered,  ///< neither order nor duplicates matter (an arm of UNION, EXCEPT, INTERSECT)
  kSet,        ///< the right side of IN
  kQueue,      ///< the queue of a recursive UNION ALL: order does not matter, yet its columns were asked for
};

class Coder {
 public:
  Coder(Context& context) : context_(context) {}

  /// Plans and writes down a whole SELECT (its arms too). Returns its row estimate.
  storage::LogEst code_select(Select* select, Destination destination);
  void code_change(const ChangeQuery& change, std::span<Expr* const> row_expressions,
                   std::span<const RelationIndex* const> changed);
  /// The subqueries in an expression, as they are met while it is evaluated.
  void code_expr(const Expr* expr);
  /// The same for a condition: parts that folding makes unreachable are left out (section 7.7).
  void code_condition(const Expr* expr);

 private:
  // code_select.cpp
  void flatten_and_reduce(Select* select, Destination destination);
  storage::LogEst code_simple(Select* select, Destination destination);
  storage::LogEst code_plain(Select* select, SelectPlan& plan, Destination destination);
  void code_sorted_results(const Select& select, const SelectPlan& plan, Destination destination,
                           bool order_first);
  struct LimitEstimate {
    storage::LogEst rows = 0;
    bool is_fixed = false;  ///< a constant LIMIT lowered it
  };
  LimitEstimate code_limit(Select* select, Destination destination);
  void add_sort_steps(SelectPlan& plan);
  /// Plans subqueries that run but print nothing: copies of expressions that are printed elsewhere.
  void code_hidden(const Expr* expr);
  SelectPlan& new_select_plan(Select* select);

  // code_from.cpp
  void code_from_subqueries(Select* select, SelectPlan& plan);
  bool can_be_coroutine(const Select& select, std::size_t position) const;
  const Item* earlier_twin(const Select& select, std::size_t position) const;

  // code_compound.cpp
  storage::LogEst code_compound(Select* last, Destination destination);
  storage::LogEst code_merge(Select* last);
  storage::LogEst code_values(Select* select, Destination destination);
  storage::LogEst code_recursive(Select* last);
  storage::LogEst code_arms(Select* last, Destination destination);
  /// UNION, INTERSECT or EXCEPT with a COLLATE in ORDER BY: the compound becomes a FROM subquery that is
  /// sorted.
  void wrap_collated_compound(Select* last);
  /// Puts `arm` back behind `prior`. An arm that has become a compound itself is wrapped into one SELECT.
  void nest_flattened_arm(Select* arm, Select* prior);
  Item* item_of_compound(Select* compound);
  std::vector<ResultColumn> columns_of_item(const Item& item) const;

  // code_aggregate.cpp
  storage::LogEst code_aggregate(Select* select, SelectPlan& plan, Destination destination);
  void code_grouped(Select* select, SelectPlan& plan, Destination destination);
  void code_one_group(Select* select, SelectPlan& plan, Destination destination);
  bool code_count_shortcut(Select* select, SelectPlan& plan);
  void code_aggregate_arguments(const Select& select);
  std::vector<const Expr*> take_up_in_group(Select& select);
  void code_for_group(const std::vector<const Expr*>& parts);
  void add_aggregate_distinct_steps(SelectPlan& plan);
  /// record_reasons.cpp
  void record_arm_reasons(LoopPlan& arm_plan, const OrArm& arm);
  void record_reasons(const Select& select, const SelectPlan& plan, LoopPlan& loops);
  void record_change_reasons(const Item& target, LoopPlan& loops);
  void record_count_reasons(const Select& select, const SelectPlan& plan);
  void move_having_to_where(Select* select);

  // code_loops.cpp
  void begin_loops(LoopPlan& plan, LookasideVector<Loop>& loops,
                   LookasideVector<const Expr*>* constant_filters, const SelectPlan* select_plan,
                   MinMaxMode min_max, bool one_pass_change);
  /// Closes the loops opened last: what comes after their body.
  void end_loops(LoopPlan& plan, const LookasideVector<Loop>& loops, const SelectPlan* select_plan);
  void set_jump(const LoopPlan& plan, LookasideVector<Loop>& loops);
  void raise_loop_factor(storage::LogEst rows);
  void restore_loop_factor();
  void code_loop(LoopPlan& plan, Loop& loop, std::size_t number, ItemSet not_ready,
                 const SelectPlan* select_plan, bool is_or_arm);
  void code_search(LoopPlan& plan, Loop& loop, const Candidate& candidate, ItemSet not_ready);
  void code_call(LoopPlan& plan, Loop& loop, const Candidate& candidate, ItemSet not_ready);
  void code_seek_value(LoopPlan& plan, Loop& loop, const Candidate& candidate, int column, ItemSet not_ready);
  void code_bound(Term& term, int length, SeekBound& bound, ItemSet not_ready, bool is_left_join);
  void code_filters(LoopPlan& plan, Loop& loop, const Candidate& candidate, ItemSet not_ready,
                    bool is_or_arm);
  void code_transitive_filters(LoopPlan& plan, Loop& loop, ItemSet not_ready);
  void fill_automatic_index(LoopPlan& plan, Loop& loop, const Candidate& candidate, ItemSet not_ready);
  void code_right_join(LoopPlan& plan, const Loop& loop, std::size_t number, const SelectPlan* select_plan);
  void set_loop_facts(const LoopPlan& plan, Loop& loop, const Candidate& candidate, std::size_t number);

  // code_or_arms.cpp
  void code_or_arms(LoopPlan& plan, Loop& loop, Term& term, std::size_t number, ItemSet not_ready,
                    const SelectPlan* select_plan);

  // code_expressions.cpp
  void code_folded(const Expr* expr);
  /// Subqueries that folding has made unreachable: they print nothing, but whoever compiles the condition
  /// meets them.
  void plan_left_over(const Expr* expr);
  void code_subquery(const Expr* expr);
  /// Plans the SELECT of an IN that is answered by an index or rowid directly, for whoever runs it all the
  /// same.
  void plan_unlisted(Select* select);
  void code_in_list(const Expr* in, bool drives_search);
  const RelationIndex* index_for_in(const Expr* in, const Select& select, bool must_be_unique) const;
  /// Subqueries first, then element by element.
  void code_row_comparison(const Expr* expr);
  /// A copy whose items keep their ids.
  Select* copy_of(const Select* select);
  /// SQLite evaluates a copy of the operand that CASE and BETWEEN compare several times, so the original does
  /// not learn that its subqueries have been written down.
  void code_copy(const Expr* expr);
  /// A copied reference to a CTE counts as one more: nothing is pushed down into it any more.
  void note_copied_ctes(const Select* select);
  /// A copy of a condition in which the SELECTs of IN are as they were written, not as planning left them.
  Expr* copy_as_written(const Expr* expr);
  void restore_lists(const Expr* from, Expr* to);
  /// The list of a row-value IN that drives a search: it has those columns only that the search uses.
  void code_search_list(const Candidate& candidate, const Expr* in);
  std::span<OrderTerm> as_order(std::span<const ResultColumn> columns) const;

  /// Appends a step below the current parent; returns its number.
  int add_step(Step step);
  void open_step(Step step) { parents_.push_back(add_step(std::move(step))); }
  void close_step() { parents_.pop_back(); }

  Context& context_;
  boost::container::small_vector<int, 8> parents_;
  boost::container::small_vector<std::uint32_t, 8> outer_loop_factors_;
  // Most statements leave these empty, and an ordered container costs nothing then.
  std::map<const Select*, Select*> written_;  ///< the SELECT of an IN -> a copy from before its planning
  std::set<const SharedQuery*> copied_ctes_;
  std::set<const Item*> pushed_into_;  ///< FROM subqueries that got WHERE terms
  std::set<const Item*> coroutines_;
  std::set<const Expr*> kept_of_group_;    ///< computed with the rows of a group, not where they stand
  std::set<const Select*> followed_arms_;  ///< arms of a compound with another arm behind them
  /// Recursive steps of a CTE with a constant LIMIT: SQLite estimates no step at more rows than that.
  std::map<const Select*, storage::LogEst> step_rows_max_;
  /// Of the arms of multi-index ORs, until the reasons of their table are recorded.
  ArmReasons arm_reasons_;
  int lines_only_ = 0;  ///< above 0: what is planned will not run
  std::set<const SharedQuery*> materialized_in_lines_only_;
  int select_depth_ = 0;
  /// RIGHT JOINs whose inner loops are being written down as a subroutine, and second passes.
  int right_join_depth_ = 0;
};

// Rewriting of bound SELECTs, one file each.

/// outer_join_reduction.cpp, section 6.1: LEFT JOIN becomes JOIN where WHERE rejects NULL rows.
bool rejects_null_row(const Expr* where, ItemId item);
void drop_outer_marks(Select* select, Item* item);
/// flatten.cpp, section 6.3: merges the FROM subquery at `position` into `select`, if the rules allow it.
/// `has_limit`: only so many rows of `select` count, also where no LIMIT is written (EXISTS, scalar
/// subqueries).
bool flatten_subquery(Select* select, std::size_t position, bool has_limit, Context& context);
/// push_down.cpp, section 6.4: copies WHERE terms into a FROM subquery. True if there were any.
bool push_down_terms(Select* outer, Item* item, Context& context);
/// A condition that says something about this FROM subquery only, at a place where it may be tested inside.
bool is_about_item_alone(const Expr* expr, const Item& item);
/// constant_propagation.cpp, section 3.8.
void propagate_constants(Select* select, Context& context);
/// code_aggregate.cpp: leaves a SELECT those aggregates that its columns, ORDER BY and HAVING mention; there
/// they belong to `owner` so far.
void drop_unmentioned_aggregates(Select& select, const Select* owner, storage::Arena& arena);
/// code_aggregate.cpp: made of constants and of those expressions of `known` that are compared byte for byte.
bool is_constant_or_one_of(const Expr* expr, std::span<Expr* const> known);
/// record_reasons.cpp: the tables of the record in the order of the plan's lines; last those that have none.
void order_tables(Plan& plan);
/// True when ORDER BY or GROUP BY lists are the same terms in the same directions.
bool same_order_list(std::span<const OrderTerm> a, std::span<const OrderTerm> b);

}  // namespace leftmost::planner
