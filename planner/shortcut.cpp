// A single item found by its rowid or a unique key needs no comparison of candidates (section 4.9).

#include "planner/candidates.h"

namespace leftmost::planner {

std::optional<Candidate> find_shortcut(ItemFacts& facts, TermList& where) {
  if (facts.item->function != nullptr) return std::nullopt;
  const Item& item = *facts.item;
  if (item.indexed_by != nullptr || item.not_indexed || facts.is_subquery) return std::nullopt;
  Candidate c;
  c.position = facts.position;
  c.self = facts.self;
  c.one_row = true;
  c.has_equal = true;
  c.rows = 1;
  if (Term* term = facts.has_rowid ? find_term(where, item.id, kRowidColumn, 0, kOpEq | kOpIs) : nullptr) {
    c.kind = CandidateKind::kRowid;
    c.probe = &facts.probes.front();
    c.terms = {term};
    c.equal_columns = 1;
    c.run = 33;
    return c;
  }
  for (const Probe& probe : facts.probes) {
    constexpr int kColumnsMax = 3;
    if (probe.is_rowid || !probe.unique || probe.is_partial() || probe.key_columns > kColumnsMax) continue;
    const std::uint16_t ops = probe.unique_not_null ? kOpEq | kOpIs : kOpEq;
    c.terms.clear();
    for (int i = 0; i < probe.key_columns; ++i) {
      TermScan scan = scan_probe_column(where, facts, probe, i, ops);
      Term* found = nullptr;
      while (Term* term = scan.next()) {
        if (term->prereq != 0) continue;
        found = term;
        if (scan.through_equivalence()) c.has_transitive = true;
        break;
      }
      if (found == nullptr) break;
      c.terms.push_back(found);
    }
    if (static_cast<int>(c.terms.size()) != probe.key_columns) continue;
    c.kind = CandidateKind::kIndex;
    c.probe = &probe;
    c.equal_columns = probe.key_columns;
    c.covering = covers(probe, item);
    c.run = 39;
    return c;
  }
  return std::nullopt;
}

}  // namespace leftmost::planner
