// planner/condition_reasons.h - reasons about a whole condition that no index column tells already: because
// no index has the column, or because the condition has no column to search.
#pragma once

#include "planner/loop_plan.h"
#include "planner/plan.h"
#include "planner/reason.h"

namespace leftmost::planner {

/// To be called when the columns of all indexes of this FROM clause have their reasons; adds to
/// `reasons.general`:
///   in-list-on-wrong-side  value IN (SELECT about the row)
///   or-across-tables       an OR over several tables, none of them indexed
///   keyset-or-form         a page condition that became a multi-index OR, or that ends with the rowid
///   interval-two-columns   a value between two columns that have an index each
void explain_conditions(PlanReasons& reasons, LoopPlan& plan, const Context& context);

/// Fills TableReason::unindexed of the tables of this FROM clause: conditions of the WHERE on one table alone whose
/// columns are in no key, expression or WHERE of any of its indexes. They have no code: there is no index to blame.
void explain_unindexed_conditions(PlanReasons& reasons, const LoopPlan& plan);

/// To be called when everything else has its reasons: fills TableReason::tested with the conditions that the loops test
/// and nothing mentions.
void explain_tested_conditions(PlanReasons& reasons, LoopPlan& plan, const LookasideVector<Loop>& loops,
                               const Context& context);

}  // namespace leftmost::planner
