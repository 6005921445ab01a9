#include "planner/reason_codes.h"

#include <algorithm>
#include <array>

namespace leftmost::planner {
namespace {

using Group = ReasonGroup;

// Sorted by group, in the order of the groups.
constexpr std::array<ReasonCode, 91> kCodes = {{
    {"prefix-leading-column-free", Group::kPrefix, false,
     "An index is sorted by its first column; with nothing pinning that column the matching entries are "
     "scattered over the whole index, so there is no starting point to seek to.",
     "Put an equality on the leading column, or add an index that starts with the column you filter on."},
    {"prefix-gap", Group::kPrefix, false,
     "The seek stops at the first index column the query does not constrain; anything to the right of that "
     "hole can only be checked entry by entry.",
     "Constrain the skipped column too, or use an index whose columns are contiguous for this query."},
    {"prefix-range-stops", Group::kPrefix, false,
     "Inside a range of one column the values of the next column start over for every value, so only one "
     "range can be cut out and it must be the last column used.",
     "Put equality columns before the range column in the index (equality, then sort, then range)."},
    {"prefix-second-range", Group::kPrefix, false,
     "Only one column can have a range in a single index seek; a second inequality on a later column is a "
     "filter however selective it is.",
     "Choose the more selective range as the last indexed column, or turn one range into an equality "
     "(bucket, flag, partial index)."},
    {"prefix-pattern-stops", Group::kPrefix, false,
     "A prefix pattern is a range in disguise (`>= 'F1' AND < 'F2'`), so it ends the seek just like a "
     "comparison does.",
     "Index the equality columns first and the pattern column last."},
    {"interval-two-columns", Group::kPrefix, false,
     "`x BETWEEN lo AND hi` with two stored columns is two one-sided ranges on different columns, and an "
     "index can only bound one of them.",
     "Bound the other side with what you know (maximum span length), or use an R*Tree / range type."},
    {"keyset-or-form", Group::kPrefix, false,
     "The classic `a>x OR (a=x AND b>y)` page condition is understood only as far as its first column (and "
     "with three columns not at all: a walk from the start of the index); the row-value form gives the "
     "planner one ordered starting point on all of them.",
     "Write the keyset as a row value comparison."},
    {"row-value-mixed-direction", Group::kPrefix, false,
     "A row-value inequality walks all its columns in one direction, so it can only use the leading columns "
     "that are stored in that same direction.",
     "Store the index columns in one direction, or spell the mixed keyset out by hand."},
    {"row-value-in-list", Group::kPrefix, false,
     "A list of row values is a table of constants; this SQLite version does not drive an index from it when "
     "it is written with VALUES, although it would from a real subquery or from OR.",
     "Spell it as OR of ANDs (MULTI-INDEX OR) or join to the list."},
    {"skip-scan-no-stats", Group::kPrefix, false,
     "SQLite can hop over a missing leading column only if statistics prove it has few distinct values; "
     "without ANALYZE it assumes it does not.",
     "Run ANALYZE (or PRAGMA optimize) so the planner may choose `ANY(status)`."},
    {"skip-scan-too-many-groups", Group::kPrefix, false,
     "Hopping costs one seek per distinct leading value; when those are numerous (SQLite wants about 18 rows "
     "per value or more) reading everything is cheaper.",
     "Add an index that leads with the filtered column."},
    {"no-constraint", Group::kPrefix, true,
     "Nothing in the query narrows or orders the rows, so reading the table in storage order is already the "
     "cheapest plan.",
     "Nothing to fix; say what you want (a filter, a LIMIT, or only indexed columns)."},
    {"composite-pk-second-column", Group::kPrefix, false,
     "A composite PRIMARY KEY is just a composite index: looking up by its second column alone has no "
     "starting point.",
     "Add the reverse index (b, a)."},
    {"column-blocked-mid-index", Group::kPrefix, false,
     "An index column that cannot take its term (other collation, function, pattern, affinity) ends the seek "
     "exactly like a missing one: every column to its right is demoted to a filter.",
     "Repair that column's term or index definition; the later columns come back for free."},
    {"column-inside-function", Group::kExpression, false,
     "The index stores the column, not the result of the function, and the planner will not invert a "
     "function for you.",
     "Index the expression itself (or compare the bare column)."},
    {"column-inside-arithmetic", Group::kExpression, false,
     "Arithmetic around the column hides it; the planner does not solve equations.",
     "Move the arithmetic to the constant side."},
    {"column-inside-cast", Group::kExpression, false,
     "CAST produces a new value without the column's affinity or order, so the stored order is useless for "
     "it.",
     "Cast the constant instead."},
    {"column-inside-coalesce", Group::kExpression, false,
     "COALESCE/IFNULL/CASE can return something other than the column, so an equality on the result says "
     "nothing about where the column's entry is.",
     "Drop the wrapper when the default cannot match, or add an OR ... IS NULL branch."},
    {"columns-concatenated", Group::kExpression, false,
     "Gluing columns together makes one new string; the two separate index columns cannot be searched "
     "through it.",
     "Compare the parts separately."},
    {"date-function-on-column", Group::kExpression, false,
     "Extracting a year or day from every row is a per-row calculation; the half-open range it stands for is "
     "what an index can seek.",
     "Write a half-open range on the bare column."},
    {"unary-plus", Group::kExpression, false,
     "A leading `+` is SQLite's documented way to disqualify a column from index use without changing its "
     "value.",
     "Remove the plus (or keep it on purpose, with a comment)."},
    {"affinity-mismatch-join", Group::kExpression, false,
     "When a TEXT column meets an INTEGER expression SQLite compares as numbers, but the index is sorted as "
     "text, so that order cannot be used.",
     "Store both sides with one type, or cast the other side to TEXT."},
    {"affinity-none-column", Group::kExpression, false,
     "A column declared without a type keeps whatever was stored, so comparing it with a numeric column "
     "needs conversions the index order does not reflect.",
     "Give the column a declared type."},
    {"collation-mismatch-query", Group::kExpression, false,
     "An explicit COLLATE asks for a different alphabet than the one the index was sorted with.",
     "Build the index (or declare the column) with that collation."},
    {"collation-mismatch-index", Group::kExpression, false,
     "The index was created with NOCASE but the column compares as BINARY, so its order is the wrong one for "
     "this comparison.",
     "Compare with the index's collation, or index the column's own collation."},
    {"collation-left-operand", Group::kExpression, false,
     "When both sides are columns the LEFT one supplies the collation, so writing the same equality the "
     "other way round can gain or lose the index (and change the answer).",
     "Put the indexed column on the left, or declare both columns with one collation."},
    {"column-vs-same-row-column", Group::kExpression, false,
     "Both sides come from the same row, so there is no value to look up before the row is read.",
     "Index the comparison as an expression (or a generated column / partial index)."},
    {"bare-boolean-column", Group::kExpression, false,
     "`WHERE flag` is a truth test, not a comparison, so there is no `column op value` term to seek with.",
     "Compare explicitly, or use a partial index whose WHERE is the same bare term."},
    {"like-leading-wildcard", Group::kPattern, false,
     "A pattern that starts with a wildcard has no known first characters, so there is no place in sorted "
     "order to begin.",
     "Search a prefix, store a reversed copy, or use FTS/trigram."},
    {"like-case-insensitive", Group::kPattern, false,
     "SQLite's LIKE ignores ASCII case, but a BINARY index keeps 'a' and 'A' far apart; one prefix would be "
     "many ranges.",
     "Use a NOCASE index for LIKE, or GLOB for case-sensitive prefixes."},
    {"pattern-not-literal", Group::kPattern, false,
     "The prefix must be known when the statement is prepared: a literal or a bound parameter, not an "
     "expression, even a constant one.",
     "Build the pattern in the application and bind it."},
    {"pattern-parameter-unknown", Group::kPattern, false,
     "A parameter that is not bound when the plan is made (or a connection with QPSG on) hides the prefix; "
     "SQLite plans for any pattern.",
     "Bind before planning (sqlite3_prepare_v2 re-plans on first bind), or write explicit bounds `>= ?1 AND "
     "< ?2`."},
    {"pattern-non-text-column", Group::kPattern, false,
     "On a column that may hold numbers, sorted order is numeric, while the pattern is matched on text; "
     "'12*' would have to match 12, 120 and 1.2e1.",
     "Use a numeric range."},
    {"regexp-or-function-match", Group::kPattern, false,
     "REGEXP, MATCH on ordinary tables, INSTR and user functions are opaque per-row tests.",
     "Use an anchored GLOB/LIKE prefix or FTS5."},
    {"or-unindexed-branch", Group::kBoolean, false,
     "An OR is answered by indexes only when every branch has one; a single branch without an index forces a "
     "full read that answers all of them.",
     "Index the missing branch (MULTI-INDEX OR) or split into UNION."},
    {"or-across-tables", Group::kBoolean, false,
     "The two halves of the OR live in different tables, so neither table can be narrowed before the join.",
     "Split into a UNION of two joins."},
    {"not-equal", Group::kBoolean, false,
     "`<>` keeps almost everything; SQLite does not even consider it as a seek.",
     "List the values you do want, or use a partial index on the exception."},
    {"not-in", Group::kBoolean, false, "NOT IN is a chain of not-equals: no starting point, only exceptions.",
     "Enumerate the wanted values or write the complementary ranges."},
    {"negated-comparison", Group::kBoolean, false,
     "SQLite does not push NOT through a comparison, so `NOT a > x` is an opaque boolean although `a <= x` "
     "is a range.",
     "State the positive comparison."},
    {"is-not-null", Group::kBoolean, false,
     "IS NOT NULL is a legal range (everything after the NULLs) but SQLite assumes nearly every row passes "
     "it, so unless the index covers the query or STAT4 data says otherwise the full table read looks "
     "cheaper.",
     "Use a partial index WHERE note IS NOT NULL (or a comparison such as note > '')."},
    {"partial-predicate-missing", Group::kIndexForm, false,
     "A partial index lists only some rows; unless the query repeats the index's WHERE, using it could lose "
     "rows.",
     "Add the index predicate to the query."},
    {"partial-predicate-not-identical", Group::kIndexForm, false,
     "SQLite proves a partial index usable only by finding the same term (or IS NOT NULL implied by a "
     "comparison); it does not reason that >1960 implies >1950.",
     "Repeat the index's own predicate next to the stricter one."},
    {"partial-predicate-parameter", Group::kIndexForm, false,
     "The value of a parameter that is not yet bound (or may not be peeked at, QPSG) is unknown, so SQLite "
     "cannot prove it equals the index's constant.",
     "Bind before planning (prepare_v2 re-plans on bind) or write the constant literally."},
    {"expression-index-mismatch", Group::kIndexForm, false,
     "An expression index is matched by structure: a different function, type or constant is a different "
     "expression.",
     "Use exactly the indexed expression."},
    {"expression-index-reordered", Group::kIndexForm, false,
     "Even an obviously equal expression with swapped operands does not match; there is no algebra.",
     "Keep the operand order of the index."},
    {"json-operator-mismatch", Group::kIndexForm, false,
     "`->>` and json_extract() can mean the same value but are different expressions to the matcher.",
     "Use the indexed spelling, or index a generated column and query that."},
    {"generated-column-bypassed", Group::kIndexForm, false,
     "The index is on the generated column's name; repeating its formula in the query does not find it in "
     "SQLite.",
     "Query the generated column by name."},
    {"order-mixed-direction", Group::kOrder, false,
     "An index can be read forwards or backwards as a whole; one column up and the next down matches neither "
     "direction.",
     "Create the index with matching directions."},
    {"order-after-range", Group::kOrder, false,
     "Within a range of one column the next column's order restarts at every new value, so the output must "
     "still be sorted.",
     "Sort by the range column first, or make it an equality; or index the sort column first and filter "
     "while walking."},
    {"order-skips-column", Group::kOrder, false,
     "The entries are sorted by the earlier columns of the index first; leaving one of them out loses the "
     "order of those behind it.",
     "Pin the skipped column with an equality or use an index without it."},
    {"order-after-in-list", Group::kOrder, false,
     "IN is several equalities visited one after another, so the pieces are each sorted but their "
     "concatenation is not.",
     "Sort by the IN column first, or merge per-value queries (UNION ALL of LIMITed branches)."},
    {"order-collation-mismatch", Group::kOrder, false, "Sorting with another collation is another order.",
     "Index with the collation you sort by."},
    {"order-by-expression", Group::kOrder, false,
     "The index is sorted by the column, and the planner does not know that your expression keeps that "
     "order.",
     "Index the expression or sort by the column."},
    {"order-nulls-placement", Group::kOrder, false,
     "NULLs sit at the small end of the index; asking for them at the other end on a later sort column "
     "cannot come straight from it (on the first sort column SQLite can read the index in two passes).",
     "Drop the NULLS clause (declare the column NOT NULL) or put that column first."},
    {"order-from-inner-table", Group::kOrder, false,
     "The join emits rows in the outer table's order; a sort on the inner table's column starts again for "
     "every outer row.",
     "Drive from the table you sort by (index on its sort column), or sort by the outer table."},
    {"order-after-multi-index-or", Group::kOrder, false,
     "Each OR branch is read through its own index and merged by rowid, so no branch's order survives.",
     "Accept the sort, or (with a small LIMIT) switch the OR off with unary + and walk the sort index, "
     "stopping early."},
    {"group-by-not-prefix", Group::kOrder, false,
     "Grouping without a temporary table needs equal keys to be neighbours, which only a prefix of the index "
     "(or prefix after equalities) guarantees.",
     "Index leading with the grouped columns."},
    {"distinct-not-prefix", Group::kOrder, false,
     "DISTINCT can skip duplicates on the fly only when duplicates are adjacent in the index.",
     "Index leading with the distinct columns."},
    {"min-max-together", Group::kOrder, false,
     "A single MIN or MAX is one step from an end of the index; asking for both in one SELECT turns it into "
     "a full index walk.",
     "Use two scalar subqueries."},
    {"offset-walks-rows", Group::kOrder, false,
     "OFFSET reads and throws away every skipped row; the index gives the order but not the position.",
     "Remember the last key and continue after it (keyset pagination)."},
    {"distinct-skip-ahead-no-stats", Group::kOrder, false,
     "With statistics SQLite can jump from one distinct value straight to the next; without them it steps "
     "through every duplicate, and the plan text is identical in both cases.",
     "Run ANALYZE; check the counters, not the plan text."},
    {"not-covering", Group::kCovering, false,
     "The index finds the rows but lacks a selected column, so every match costs a second lookup in the "
     "table.",
     "Append the missing columns to the end of the index, or select less."},
    {"index-scan-not-search", Group::kCovering, false,
     "SCAN ... USING INDEX means the whole index is read in order (for its sort order or because it is "
     "narrower than the table): an index is mentioned, nothing was narrowed.",
     "Lead with the filtered column to turn SCAN into SEARCH."},
    {"expression-index-not-covering", Group::kCovering, false,
     "This version recomputes an indexed expression (or generated column) from the table row instead of "
     "reading it from the index, so such an index never counts as covering.",
     "Store the value in an ordinary column, or upgrade SQLite."},
    {"int-primary-key-not-rowid", Group::kCovering, false,
     "Only the exact type INTEGER makes a PRIMARY KEY the table's own B-tree key; INT (or BIGINT) creates a "
     "separate index and every lookup pays twice.",
     "Declare INTEGER PRIMARY KEY (or WITHOUT ROWID)."},
    {"full-scan-picks-narrowest-index", Group::kCovering, true,
     "When everything must be read anyway SQLite reads the narrowest B-tree that has the needed columns, "
     "which may be an index you never meant for this query.",
     "Nothing to fix: an index name in the plan is not proof that your index works."},
    {"minmax-search-is-a-scan", Group::kCovering, false,
     "For a lone MIN()/MAX() SQLite prints SEARCH even when no index helps: a SEARCH line without USING is a "
     "full table scan.",
     "Index the filter columns, then the MIN/MAX column."},
    {"join-column-unindexed", Group::kJoin, false,
     "The inner table has no index on the join column, so SQLite builds a throw-away AUTOMATIC index on "
     "every execution (or rescans the table per outer row).",
     "Create the index the planner is building for itself."},
    {"cross-join-fixed-order", Group::kJoin, false,
     "CROSS JOIN is SQLite's way to freeze the loop order, so an index that would have let the other table "
     "go first is not reachable.",
     "Use plain JOIN."},
    {"left-join-on-filters-left", Group::kJoin, false,
     "A condition in the ON clause of a LEFT JOIN decides only whether the right row matches; it can never "
     "reduce the left rows, so it cannot use the left table's index.",
     "If you meant to filter, move it to WHERE."},
    {"left-join-null-test", Group::kJoin, false,
     "The right table of a LEFT JOIN must run inside the left one; only a WHERE that surely rejects NULL "
     "rows lets SQLite turn it into an inner join and start from the right table's index.",
     "Use a plain comparison or an inner JOIN."},
    {"outer-join-where-late", Group::kJoin, false,
     "Under a RIGHT or FULL JOIN this version applies WHERE terms only after the join, so they cannot narrow "
     "the left table; newer versions first simplify the join.",
     "Write the inner or LEFT join you mean."},
    {"subquery-limit-barrier", Group::kJoin, false,
     "A LIMIT (or OFFSET) inside a subquery fixes which rows exist, so a filter outside must wait until "
     "after it.",
     "Filter inside, if that is what you mean."},
    {"window-barrier", Group::kJoin, false,
     "Filtering after a window function must not remove rows the window still needs; only terms on PARTITION "
     "BY columns may be pushed inside.",
     "PARTITION BY the filtered column, or filter before windowing."},
    {"cte-materialized", Group::kJoin, false,
     "MATERIALIZED asks for the CTE to be computed once into a temporary table, which has none of the base "
     "table's indexes.",
     "Drop MATERIALIZED or push the filter into the CTE."},
    {"set-operation-barrier", Group::kJoin, false,
     "This version does not push a filter into a UNION/INTERSECT/EXCEPT, only into UNION ALL, so both arms "
     "are read in full first.",
     "Repeat the filter in each arm (or use UNION ALL)."},
    {"correlated-exists-drives-outer", Group::kJoin, false,
     "A correlated EXISTS is evaluated once per outer row, so the outer table is read in full even when the "
     "inner condition is rare.",
     "Use IN (SELECT ...), which can drive the outer lookup."},
    {"in-list-on-wrong-side", Group::kJoin, false,
     "`column IN (SELECT ...)` can seek on the column; `constant IN (SELECT correlated ...)` cannot, it is "
     "only tested per row.",
     "Turn it round."},
    {"one-index-per-table", Group::kStatistics, false,
     "For ANDed conditions SQLite walks exactly one index per table reference; a second single-column index "
     "cannot help at the same time.",
     "Replace the two by one composite index."},
    {"stats-say-useless", Group::kStatistics, false,
     "ANALYZE found that all rows share the leading value, so the index is marked low quality and skipped.",
     "Drop that index or lead with a column that varies; re-ANALYZE if data changed."},
    {"stats-average-hides-skew", Group::kStatistics, false,
     "sqlite_stat1 keeps only the average rows per key, so a very common value looks as selective as a rare "
     "one; only STAT4 samples can tell them apart.",
     "The index is used although a table scan is cheaper: NOT INDEXED, a partial index for the rare value, "
     "or a STAT4 build."},
    {"stats-missing-wrong-index", Group::kStatistics, false,
     "Without ANALYZE every index equality is guessed at about ten rows, so between two candidates the "
     "choice is a coin toss, not a decision.",
     "Run ANALYZE (or PRAGMA optimize); better, one composite index."},
    {"filter-index-costs-a-sort", Group::kStatistics, false,
     "Two indexes compete: one finds the rows but leaves them unsorted, the other is sorted but filters "
     "nothing; the planner takes the cheaper guess and the other goes unused.",
     "One composite index (filter columns, then sort columns) serves both."},
    {"hint-not-indexed", Group::kStatistics, false,
     "NOT INDEXED forbids every index of that table (except the rowid).", "Remove the clause."},
    {"hint-likelihood", Group::kStatistics, false,
     "likely()/likelihood(x,p) tells the planner the term is nearly always true, so seeking with it looks "
     "pointless.",
     "Remove or correct the hint."},
    {"hint-indexed-by", Group::kStatistics, false,
     "INDEXED BY commands one index; the better ones are not even considered (and the statement fails to "
     "prepare if that index becomes unusable).",
     "Remove INDEXED BY; keep it only as a regression tripwire."},
    {"unique-index-ends-search", Group::kStatistics, false,
     "A UNIQUE index with all its columns pinned returns at most one row, so no wider index can improve on "
     "it.",
     "Nothing to fix: drop the wider index unless it is needed to cover."},
    {"redundant-prefix-index", Group::kStatistics, false,
     "An index whose columns are the first columns of another (same collations, directions, no WHERE, not "
     "UNIQUE) answers nothing the longer one cannot; one of the two will sit unused.",
     "Drop the shorter one (unless UNIQUE, partial, or much narrower for covering scans)."},
    {"rowid-beats-index", Group::kStatistics, false,
     "An INTEGER PRIMARY KEY equality already finds the single row in the table itself; no index can be "
     "cheaper.",
     "Nothing to fix; `+id` would force the index."},
    {"in-list-too-long", Group::kStatistics, false,
     "With statistics SQLite compares one seek per list element against simply reading the neighbours; when "
     "the lists multiply, the later IN becomes a filter.",
     "Shorten the list, join to a temporary indexed list, or accept it: this choice is usually right."},
    {"foreign-key-child-unindexed", Group::kHidden, false,
     "Deleting a parent row makes SQLite look for children; the look-up appears as an extra line naming a "
     "table your statement never mentions, and without an index on the child column it is a full scan.",
     "Index the child column (`.lint fkey-indexes` lists them)."},
}};

}  // namespace

std::string_view group_title(ReasonGroup group) {
  switch (group) {
    case Group::kPrefix:
      return "prefix and position";
    case Group::kExpression:
      return "expressions, types, collations";
    case Group::kPattern:
      return "patterns";
    case Group::kBoolean:
      return "OR, NOT, inequality";
    case Group::kIndexForm:
      return "partial, expression and generated-column indexes";
    case Group::kOrder:
      return "order, groups, distinct";
    case Group::kCovering:
      return "covering and access";
    case Group::kJoin:
      return "joins and subqueries";
    case Group::kStatistics:
      return "statistics, the planner's choice, hints";
    case Group::kHidden:
      break;
  }
  return "hidden work";
}

std::span<const ReasonCode> reason_codes() { return kCodes; }

const ReasonCode* find_reason_code(std::string_view code) {
  const auto found =
      std::find_if(kCodes.begin(), kCodes.end(), [&](const ReasonCode& known) { return known.code == code; });
  return found == kCodes.end() ? nullptr : &*found;
}

}  // namespace leftmost::planner
