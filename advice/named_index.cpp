#include "advice/named_index.h"

#include <fmt/format.h>

#include <algorithm>

#include "advice/runs.h"
#include "storage/catalog.h"
#include "storage/database_state.h"

namespace leftmost::advice {
namespace {

/// `users_first_name`: the table and the columns, without what a bare name cannot have.
std::string index_name(const ProposedIndex& index, const storage::Catalog& catalog,
                       const std::set<std::string>& taken) {
  std::string name = index.table;
  for (const std::string& column : index.columns) {
    std::string_view word = column;
    for (const std::string_view collate : {" COLLATE NOCASE", " COLLATE RTRIM", " COLLATE BINARY"}) {
      const std::size_t at = word.find(collate);
      if (at == std::string_view::npos) continue;
      name += '_';
      name += word.substr(0, at);
      word = collate == " COLLATE BINARY" ? word.substr(at + collate.size()) : word.substr(at + 9);
    }
    name += '_';
    name += word;
  }
  if (!index.where.empty()) name += "_part";
  std::string out;
  for (const char c : name) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           static_cast<unsigned char>(c) >= 0x80;
    if (is_letter) {
      out += c;
    } else if (!out.empty() && out.back() != '_' && c != '"') {
      out += '_';
    }
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  constexpr std::size_t kNameMax = 60;
  if (out.size() > kNameMax) {
    std::size_t end = kNameMax;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;
    out.resize(end);
  }
  if (out.empty() || (out.front() >= '0' && out.front() <= '9')) out.insert(0, "index_");
  const std::string stem = out;
  for (int number = 2; catalog.find(out) || taken.count(out) > 0; ++number)
    out = fmt::format("{}_{}", stem, number);
  return sql_name(out);
}

}  // namespace

std::vector<NamedIndex> name_indexes(const IndexProposal& proposal, const storage::Catalog& catalog,
                                     std::set<std::string> taken) {
  std::vector<NamedIndex> named;
  for (const ProposedIndex& index : proposal.indexes) {
    NamedIndex one;
    one.name = index_name(index, catalog, taken);
    one.table = index.table;
    taken.insert(one.name);
    std::string columns;
    for (const std::string& column : index.columns) columns += (columns.empty() ? "" : ", ") + column;
    one.sql = fmt::format("CREATE INDEX {} ON {}({})", one.name, sql_name(index.table), columns);
    if (!index.where.empty()) one.sql += " WHERE " + index.where;
    named.push_back(std::move(one));
  }
  return named;
}

bool mentions(const std::vector<planner::PlanLine>& plan, const std::string& index) {
  return std::any_of(plan.begin(), plan.end(), [&](const planner::PlanLine& line) {
    const std::size_t at = line.detail.find(" " + index);
    if (at == std::string::npos) return false;
    const std::size_t end = at + 1 + index.size();
    return end == line.detail.size() || line.detail[end] == ' ';
  });
}

/// Pages and entries of indexes that have just been made.
IndexPrice price_of(Trial& trial, std::uint64_t bytes_before, const std::vector<NamedIndex>& indexes) {
  IndexPrice price;
  price.bytes = trial.bytes() - std::min(trial.bytes(), bytes_before);
  for (const NamedIndex& named : indexes) {
    const auto index = trial.database().catalog().find_index(named.name);
    const storage::BTree* tree = index ? trial.database().state().tree(index->id) : nullptr;
    if (tree == nullptr) continue;
    price.entries += tree->size();
    price.pages_per_insert += tree->height();
  }
  if (price.entries > 0) price.bytes_per_insert = price.bytes * indexes.size() / price.entries;
  return price;
}

}  // namespace leftmost::advice
