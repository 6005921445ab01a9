#include "planner/eqp_text.h"

namespace leftmost::planner {

namespace {

std::string column_name(const Loop& loop, std::size_t position) {
  const storage::IndexDef& def = *loop.index->def;
  const storage::IndexColumn& column = def.column(position);
  if (column.column == storage::kExpressionColumn) return "<expr>";
  if (column.column == storage::kRowidColumn) return "rowid";
  return loop.item->relation->def->columns[static_cast<std::size_t>(column.column)].name;
}

/// `(join-3)`, `(subquery-3)`: what a FROM subquery without a name is called.
std::string made_up_name(const Item& item) {
  return (item.is_parenthesised_join ? "(join-" : "(subquery-") + std::to_string(item.subquery->number) + ")";
}

/// In SCAN and SEARCH: the alias, else the name as written.
std::string item_name(const Item& item) {
  if (!item.alias.empty()) return std::string(item.alias);
  if (item.name.empty()) return made_up_name(item);
  return item.schema.empty() ? std::string(item.name)
                             : std::string(item.schema) + "." + std::string(item.name);
}

/// In CO-ROUTINE and MATERIALIZE: the view's or CTE's name, else the alias.
std::string definition_name(const Item& item) {
  if (!item.name.empty()) {
    return item.schema.empty() ? std::string(item.name)
                               : std::string(item.schema) + "." + std::string(item.name);
  }
  if (!item.alias.empty()) return std::string(item.alias);
  return made_up_name(item);
}

/// In RIGHT-JOIN: the name under which a table, view or CTE was declared, however the query writes it.
std::string declared_name(const Item& item) {
  if (item.kind != ItemKind::kSubquery && item.relation != nullptr) return item.relation->def->name;
  return item.shared != nullptr ? std::string(item.shared->name) : definition_name(item);
}

/// `b>?`, `(a,b)>(?,?)`
std::string bound_text(const Loop& loop, const SeekBound& bound, char op) {
  const std::size_t length = bound.values.empty() ? 1 : bound.values.size();
  if (length == 1) return column_name(loop, loop.equalities.size()) + op + "?";
  std::string columns = "(", marks = "(";
  for (std::size_t i = 0; i < length; ++i) {
    if (i > 0) {
      columns += ",";
      marks += ",";
    }
    columns += column_name(loop, loop.equalities.size() + i);
    marks += "?";
  }
  return columns + ")" + op + marks + ")";
}

std::string joined(const std::vector<std::string>& terms) {
  std::string text;
  for (const std::string& term : terms) text += (text.empty() ? "" : " AND ") + term;
  return text;
}

std::string rowid_terms(const Loop& loop) {
  if (!loop.equalities.empty()) return " USING INTEGER PRIMARY KEY (rowid=?)";
  if (loop.lower.present() && loop.upper.present()) return " USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)";
  return std::string(" USING INTEGER PRIMARY KEY (rowid") + (loop.lower.present() ? ">" : "<") + "?)";
}

std::string bloom_text(const Loop& loop) {
  std::string text = "BLOOM FILTER ON " + item_name(*loop.item) + " (";
  if (loop.access == AccessPath::kRowidSearch) {
    const storage::TableDef& table = *loop.item->relation->def;
    text +=
        table.rowid_alias >= 0 ? table.columns[static_cast<std::size_t>(table.rowid_alias)].name : "rowid";
    return text + "=?)";
  }
  std::vector<std::string> terms;
  for (auto i = static_cast<std::size_t>(loop.skipped_columns); i < loop.equalities.size(); ++i) {
    terms.push_back(column_name(loop, i) + "=?");
  }
  return text + joined(terms) + ")";
}

std::string_view op_name(CompoundOp op) {
  switch (op) {
    case CompoundOp::kUnionAll:
      return "UNION ALL";
    case CompoundOp::kUnion:
      return "UNION";
    case CompoundOp::kIntersect:
      return "INTERSECT";
    case CompoundOp::kExcept:
      return "EXCEPT";
    case CompoundOp::kNone:
      break;
  }
  return "";
}

std::string step_text(const Step& step) {
  switch (step.kind) {
    case StepKind::kLoop:
      return loop_text(*step.loop);
    case StepKind::kBloomFilter:
      return bloom_text(*step.loop);
    case StepKind::kMultiIndexOr:
      return "MULTI-INDEX OR";
    case StepKind::kOrArm:
      return "INDEX " + std::to_string(step.number);
    case StepKind::kConstantRow:
      return "SCAN CONSTANT ROW";
    case StepKind::kConstantRows:
      return "SCAN " + std::to_string(step.number) + (step.number == 1 ? " CONSTANT ROW" : " CONSTANT ROWS");
    case StepKind::kCountTable:
      return "SCAN " + std::string(step.name) +
             (step.index == nullptr ? "" : " USING COVERING INDEX " + step.index->def->name);
    case StepKind::kCoroutine:
      return "CO-ROUTINE " + definition_name(*step.item);
    case StepKind::kMaterialize:
      return "MATERIALIZE " + definition_name(*step.item);
    case StepKind::kSetup:
      return "SETUP";
    case StepKind::kRecursiveStep:
      return "RECURSIVE STEP";
    case StepKind::kCompound:
      return "COMPOUND QUERY";
    case StepKind::kLeftmostSubquery:
      return "LEFT-MOST SUBQUERY";
    case StepKind::kCompoundArm:
      return std::string(op_name(step.op)) + (step.op == CompoundOp::kUnionAll ? "" : " USING TEMP B-TREE");
    case StepKind::kMerge:
      return "MERGE (" + std::string(op_name(step.op)) + ")";
    case StepKind::kMergeLeft:
      return "LEFT";
    case StepKind::kMergeRight:
      return "RIGHT";
    case StepKind::kScalarSubquery:
      return (step.correlated ? "CORRELATED SCALAR SUBQUERY " : "SCALAR SUBQUERY ") +
             std::to_string(step.number);
    case StepKind::kListSubquery:
      return (step.correlated ? "CORRELATED LIST SUBQUERY " : "LIST SUBQUERY ") + std::to_string(step.number);
    case StepKind::kReuseSubquery:
      return "REUSE SUBQUERY " + std::to_string(step.number);
    case StepKind::kReuseListSubquery:
      return "REUSE LIST SUBQUERY " + std::to_string(step.number);
    case StepKind::kInIndex:
      return "USING INDEX " + step.index->def->name + " FOR IN-OPERATOR";
    case StepKind::kInRowid:
      return "USING ROWID SEARCH ON TABLE " + std::string(step.name) + " FOR IN-OPERATOR";
    case StepKind::kSortOrderBy:
      return "USE TEMP B-TREE FOR ORDER BY";
    case StepKind::kSortRightPart:
      return "USE TEMP B-TREE FOR RIGHT PART OF ORDER BY";
    case StepKind::kSortGroupBy:
      return "USE TEMP B-TREE FOR GROUP BY";
    case StepKind::kSortDistinct:
      return "USE TEMP B-TREE FOR DISTINCT";
    case StepKind::kSortAggregateDistinct:
      return "USE TEMP B-TREE FOR " + std::string(step.name) + "(DISTINCT)";
    case StepKind::kRightJoin:
      return "RIGHT-JOIN " + declared_name(*step.item);
  }
  return "";
}

void draw(const std::vector<PlanLine>& lines, int parent, const std::string& indent, std::string& out) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].parent != parent) continue;
    bool has_sibling = false;
    for (std::size_t k = i + 1; k < lines.size() && !has_sibling; ++k)
      has_sibling = lines[k].parent == parent;
    out += indent + (has_sibling ? "|--" : "`--") + lines[i].detail + "\n";
    draw(lines, lines[i].id, indent + (has_sibling ? "|  " : "   "), out);
  }
}

}  // namespace

