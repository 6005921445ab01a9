#include "engine/functions/json_each.h"

#include <optional>
#include <string>

#include "engine/functions/json_document.h"
#include "engine/functions/json_path.h"
#include "engine/functions/json_writer.h"
#include "engine/functions/operators.h"
#include "engine/functions/utf8.h"
#include "storage/arena.h"

namespace leftmost::engine {
namespace {

using storage::Value;

enum Column : int {
  kKey,
  kValue,
  kType,
  kAtom,
  kId,
  kParent,
  kFullkey,
  kPath,
  kJson,
  kRoot
};  // as they are declared

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// A label as a step of a path: without its quotes where it is a word of letters and digits.
std::string step_of_label(std::string_view label) {
  const std::string_view inner = label.substr(1, label.size() - 2);
  bool is_word = !inner.empty() && is_letter(inner[0]);
  for (const char c : inner) is_word = is_word && (is_letter(c) || (c >= '0' && c <= '9'));
  return "." + std::string(is_word ? inner : label);
}

class Rows final : public FunctionRows {
 public:
  explicit Rows(bool is_recursive) : is_recursive_(is_recursive) {}

  void start(int /*access*/, std::span<const Value> arguments, StatementRun& run) override {
    next_ = kNoJson;
    rowid_ = -1;
    if (arguments.empty() || arguments[0].is_null()) return;
    json_ = until_nul(text_value(arguments[0], run.results()));
    document_.emplace(run);
    JsonId root = document_->parse(json_);
    if (root == kNoJson) return;
    path_ = "$";
    if (arguments.size() > 1) {
      if (arguments[1].is_null()) return;
      path_ = until_nul(text_value(arguments[1], run.results()));
      root = find_json(*document_, root, path_, false, run).id;
      if (root == kNoJson) return;
    }
    root_ = root;
    const JsonNode& node = document_->node(root);
    next_ = is_recursive_ || !node.is_container() ? root : node.first;
    if (!is_recursive_) return;
    end_ = end_of(root);
    elements_.assign(document_->size(), 0);
  }

  bool next() override {
    row_bytes_.reset();
    if (next_ == kNoJson) return false;
    ++rowid_;
    value_ = document_->node(next_).is_label ? document_->node(next_).next : next_;
    if (is_recursive_) {
      count_element();
      next_ = value_ + 1 < end_ ? value_ + 1 : kNoJson;  // the nodes are in the order of the text
    } else {
      next_ = value_ == root_ ? kNoJson : document_->node(value_).next;
    }
    return true;
  }

  Value column(int column, StatementRun& run) override {
    if (column == kJson) return Value::text(json_);
    if (column >= kRoot) return Value::text(path_);
    return storage::copy_value(shown(column, run), row_bytes_);
  }

  std::int64_t rowid() const override { return rowid_; }
  std::size_t bytes_held() const override {
    return json_.size() + elements_.size() * sizeof(elements_[0]) +
           (document_ ? document_->size() * sizeof(JsonNode) : 0);
  }

 private:
  Value shown(int column, StatementRun& run) const {
    const JsonNode& node = document_->node(value_);
    switch (column) {
      case kKey:
        return key(run);
      case kValue:
        return sql_value_of(*document_, value_, run);
      case kType:
        return Value::text(name_of(node.type));
      case kAtom:
        return node.is_container() ? Value::null() : sql_value_of(*document_, value_, run);
      case kId:
        return Value::integer(value_);
      case kParent:
        return is_recursive_ && value_ != root_ ? Value::integer(node.parent) : Value::null();
      case kFullkey:
        return run.make_text(is_recursive_ ? path_of(value_) : value_ == root_ ? path_ : path_ + step());
      default:
        return run.make_text(is_recursive_ ? path_of(node.parent) : path_);
    }
  }

  /// The number behind the last node below `id`.
  JsonId end_of(JsonId id) const {
    for (; id != kNoJson; id = document_->node(id).parent) {
      if (document_->node(id).next != kNoJson) return document_->node(id).next;
    }
    return static_cast<JsonId>(document_->size());
  }

