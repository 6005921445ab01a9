// A loop that is a multi-index OR: the arms one after the other, each with its own search and filters; a row that an
// earlier arm found already is passed over. Rows come arm by arm, as SQLite visits them.
#include "engine/exec/key_map.h"
#include "engine/exec/loop_cursor.h"
#include "engine/exec/stream_builder.h"

namespace leftmost::engine {
namespace {

class MultiIndexOr final : public LoopCursor {
 public:
  MultiIndexOr(const planner::Loop& loop, StreamBuilder& builder)
      : runtime_(builder.runtime()), row_(runtime_.row(loop.item->id)) {
    for (const planner::OrArm& arm : loop.or_arms) {
      Arm& made = arms_.emplace_back();
      made.cursor = make_loop_cursor(*arm.loop, builder);
      for (const planner::Filter& filter : arm.loop->filters) made.filters.push_back(builder.compile(*filter.condition));
    }
  }

  void open() override {
    seen_.clear();
    at_ = 0;
    is_open_ = false;
  }

  bool next() override {
    for (; at_ < arms_.size(); ++at_, is_open_ = false) {
      Arm& arm = arms_[at_];
      if (!is_open_) arm.cursor->open();
      is_open_ = true;
      while (arm.cursor->next()) {
        bool keep = true;
        for (const Program* filter : arm.filters) keep = keep && test(*filter, runtime_.eval());
        if (runtime_.failed()) return false;
        if (!keep) continue;
        row_.copy_key(key_);
        if (seen_.add(key_).is_new) return true;
      }
      if (runtime_.failed()) return false;
      arm.cursor->close();
    }
    return false;
  }

  void close() override {
    for (Arm& arm : arms_) arm.cursor->close();
    at_ = arms_.size();
    seen_.clear();
  }

 private:
  struct Arm {
    std::unique_ptr<LoopCursor> cursor;
    std::vector<const Program*> filters;
  };
  Runtime& runtime_;
  ItemRow& row_;
  std::vector<Arm> arms_;
  KeyMap seen_;
  std::string key_;
  std::size_t at_ = 0;
  bool is_open_ = false;
};

}  // namespace

std::unique_ptr<LoopCursor> make_multi_index_or(const planner::Loop& loop, StreamBuilder& builder) {
  for (const planner::OrArm& arm : loop.or_arms) {
    if (!arm.loop) {
      builder.fail(Error{ErrorCode::kInternal, "an arm of a multi-index OR was not planned", std::nullopt, {}});
      return nullptr;
    }
  }
  return std::make_unique<MultiIndexOr>(loop, builder);
}

}  // namespace leftmost::engine