std::string search_terms_text(const Loop& loop) {
  std::vector<std::string> terms;
  for (std::size_t i = 0; i < loop.equalities.size(); ++i) {
    const std::string name = column_name(loop, i);
    terms.push_back(loop.equalities[i].kind == SeekKind::kSkip ? "ANY(" + name + ")" : name + "=?");
  }
  if (loop.lower.present()) terms.push_back(bound_text(loop, loop.lower, '>'));
  if (loop.upper.present()) terms.push_back(bound_text(loop, loop.upper, '<'));
  return terms.empty() ? "" : " (" + joined(terms) + ")";
}

std::string loop_text(const Loop& loop) {
  const bool searches = loop.access == AccessPath::kRowidSearch || loop.access == AccessPath::kIndexSearch ||
                        loop.access == AccessPath::kAutomaticIndex || loop.min_max != MinMaxMode::kNone;
  std::string text = (searches ? "SEARCH " : "SCAN ") + item_name(*loop.item);
  switch (loop.access) {
    case AccessPath::kTableScan:
      // The primary key of a WITHOUT ROWID table is named in searches only, and min() counts as one.
      if (loop.index != nullptr && searches) text += " USING PRIMARY KEY";
      break;
    case AccessPath::kRowidSearch:
      text += rowid_terms(loop);
      break;
    case AccessPath::kIndexScan:
    case AccessPath::kIndexSearch:
      if (loop.index->def->is_table_itself) {
        text += " USING PRIMARY KEY";
      } else {
        text += (loop.prints_covering ? " USING COVERING INDEX " : " USING INDEX ") + loop.index->def->name;
      }
      text += search_terms_text(loop);
      break;
    case AccessPath::kAutomaticIndex: {
      std::vector<std::string> terms;
      for (const AutomaticColumn& column : loop.automatic_columns) {
        terms.push_back(std::string(column.name) + "=?");
      }
      text += loop.automatic_partial ? " USING AUTOMATIC PARTIAL COVERING INDEX ("
                                     : " USING AUTOMATIC COVERING INDEX (";
      text += joined(terms) + ")";
      break;
    }
    case AccessPath::kMultiIndexOr:
      break;
    case AccessPath::kTableFunction:
      text += " VIRTUAL TABLE INDEX " + std::to_string(loop.function_access) + ":";
      break;
  }
  if (loop.item->join.left) text += " LEFT-JOIN";
  return text;
}

std::vector<PlanLine> eqp_lines(const Plan& plan) {
  std::vector<PlanLine> lines;
  std::vector<int> line_of(plan.steps.size(), 0);
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    if (step.hidden) continue;
    PlanLine& line = lines.emplace_back();
    line.id = line_of[i] = static_cast<int>(lines.size());
    line.parent = step.parent < 0 ? 0 : line_of[static_cast<std::size_t>(step.parent)];
    line.detail = step_text(step);
  }
  return lines;
}

std::string eqp_tree(const std::vector<PlanLine>& lines) {
  if (lines.empty()) return "";
  std::string out = "QUERY PLAN\n";
  draw(lines, 0, "", out);
  return out;
}

}  // namespace leftmost::planner
