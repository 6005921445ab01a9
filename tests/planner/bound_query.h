// tests/planner/bound_query.h - bound queries by hand, for tests of the planner alone.
//
//   Schema s;
//   s.table("t1", {"a", "b"});  s.index("t1", "t1ab", {"a", "b"});
//   Query q(s);
//   q.from("t1");
//   q.where(q.eq(q.col("t1", "a"), q.num(5)));
//   CHECK(q.eqp() == "QUERY PLAN\n`--SEARCH t1 USING INDEX t1ab (a=?)\n");
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "planner/eqp_text.h"
#include "planner/planner.h"
#include "planner/probe.h"

namespace leftmost::planner::test {

class Schema {
 public:
  /// `INTEGER PRIMARY KEY` is written as a name with `!` behind it.
  void table(const std::string& name, const std::vector<std::string>& columns) {
    auto def = std::make_shared<storage::TableDef>();
    def->id = ++last_id_;
    def->name = name;
    for (std::string column : columns) {
      if (column.back() == '!') {
        column.pop_back();
        def->rowid_alias = static_cast<int>(def->columns.size());
      }
      def->columns.emplace_back().name = column;
    }
    tables_[name] = def;
    Relation& relation = relations_[name];
    relation.def = def;
    relation.statistics.width = storage::table_width(*def);
    relation.probes = make_probes(relation);
  }

  /// Newest first, as SQLite tries them. `stat`: the entries and rows per prefix that ANALYZE would have
  /// found.
  void index(const std::string& table, const std::string& name, const std::vector<std::string>& columns,
             const std::vector<std::uint64_t>& stat = {}, bool unique = false) {
    const storage::TableDef& on = *tables_.at(table);
    auto def = std::make_shared<storage::IndexDef>();
    def->id = ++last_id_;
    def->name = name;
    def->table_id = on.id;
    def->unique = unique;
    for (const std::string& column : columns) def->key_columns.emplace_back().column = on.find_column(column);
    storage::add_tail_columns(*def, on);
    RelationIndex made;
    made.def = def;
    made.key_expressions.assign(columns.size(), nullptr);
    made.statistics.width = storage::index_width(*def, on);
    Relation& relation = relations_.at(table);
    if (stat.empty()) {
      // SQLite's guesses: 10 rows share the first column, a little fewer each longer prefix.
      const storage::LogEst guesses[] = {33, 32, 30, 28, 26};
      made.statistics.rows_per_prefix.push_back(relation.statistics.rows);
      for (std::size_t i = 0; i < columns.size(); ++i)
        made.statistics.rows_per_prefix.push_back(i < 5 ? guesses[i] : storage::LogEst{23});
      if (unique) made.statistics.rows_per_prefix.back() = 0;
    } else {
      for (const std::uint64_t count : stat)
        made.statistics.rows_per_prefix.push_back(storage::log_est(count));
      made.statistics.has_stat1 = relation.statistics.has_stat1 = true;
      relation.statistics.rows = made.statistics.rows_per_prefix.front();
    }
    relation.indexes.insert(relation.indexes.begin(), made);
    relation.probes = make_probes(relation);
  }

  Relation& relation(const std::string& name) { return relations_.at(name); }

 private:
  storage::ObjectId last_id_ = 0;
  std::map<std::string, std::shared_ptr<storage::TableDef>> tables_;
  std::map<std::string, Relation> relations_;
};

class Query {
 public:
  explicit Query(Schema& schema) : schema_(schema) {}

  Item* from(const std::string& table, JoinType join = {}) {
    Item* item = arena_.make<Item>();
    item->id = static_cast<ItemId>(items_.size());
    item->join = join;
    for (Item* before : items_) before->join.left_of_right = before->join.left_of_right || join.right;
    item->relation = &schema_.relation(table);
    item->name = arena_.copy(table);
    const std::size_t columns = item->relation->def->columns.size();
    bool* used = static_cast<bool*>(arena_.allocate(columns, 1));
    for (std::size_t i = 0; i < columns; ++i) used[i] = false;
    item->used = {used, columns};
    items_.push_back(item);
    return item;
  }