  JsonType container_type() const {
    const JsonId parent = document_->node(value_).parent;
    return parent == kNoJson ? JsonType::kNull : document_->node(parent).type;
  }

  void count_element() {
    const JsonId parent = document_->node(value_).parent;
    if (value_ == root_ || document_->node(parent).type != JsonType::kArray) return;
    elements_[parent] = document_->node(parent).first == value_ ? 0 : elements_[parent] + 1;
  }

  // The row that json_tree() begins with has one only where it is a container in an object.
  Value key(StatementRun& run) const {
    if (value_ == root_ && !(is_recursive_ && document_->node(value_).is_container())) return Value::null();
    if (container_type() == JsonType::kObject) return sql_value_of(*document_, value_ - 1, run);
    if (container_type() != JsonType::kArray || value_ == root_) return Value::null();
    return Value::integer(is_recursive_ ? elements_[document_->node(value_).parent] : rowid_);
  }

  /// From its container to the row of json_each().
  std::string step() const {
    if (container_type() == JsonType::kObject) return step_of_label(document_->node(value_ - 1).text);
    return "[" + std::to_string(rowid_) + "]";
  }

  /// The path to a node; kNoJson is above all. Of arrays above the row that json_tree() began with SQLite
  /// knows no element: it shows 0.
  std::string path_of(JsonId id) const {
    std::vector<JsonId> way;
    for (; id != kNoJson && document_->node(id).parent != kNoJson; id = document_->node(id).parent)
      way.push_back(id);
    std::string path = "$";
    for (; !way.empty(); way.pop_back()) {
      const JsonId parent = document_->node(way.back()).parent;
      if (document_->node(parent).type == JsonType::kArray) {
        path += "[" + std::to_string(elements_[parent]) + "]";
      } else {
        path += step_of_label(document_->node(way.back() - 1).text);
      }
    }
    return path;
  }

  bool is_recursive_;
  std::string json_, path_;
  std::optional<JsonDocument> document_;
  JsonId root_ = kNoJson;   ///< what the path leads to
  JsonId value_ = kNoJson;  ///< of the current row
  JsonId next_ = kNoJson;   ///< of the next row, or its label
  JsonId end_ = kNoJson;
  std::vector<std::uint32_t> elements_;  ///< json_tree(): of every array the element that is being shown
  std::int64_t rowid_ = -1;
  storage::Arena row_bytes_;
};

}  // namespace

namespace {
constexpr std::string_view kColumns[] = {"key", "value", "type", "atom", "id", "parent", "fullkey", "path"};
constexpr std::string_view kArguments[] = {"json", "root"};
}  // namespace

JsonEach::JsonEach(std::string_view name, bool is_recursive)
    : TableFunction(name, kColumns, kArguments),
      is_recursive_(is_recursive) {}

std::unique_ptr<FunctionRows> JsonEach::make_rows() const { return std::make_unique<Rows>(is_recursive_); }

// 0: without a document, no rows at a price that keeps everybody away; 1: with one; 3: with a path as well. A
// constraint that cannot be used makes the rest useless unless another says the same.
std::optional<planner::FunctionAccess> JsonEach::choose_access(
    std::span<const planner::ArgumentConstraint> constraints) const {
  planner::FunctionAccess access;
  bool unusable[2] = {false, false};
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    const planner::ArgumentConstraint& constraint = constraints[i];
    const auto argument = static_cast<std::size_t>(constraint.argument);
    if (!constraint.usable) {
      unusable[argument] = true;
    } else if (constraint.is_equality) {
      access.passed[argument] = static_cast<int>(i);
    }
  }
  for (std::size_t argument = 0; argument < 2; ++argument) {
    if (unusable[argument] && access.passed[argument] < 0) return std::nullopt;
  }
  constexpr double kNobodyWantsThis = 5e98;
  access.rows = storage::log_est(25);
  access.run = storage::log_est_from_real(access.passed[0] < 0 ? kNobodyWantsThis : 1.0);
  access.number = access.passed[0] < 0 ? 0 : access.passed[1] < 0 ? 1 : 3;
  if (access.passed[0] < 0) access.passed[1] = -1;
  return access;
}

}  // namespace leftmost::engine
