// EXPLAIN QUERY PLAN as the tree of the sqlite3 shell. Its rows are (id, parent, unused, detail).
#include "shell/result_printer.h"

namespace leftmost::shell {

namespace {

/// Deeper lines are left out, as in the sqlite3 shell: its prefix has room for this many bytes.
constexpr std::size_t kPrefixBytesMax = 93;

class PlanPrinter : public ResultPrinter {
 public:
  explicit PlanPrinter(std::string heading) : heading_(std::move(heading)) {}

  void row(std::span<const storage::Value> values, Output&) override {
    if (values.size() < 4) return;
    lines_.push_back({values[0].is_integer() ? values[0].as_integer() : 0,
                      values[1].is_integer() ? values[1].as_integer() : 0,
                      display_text(values[3]).value_or("")});
  }

  void end(Output& out) override {
    if (lines_.empty()) return;
    out.write(heading_ + "\n");
    std::string prefix;
    children_of(0, prefix, out);
  }

 private:
  struct Line {
    std::int64_t id;
    std::int64_t parent;
    std::string detail;
  };

  void children_of(std::int64_t parent, std::string& prefix, Output& out) {
    std::vector<const Line*> children;
    for (const Line& line : lines_) {
      if (line.parent == parent && line.id != parent) children.push_back(&line);
    }
    for (const Line* child : children) {
      const bool is_last = child == children.back();
      out.write(prefix);
      out.write(is_last ? "`--" : "|--");
      out.write(child->detail);
      out.write("\n");
      if (prefix.size() >= kPrefixBytesMax) continue;
      prefix += is_last ? "   " : "|  ";
      children_of(child->id, prefix, out);
      prefix.resize(prefix.size() - 3);
    }
  }

  std::string heading_;
  std::vector<Line> lines_;
};

}  // namespace

std::unique_ptr<ResultPrinter> make_plan_printer(std::string heading) {
  return std::make_unique<PlanPrinter>(std::move(heading));
}

}  // namespace leftmost::shell