  Expr* col(const std::string& table, const std::string& name) {
    for (Item* item : items_) {
      if (item->name != table) continue;
      const storage::TableDef& def = *item->relation->def;
      Expr* column = arena_.make<Expr>();
      column->kind = ExprKind::kColumn;
      column->item = item->id;
      column->column = name == "rowid" ? kRowidColumn : def.find_column(name);
      if (column->column == def.rowid_alias) column->column = kRowidColumn;
      if (column->column == kRowidColumn) {
        column->affinity = storage::Affinity::kInteger;
        column->can_be_null = false;
      } else {
        item->used[static_cast<std::size_t>(column->column)] = true;
        column->affinity = def.columns[static_cast<std::size_t>(column->column)].affinity;
        column->name = def.columns[static_cast<std::size_t>(column->column)].name;
      }
      return column;
    }
    return nullptr;
  }
  Expr* num(std::int64_t value) {
    Expr* literal = arena_.make<Expr>();
    literal->value = storage::Value::integer(value);
    return literal;
  }
  Expr* op(ExprKind kind, Expr* left, Expr* right) {
    Expr* made = arena_.make<Expr>();
    made->kind = kind;
    made->left = left;
    made->right = right;
    return made;
  }
  Expr* eq(Expr* left, Expr* right) { return op(ExprKind::kEq, left, right); }
  Expr* in(Expr* left, const std::vector<std::int64_t>& values) {
    Expr* made = op(ExprKind::kIn, left, nullptr);
    std::vector<Expr*> list;
    for (const std::int64_t value : values) list.push_back(num(value));
    made->list = arena_.copy_span(list);
    return made;
  }
  void where(Expr* condition) {
    where_ = where_ == nullptr ? condition : op(ExprKind::kAnd, where_, condition);
  }
  void select(Expr* expr) {
    ResultColumn& column = results_.emplace_back();
    column.expr = expr;
  }
  /// SELECT *
  void select_all() {
    for (Item* item : items_) {
      for (const storage::ColumnDef& column : item->relation->def->columns)
        select(col(std::string(item->name), column.name));
    }
  }
  void order_by(Expr* expr, bool descending = false) {
    OrderTerm& term = order_.emplace_back();
    term.expr = expr;
    term.descending = descending;
  }
  void limit(std::int64_t count) { limit_ = num(count); }

  /// Plans; `*` when nothing was selected.
  Plan& plan() {
    if (results_.empty()) select_all();
    select_ = arena_.make<Select>();
    select_->number = 1;
    select_->items = arena_.copy_span(items_);
    select_->columns = arena_.copy_span(results_);
    select_->order_by = arena_.copy_span(order_);
    select_->where = where_;
    select_->limit = limit_;
    PlannerOptions options;
    options.record = PlanRecord::kCandidates;
    auto made = plan_select(select_, options, arena_);
    plan_ = made ? std::move(*made) : std::make_unique<Plan>();
    return *plan_;
  }
  std::string eqp() { return eqp_tree(eqp_lines(plan())); }
  /// One line per candidate as it was generated: `t1 table scan 0/216/180`.
  std::vector<std::string> trace() {
    std::vector<std::string> lines;
    for (const CandidateRecord& record : plan().reasons.candidates) {
      lines.push_back(std::string(record.item->name) + " " + record.what + " " +
                      std::to_string(record.setup) + "/" + std::to_string(record.run) + "/" +
                      std::to_string(record.rows));
    }
    return lines;
  }

 private:
  Schema& schema_;
  storage::Arena arena_;
  std::vector<Item*> items_;
  std::vector<ResultColumn> results_;
  std::vector<OrderTerm> order_;
  Expr* where_ = nullptr;
  Expr* limit_ = nullptr;
  Select* select_ = nullptr;
  std::unique_ptr<Plan> plan_;
};

/// The schema of section 0.4 of docs/planner.md.
inline Schema example_schema() {
  Schema s;
  s.table("t1", {"a", "b", "c", "d"});
  s.index("t1", "t1ab", {"a", "b"});
  s.index("t1", "t1c", {"c"});
  s.table("t2", {"x!", "y", "z"});
  s.index("t2", "t2y", {"y"});
  s.table("t3", {"p", "q", "r"});
  return s;
}

}  // namespace leftmost::planner::test
